import { binaryRegexMatcher } from '../matchers.js';
import { connectStep, defineCheckType, expectStep, sendStep } from '../plan.js';
import { refuseArguments } from './option.js';

/** Cipher suites of SSLv3's days, offered as HAProxy offers them: 0x01-0x1b and 0x2f-0x3a. */
const SUITES = [...range(0x01, 0x1b), ...range(0x2f, 0x3a)].map((suite) => String.fromCharCode(0, suite)).join('');

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

const uint = (value: number, bytes: number): string =>
  Array.from({ length: bytes }, (_, index) => String.fromCharCode((value >>> (8 * (bytes - 1 - index))) & 0xff)).join(
    '',
  );

/** An SSLv3 ClientHello (RFC 6101 section 5.6.1.2) whose random is the time and a name that log readers recognise. */
export function clientHello(seconds: number): string {
  const random = uint(seconds, 4) + 'HAPROXYSSLCHK\nHAPROXYSSLCHK\n';
  const body = `\x03\0${random}\0${uint(SUITES.length, 2)}${SUITES}\x01\0`;
  const handshake = `\x01${uint(body.length, 3)}${body}`;
  return `\x16\x03\0${uint(handshake.length, 2)}${handshake}`;
}

export const sslHello = defineCheckType({
  name: 'ssl-hello',
  manual: '4.2',
  summary: 'an SSLv3 hello must be answered by a handshake or an alert',
  parse(context) {
    refuseArguments(context);
    return [
      connectStep(),
      sendStep(1, () => clientHello(Math.floor(Date.now() / 1000))),
      expectStep(2, binaryRegexMatcher('^1[56]'), {
        minReceived: 5,
        okStatus: 'L6OK',
        errorStatus: 'L6RSP',
        timeoutStatus: 'L6TOUT',
      }),
    ];
  },
});
