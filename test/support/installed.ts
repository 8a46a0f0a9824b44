import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { inCi, inherited } from './environment.js';

/** Where Debian keeps the plugins of monitoring programs. */
const PLUGINS = ['/usr/lib/nagios/plugins', '/usr/share/munin/plugins'];
const FOLDERS = [...(inherited.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin', '/usr/local/sbin', ...PLUGINS];

/** The full path of an installed program, undefined where it is not. */
export function findProgram(name: string): string | undefined {
  return FOLDERS.map((folder) => join(folder, name)).find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function missing(names: readonly string[]): string[] {
  return names.filter((name) => findProgram(name) === undefined);
}

/**
 * For describe.skipIf(): whether a program is not installed, said on the console. In CI it never skips: there a missing
 * program makes the tests fail.
 */
export function lacks(...programs: readonly string[]): boolean {
  const absent = missing(programs);
  if (absent.length === 0) return false;
  const reason = `not installed: ${absent.join(', ')}`;
  if (inCi) throw new Error(reason);
  console.warn(`skipped tests, ${reason}`);
  return true;
}
