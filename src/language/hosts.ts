import { readFileSync } from 'node:fs';

/**
 * Addresses of a host name from the system's hosts file: what a configuration may name in place of an address without
 * depending on DNS (manual 7.1.6 asks for exactly that). Node.js has no synchronous DNS.
 */
export function resolveHost(name: string): readonly string[] {
  const wanted = name.toLowerCase();
  return hosts()
    .filter(([, ...names]) => names.includes(wanted))
    .map(([address]) => address);
}

let lines: readonly (readonly string[])[] | undefined;

function hosts(): readonly (readonly string[])[] {
  lines ??= readHosts()
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim().toLowerCase().split(/\s+/));
  return lines;
}

function readHosts(): string {
  try {
    return readFileSync('/etc/hosts', 'utf8');
  } catch {
    return '';
  }
}
