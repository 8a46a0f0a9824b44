// Runs single tests with Debian's varnishtest.
import { spawn } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Its exit code for a test whose `feature` line is not fulfilled. */
const SKIPPED = 77;

/** Processes of varnishtest that run; each leads a session. */
const running = new Map();
process.once('exit', () => {
  for (const [leader, folder] of running) endAll(leader, folder);
});

/** Writes the executable that starts tsproxy; the process that varnishtest knows is the one that serves. */
export function writeLauncher(folder, node, main) {
  const path = join(folder, 'tsproxy');
  writeFileSync(path, `#!/bin/sh\nexec '${node}' '${main}' "$@"\n`);
  chmodSync(path, 0o755);
  return path;
}

/**
 * @param {{program: string, folder: string, seconds: number}} how `folder`: for the files that it leaves when it fails
 * @returns {Promise<{result: 'passed' | 'failed' | 'skipped', milliseconds: number, log: string}>}
 */
export function runTest(file, { program, folder, seconds }) {
  const began = Date.now();
  return new Promise((resolve, reject) => {
    const args = ['-b', '2M', '-k', '-t', String(seconds), file];
    const env = { ...process.env, HAPROXY_PROGRAM: program, HAPROXY_ARGS: '-dM', TMPDIR: folder };
    const child = spawn('varnishtest', args, { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    let log = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (log += text));
    if (child.pid !== undefined) running.set(child.pid, folder);
    // varnishtest ends tests that take too long; this is for the case that it hangs itself
    const guard = setTimeout(() => endAll(child.pid, folder), (seconds + 15) * 1000);
    child.once('error', (error) => {
      clearTimeout(guard);
      reject(new Error(`varnishtest (Debian's package varnish): ${error.message}`));
    });
    // a test that fails may leave what it started, which would also keep the pipes open
    child.once('exit', () => {
      clearTimeout(guard);
      endAll(child.pid, folder);
      running.delete(child.pid);
    });
    child.once('close', (code) => {
      const result = code === SKIPPED ? 'skipped' : code === 0 ? 'passed' : 'failed';
      resolve({ result, milliseconds: Date.now() - began, log });
    });
  });
}

/**
 * Kills what a test has started and left: the processes of varnishtest's session, each in a group of its test, and
 * those that have become daemons, which have the test's folder in their arguments.
 */
function endAll(leader, folder) {
  const numbers = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  for (const pid of numbers.map(Number)) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
      const session = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[3]);
      const daemon = readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(join(folder, `vtc.${leader}.`));
      if (session === leader || daemon) process.kill(pid, 'SIGKILL');
    } catch {
      // it has ended meanwhile
    }
  }
}

/** The end of a log, without the lines that only tell what was sent byte by byte. */
export function tail(log, lines) {
  return log.trimEnd().split('\n').slice(-lines).join('\n');
}
