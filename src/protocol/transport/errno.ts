import { getSystemErrorMap } from 'node:util';

const names = new Map([...getSystemErrorMap()].map(([number, [name]]) => [number, name]));

/** What libuv answers at the end of a stream; the same number on every platform. */
export const END_OF_FILE = -4095;

/** `-111` -> `'ECONNREFUSED'`. */
export function errnoName(status: number): string {
  return names.get(status) ?? `E${-status}`;
}
