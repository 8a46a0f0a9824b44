import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import dgram from 'node:dgram';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The real haproxy, for comparison. */
export const haproxyMissing = spawnSync('haproxy', ['-v']).error !== undefined;

export interface RealHaproxy {
  /** Log lines so far, `<level>message`. */
  readonly lines: string[];
  /** Sends a command to the runtime socket. @returns its answer */
  command(text: string): Promise<string>;
  stop(): Promise<void>;
}

/** Starts it with these backends; its log comes by UDP. */
export async function startHaproxy(backends: string): Promise<RealHaproxy> {
  const folder = mkdtempSync(join(tmpdir(), 'tsproxy-check-'));
  const lines: string[] = [];
  const log = dgram.createSocket('udp4');
  await new Promise<void>((bound) => log.bind(0, '127.0.0.1', bound));
  log.on('message', (message) => {
    const parts = /^<(\d+)>.*?\]: (.*)\n?$/s.exec(message.toString('latin1'));
    if (parts !== null) lines.push(`<${Number(parts[1]) & 7}>${parts[2].trimEnd()}`);
  });
  const socket = join(folder, 's');
  const file = join(folder, 'c.cfg');
  writeFileSync(
    file,
    `global\n stats socket ${socket} level admin\n node node1\n log 127.0.0.1:${log.address().port} len 4096 daemon\n` +
      `defaults\n mode http\n log global\n timeout connect 2s\n timeout client 2s\n timeout server 2s\n` +
      `listen unused\n bind ${join(folder, 'l')}\n${backends}`,
  );
  const child = spawn('haproxy', ['-db', '-f', file], { stdio: ['ignore', 'ignore', 'pipe'] });
  let complaints = '';
  child.stderr.on('data', (chunk: Buffer) => (complaints += chunk.toString()));
  await answering(socket, child, () => complaints);
  return {
    lines,
    command: (text) => ask(socket, text),
    async stop() {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await new Promise((gone) => child.once('exit', gone));
      log.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function answering(path: string, child: ChildProcess, complaints: () => string): Promise<void> {
  for (let attempt = 0; attempt < 500; attempt++) {
    if (child.exitCode !== null) throw new Error(complaints());
    try {
      await ask(path, 'show version');
      return;
    } catch {
      await new Promise((wake) => setTimeout(wake, 10));
    }
  }
  throw new Error(`haproxy does not answer: ${complaints()}`);
}

function ask(path: string, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = net.connect(path);
    socket.on('data', (chunk) => (answer += chunk.toString('latin1')));
    socket.on('end', () => {
      resolve(answer);
    });
    socket.on('error', reject);
    socket.end(`${command}\n`);
  });
}
