import { readdirSync, readlinkSync } from 'node:fs';
import type { CliOutput } from '../core/cli.js';

/** What Linux tells of this process under /proc; elsewhere there is nothing to say. */

function targetOf(descriptor: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`);
  } catch {
    return '';
  }
}

/** `show fd`: numbers and what they lead to. @param only one number */
export function* listDescriptors(only: string | undefined): Generator<string> {
  let descriptors: string[];
  try {
    descriptors = readdirSync('/proc/self/fd');
  } catch {
    return;
  }
  for (const descriptor of descriptors.toSorted((a, b) => Number(a) - Number(b))) {
    const target = only === undefined || only === descriptor ? targetOf(descriptor) : '';
    if (target !== '') yield `${descriptor.padStart(7)} : ${target}\n`;
  }
}

const hex = (value: number, digits: number): string => `0x${value.toString(16).padStart(digits, '0')}`;

/** `show libs`: where files with code are mapped. @param read gives /proc/self/maps; may throw */
export function listLibraries(read: () => string): CliOutput {
  let maps: string;
  try {
    maps = read();
  } catch {
    return undefined;
  }
  const ranges = new Map<string, { from: number; to: number; code: boolean }>();
  for (const [, from, to, rights, path] of maps.matchAll(/^([\da-f]+)-([\da-f]+) (\S+) .*?(\/.*)$/gm)) {
    const range = ranges.get(path) ?? { from: Number.parseInt(from, 16), to: 0, code: false };
    ranges.set(path, { from: range.from, to: Number.parseInt(to, 16) - 1, code: range.code || rights.includes('x') });
  }
  return [...ranges]
    .filter(([, { code }]) => code)
    .map(([path, { from, to }]) => `${hex(from, 12)}-${hex(to, 12)} (${hex(to - from + 1, 7)}) ${path}\n`)
    .join('');
}
