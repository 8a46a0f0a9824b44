// Runs single tests with Debian's varnishtest.
import { spawn } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Its exit code for a test whose `feature` line is not fulfilled. */
const SKIPPED = 77;

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
    // varnishtest ends tests that take too long; this is for the case that it hangs itself
    const guard = setTimeout(() => process.kill(-child.pid, 'SIGKILL'), (seconds + 15) * 1000);
    child.once('error', (error) => {
      clearTimeout(guard);
      reject(new Error(`varnishtest (Debian's package varnish): ${error.message}`));
    });
    child.once('close', (code) => {
      clearTimeout(guard);
      const result = code === SKIPPED ? 'skipped' : code === 0 ? 'passed' : 'failed';
      resolve({ result, milliseconds: Date.now() - began, log });
    });
  });
}

/** The end of a log, without the lines that only tell what was sent byte by byte. */
export function tail(log, lines) {
  return log.trimEnd().split('\n').slice(-lines).join('\n');
}
