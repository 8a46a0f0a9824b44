import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Most descriptors this process may open; undefined = unknown (no /proc). Node raises its soft limit to the hard one. */
export function descriptorLimit(): number | undefined {
  try {
    const limit = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'latin1'))?.[1];
    return limit === undefined ? undefined : Number(limit);
  } catch {
    return undefined;
  }
}

/**
 * Raises the limit. Node has no setrlimit(); util-linux has a program that does it to others, if they are root.
 * @returns whether it worked
 */
export function raiseDescriptorLimit(limit: number): boolean {
  const args = ['--pid', String(process.pid), `--nofile=${limit}:${limit}`];
  return spawnSync('prlimit', args, { stdio: 'ignore' }).status === 0;
}
