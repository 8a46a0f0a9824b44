import { INCOMPLETE, type HeaderOutcome } from './outcome.js';
import { parseV1 } from './v1.js';
import { looksLikeV2, parseV2 } from './v2.js';

/** Reads a PROXY protocol header of either version at the beginning of `buffer[0..length)`. */
export function parseProxyHeader(buffer: Buffer, length: number): HeaderOutcome {
  if (length === 0) return INCOMPLETE;
  return looksLikeV2(buffer, length) ? parseV2(buffer, length) : parseV1(buffer, length);
}
