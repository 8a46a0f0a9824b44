import { integer, optional, string } from '../arguments.js';
import { USES } from '../checkpoint.js';
import { defineFetch } from '../definition.js';
import { findDistccToken, type DistccToken } from '../payload/distcc.js';
import { mayChange } from '../sampling.js';
import type { StreamContext } from '../../core/stream.js';

function tokenOf(stream: StreamContext, name: string, occurrence: number): DistccToken | undefined {
  const found = findDistccToken(stream.requestBuffer, name, occurrence);
  if (found !== 'short') return found;
  mayChange(stream);
  return undefined;
}

/** The distcc protocol in the request buffer (manual 7.3.5). */
export const distcc = [
  defineFetch({
    name: 'distcc_body',
    args: [string, optional(integer)],
    out: 'bin',
    use: USES.eitherHeaders,
    manual: '7.3.5',
    summary: 'the body of a token of a distcc message',
    compile:
      ([name, occurrence = 1]) =>
      (stream) =>
        tokenOf(stream, name, occurrence)?.body,
  }),
  defineFetch({
    name: 'distcc_param',
    args: [string, optional(integer)],
    out: 'sint',
    use: USES.eitherHeaders,
    manual: '7.3.5',
    summary: 'the number of a token of a distcc message',
    compile:
      ([name, occurrence = 1]) =>
      (stream) =>
        tokenOf(stream, name, occurrence)?.parameter,
  }),
];
