// Starting and measuring the programs of the wire benchmark: everything in one temporary folder, stopped by pid.
import { spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import net from 'node:net';

const children = [];

export const installed = (program) => spawnSync('which', [program]).status === 0;

/** Runs `argv` pinned to `core`; its output goes to ours when VERBOSE is set. */
export function start(core, argv, options = {}) {
  const pin = installed('taskset') ? ['taskset', '-c', String(core)] : [];
  const [command, ...args] = [...pin, ...argv];
  const child = spawn(command, args, { stdio: process.env.VERBOSE ? 'inherit' : 'ignore', ...options });
  children.push(child);
  return child;
}

export async function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 3000);
  await gone;
  clearTimeout(timer);
}

export async function stopAll() {
  await Promise.all(children.map(stop));
}

/** A port nobody listens on right now. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Waits until something accepts connections on `port`. */
export async function listening(port, timeoutMs = 10_000) {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const open = await new Promise((resolve) => {
      const socket = net.connect(port, '127.0.0.1', () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => resolve(false));
    });
    if (open) return;
    if (performance.now() > end) throw new Error(`nothing listens on port ${port}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** CPU time of a process and its children so far, in microseconds (all threads). */
export function cpuMicroseconds(pid) {
  let total = 0;
  for (const id of withChildren(pid)) {
    for (const task of readdirSync(`/proc/${id}/task`)) {
      try {
        total += Number(readFileSync(`/proc/${id}/task/${task}/schedstat`, 'utf8').split(' ')[0]) / 1000;
      } catch {
        // a thread that ended between the two calls
      }
    }
  }
  return total;
}

/** Resident memory of a process and its children, in KiB. */
export function residentKib(pid) {
  return withChildren(pid).reduce((sum, id) => {
    const line = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${id}/status`, 'utf8'));
    return sum + Number(line?.[1] ?? 0);
  }, 0);
}

function withChildren(pid) {
  const ids = [pid];
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    try {
      const list = readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim();
      if (list !== '') ids.push(...list.split(' ').flatMap((id) => withChildren(Number(id))));
    } catch {
      // likewise
    }
  }
  return ids;
}
