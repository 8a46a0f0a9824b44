import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** The system's users and groups by name. Node cannot ask for them: the files are read, then `getent` is asked. */

/** @returns the number; undefined when there is none of that name, or nobody to ask */
export const userId = (name: string): number | undefined => numberOf('passwd', name);
export const groupId = (name: string): number | undefined => numberOf('group', name);

/** False on systems without these files, where nothing can be said about a name. */
export function knowsAccounts(): boolean {
  return linesOf('passwd').length > 0;
}

function numberOf(database: 'passwd' | 'group', name: string): number | undefined {
  const line = linesOf(database).find((entry) => entry.startsWith(`${name}:`)) ?? asked(database, name);
  const number = Number(line?.split(':')[2]);
  return line === undefined || !Number.isInteger(number) ? undefined : number;
}

function linesOf(database: string): string[] {
  try {
    return readFileSync(`/etc/${database}`, 'utf8').split('\n');
  } catch {
    return [];
  }
}

/** LDAP and its like are behind the name service switch only. */
function asked(database: string, name: string): string | undefined {
  if (/[^\w.@$-]/.test(name) || name.startsWith('-')) return undefined;
  const { status, stdout } = spawnSync('getent', [database, name], { encoding: 'utf8', timeout: 2000 });
  return status === 0 ? stdout.split('\n')[0] : undefined;
}
