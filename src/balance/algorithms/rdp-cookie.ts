import type { StreamContext } from '../../core/stream.js';
import { defineAlgorithm } from '../algorithm.js';
import { hashedText } from '../hashed.js';

/** TPKT (4 bytes) and X.224 connection request (7 bytes) that stand before the cookie. */
const HEADER_LENGTH = 11;
const PREFIX = 'cookie:';

export const rdpCookie = defineAlgorithm<string>({
  name: 'rdp-cookie',
  manual: '4.2',
  summary: 'hash of an RDP cookie',
  http: false,
  dynamicWeights: 'hash',
  parse: (_, argument) => (argument === '' ? 'mstshash' : argument),
  create: (name, context) =>
    hashedText('rdp-cookie', context, (stream: StreamContext) => findRdpCookie(stream.requestBuffer, name)),
});

/** The value of `Cookie: NAME=value` in an RDP connection request; undefined when it is not (completely) there, or empty. */
export function findRdpCookie(payload: string, name: string): string | undefined {
  if (payload.slice(HEADER_LENGTH, HEADER_LENGTH + PREFIX.length).toLowerCase() !== PREFIX) return undefined;
  let at = HEADER_LENGTH + PREFIX.length;
  while (payload[at] === ' ') at++;
  const start = at + name.length + 1;
  if (payload.slice(at, start).toLowerCase() !== `${name.toLowerCase()}=`) return undefined;
  const end = payload.indexOf('\r', start);
  if (end <= start || payload[end + 1] !== '\n') return undefined;
  return payload.slice(start, end);
}
