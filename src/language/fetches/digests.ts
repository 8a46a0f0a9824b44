import { avalanche, sdbm } from '../../base/hash.js';
import { USES } from '../checkpoint.js';
import { defineFetch } from '../definition.js';
import { valueAt } from '../http/fields.js';
import { requestOf } from '../http/sniff.js';
import { ipBytes } from '../values.js';
import { addressOf } from './connection.js';
import { baseOf } from './request-line.js';
import type { StreamContext } from '../../core/stream.js';

function base32(stream: StreamContext): number | undefined {
  const base = baseOf(stream, false);
  return base === undefined ? undefined : avalanche(sdbm(base)) >>> 0;
}

function url32(stream: StreamContext): number | undefined {
  const request = requestOf(stream);
  if (request === undefined) return undefined;
  return avalanche(sdbm((valueAt(request.headers, 'host', false, 1) ?? '') + request.target)) >>> 0;
}

/** A hash and the client's address, in network order. */
function withSource(stream: StreamContext, hash: number | undefined): string | undefined {
  const source = addressOf(stream.session.source);
  return hash === undefined || source === undefined ? undefined : ipBytes(hash) + ipBytes(source);
}

/** Hashes of what identifies a request, to count it by (manual 7.3.6). */
export const digests = [
  defineFetch({
    name: 'base32',
    args: [],
    out: 'sint',
    use: USES.requestHeaders,
    manual: '7.3.6',
    summary: '32-bit hash of Host and path',
    compile: () => base32,
  }),
  defineFetch({
    name: 'base32+src',
    args: [],
    out: 'bin',
    use: USES.requestHeaders,
    manual: '7.3.6',
    summary: '32-bit hash of Host and path, and the client address',
    compile: () => (stream) => withSource(stream, base32(stream)),
  }),
  defineFetch({
    name: 'url32',
    args: [],
    out: 'sint',
    use: USES.requestHeaders,
    manual: '7.3.6',
    summary: '32-bit hash of Host and target',
    compile: () => url32,
  }),
  defineFetch({
    name: 'url32+src',
    args: [],
    out: 'bin',
    use: USES.requestHeaders,
    manual: '7.3.6',
    summary: '32-bit hash of Host and target, and the client address',
    compile: () => (stream) => withSource(stream, url32(stream)),
  }),
];
