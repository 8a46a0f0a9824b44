import { connectStep, defineCheckType, expectStep, sendStep, type CustomMatcher, type Verdict } from '../plan.js';
import { optionWords } from './option.js';

/** Every MySQL packet begins with its length (3 bytes, little endian) and its sequence number. */
const HEADER = 4;
const ERROR_PACKET = 0xff;

/** COM_QUIT as the first packet of a new exchange: the server closes without counting an aborted connection. */
const QUIT = '\x01\0\0\0\x01';

/** CLIENT_PROTOCOL_41 | CLIENT_SECURE_CONNECTION, as the low half of the capabilities. */
const CAPABILITIES_41 = '\x00\x82';

function packet(sequence: number, payload: string): string {
  return String.fromCharCode(payload.length & 0xff, (payload.length >> 8) & 0xff, 0, sequence) + payload;
}

/** HandshakeResponse41: capabilities (4), largest packet (4), character set (1), reserved (23), user, empty password. */
const login41 = (user: string): string =>
  packet(1, `${CAPABILITIES_41}\0\0\0\x80\0\x01\x21${'\0'.repeat(23)}${user}\0\0`);
/** HandshakeResponse320: capabilities (2), largest packet (3), user, empty password. */
const login320 = (user: string): string => packet(1, `\0\x80\0\0\x01${user}\0\0`);

/** One packet at `offset`; undefined = not there completely. */
function payloadAt(received: string, offset: number): string | undefined {
  if (received.length < offset + HEADER + 1) return undefined;
  const length =
    received.charCodeAt(offset) | (received.charCodeAt(offset + 1) << 8) | (received.charCodeAt(offset + 2) << 16);
  const start = offset + HEADER;
  return received.length < start + length ? undefined : received.slice(start, start + length);
}

/** An ERR packet's number and text. */
function refusal(payload: string): Verdict {
  const code = payload.charCodeAt(1) | (payload.charCodeAt(2) << 8) || 0;
  return { status: 'L7STS', code, info: payload.slice(3) };
}

const CUT: Verdict = { status: 'L7RSP', code: 0, info: '' };

/** The server's version from its greeting: text up to a NUL after the protocol's number. */
const versionOf = (received: string): string => received.slice(HEADER + 1).split('\0', 1)[0];

/** The server's first packet is its greeting, or a refusal (host blocked, too many connections). */
function greeting(last: boolean): CustomMatcher {
  return {
    on: 'custom',
    judge(received, ended) {
      const payload = payloadAt(received, 0);
      if (payload === undefined) return ended ? CUT : undefined;
      if (payload.charCodeAt(0) === ERROR_PACKET) return refusal(payload);
      return last ? { status: 'L7OK', code: 0, info: versionOf(received) } : 'pass';
    },
  };
}

/** The packet after the greeting answers our login. */
const answer: CustomMatcher = {
  on: 'custom',
  judge(received, ended) {
    const first = payloadAt(received, 0);
    const second = first === undefined ? undefined : payloadAt(received, HEADER + first.length);
    if (first === undefined || second === undefined) return ended ? CUT : undefined;
    if (second.charCodeAt(0) === ERROR_PACKET) return refusal(second);
    return { status: 'L7OK', code: 0, info: versionOf(received) };
  },
};

export const mysql = defineCheckType({
  name: 'mysql',
  manual: '4.2',
  summary: "reads the server's greeting and, with `user`, logs in and leaves properly",
  parse(context) {
    const words = optionWords(context);
    if (words === undefined || !words.more()) {
      return [connectStep({ id: 1, linger: true }), expectStep(2, greeting(true))];
    }
    if (!words.take('user')) {
      const word = words.next('user');
      words.fail(`'option mysql-check' only supports optional values: 'user' (got '${word.text}').`, word);
    }
    if (!words.more()) words.fail(`'option mysql-check user' expects <username> as argument.`);
    const user = words.next('a user').text;
    const login = version(words) === 'pre-41' ? login320(user) : login41(user);
    words.end();
    return [
      connectStep({ id: 1, linger: true }),
      // Sent without waiting for the greeting: one round trip less, and the login needs nothing from it.
      sendStep(2, () => login + QUIT),
      expectStep(3, greeting(false)),
      expectStep(4, answer),
    ];
  },
});

function version(words: NonNullable<ReturnType<typeof optionWords>>): 'pre-41' | 'post-41' {
  const word = words.peek();
  if (word === undefined) return 'post-41';
  words.next('a version');
  if (word.text === 'pre-41' || word.text === 'post-41') return word.text;
  return words.fail(`keyword 'user' only supports 'post-41' and 'pre-41' (got '${word.text}').`, word);
}
