import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { atEnd } from './cleanup.js';

/*
 * Ports for programs that cannot be told "any". Taken below the kernel's range for outgoing connections (32768..), so
 * no connection can snatch one between the look and the bind, and reserved by a file, so no other test worker does.
 */
const FIRST = 12_000;
const COUNT = 20_000;
const RESERVATIONS = join(tmpdir(), 'tsproxy-test-ports');

/** A free TCP and UDP port on all addresses, ours until the test file ends. */
export async function freePort(): Promise<number> {
  mkdirSync(RESERVATIONS, { recursive: true });
  for (let attempt = 0; attempt < 1000; attempt++) {
    const port = FIRST + Math.floor(Math.random() * COUNT);
    if (!reserve(port)) continue;
    atEnd(() => rmSync(reservation(port), { force: true }));
    if (await canListen(port)) return port;
  }
  throw new Error('no free port found');
}

const reservation = (port: number): string => join(RESERVATIONS, String(port));

/** The file bears its owner's pid: one whose owner died without clearing up counts for nothing. */
function reserve(port: number): boolean {
  try {
    writeFileSync(reservation(port), String(process.pid), { flag: 'wx' });
    return true;
  } catch {
    if (!ownerIsGone(port)) return false;
    rmSync(reservation(port), { force: true });
    return false;
  }
}

function ownerIsGone(port: number): boolean {
  try {
    process.kill(Number(readFileSync(reservation(port), 'utf8')), 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '0.0.0.0', exclusive: true }, () => server.close(() => resolve(true)));
  });
}
