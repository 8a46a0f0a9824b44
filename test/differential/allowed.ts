import { comparable } from '../support/log-line.js';
import type { Observation } from './differential.js';

/**
 * Differences to HAProxy 2.6 that are wanted. Each names its cases and gives back what 2.6 would have shown; whatever it
 * does not touch is compared. A case whose difference is gone fails again, so the list only shrinks.
 */
interface Allowed {
  readonly cases: RegExp;
  readonly why: string;
  accept(ours: Observation, real: Observation): Observation | undefined;
}

const refused = ({ client, origin }: Observation): boolean => client.startsWith('HTTP/1.1 400 ') && origin.length === 0;

/** The data of chunked bytes. */
const unchunked = (bytes: string): string => bytes.replace(/\r\n[\da-f]+(?=\r\n)/gi, '').replaceAll('\r\n', '');

/** A log line without its byte count, which contains the sizes of the chunks. */
const withoutSize = (line: string): string => comparable(line).text.replace(/ 200 \d+ /, ' 200 ');

const ALLOWED: readonly Allowed[] = [
  {
    cases: /\(stricter\)$/,
    why: '3.5 closed a hole that 2.6 leaves open; we refuse as 3.5 does. The origin must see nothing.',
    accept: (ours, real) => (refused(ours) && !refused(real) ? real : undefined),
  },
  {
    cases: /\(not forwarded\)$/,
    why: 'An upgrade to h2c could smuggle requests past the rules: 3.5 drops it, so do we.',
    accept: (ours, real) =>
      ours.origin.some((bytes) => /^upgrade:/im.test(bytes))
        ? undefined
        : { ...ours, origin: ours.origin.length === real.origin.length ? real.origin : ours.origin },
  },
  {
    cases: /\(re-framed\)$/,
    why: 'Chunks are written anew, by either in its own sizes; only the data counts.',
    accept: (ours, real) => ({
      ...ours,
      client: unchunked(ours.client) === unchunked(real.client) ? real.client : ours.client,
      origin: ours.origin.map(unchunked).join() === real.origin.map(unchunked).join() ? real.origin : ours.origin,
      log: ours.log.map((line, index) =>
        withoutSize(line) === withoutSize(real.log[index] ?? '') ? (real.log[index] ?? '') : line,
      ),
    }),
  },
  {
    cases: /^RST in the response$/,
    why: 'We see at once that the client is gone; 2.6 does not look while the server is silent, and blames that one.',
    accept: (ours, real) =>
      ours.log.every(
        (line, i) => comparable(line).text.replace(' CD-- ', ' sD-- ') === comparable(real.log[i] ?? '').text,
      )
        ? { ...ours, log: real.log }
        : undefined,
  },
  {
    cases: /^GET as HEAD$/,
    why: 'The client waits for a body that a rule has ruled out, and 2.6 lets it take the next response for it.',
    accept: (ours, real) =>
      ours.ending === 'eof' && ours.client === real.client.replace(/\r\n$/, 'connection: close\r\n\r\n')
        ? { ...real, log: ours.log }
        : undefined,
  },
  {
    cases: /\(refused\)$/,
    why: 'A status code has three digits (RFC 9112 section 4); 2.6 hands on any number and then closes.',
    accept: (ours, real) => (ours.client.startsWith('HTTP/1.1 502 ') ? real : undefined),
  },
];

/** `ours` with its allowed differences undone. */
export function explained(name: string, ours: Observation, real: Observation): Observation {
  const rule = ALLOWED.find(({ cases }) => cases.test(name));
  return rule?.accept(ours, real) ?? ours;
}
