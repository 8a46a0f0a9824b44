import type { AddressModel } from '../config/model.js';

/** Bytes behind the NUL of an abstract name. */
const NAME_SIZE = 107;

/**
 * What a transport needs to find a UNIX socket, '' = the address is no such. Abstract names are as long as the kernel
 * allows, filled up with zeros: HAProxy's are, and so are Node's own before they learnt to be shorter.
 */
export function socketPath({ kind, host }: AddressModel): string {
  if (kind === 'abns') return `\0${host.padEnd(NAME_SIZE, '\0')}`;
  return kind === 'unix' ? host : '';
}
