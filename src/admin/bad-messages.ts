import { dateWithMilliseconds } from '../language/log-format/dates.js';
import type { BadMessage } from '../state/bad-message.js';

/** `show errors` (management manual 9.3): the bytes of a message that broke the protocol, and where it did. */

/** Widest line of output. */
const WIDTH = 79;

/** What the parser complains about as HAProxy's parser states; the numbers are part of what it prints. */
const REQUEST_STATES: Readonly<Record<string, string>> = {
  method: 'MSG_RQMETH(2)',
  target: 'MSG_RQURI(4)',
  version: 'MSG_RQVER(6)',
};
const RESPONSE_STATES: Readonly<Record<string, string>> = { version: 'MSG_RPVER(10)', status: 'MSG_RPCODE(12)' };
const STATES: Readonly<Record<string, string>> = {
  'header-name': 'MSG_HDR_NAME(17)',
  'header-value': 'MSG_HDR_VAL(22)',
  'content-length': 'MSG_HDR_L2_LWS(24)',
  'transfer-encoding': 'MSG_HDR_L2_LWS(24)',
  chunk: 'MSG_CHUNK_SIZE(26)',
};

function stateOf({ direction, error }: BadMessage): string {
  const own = direction === 'request' ? REQUEST_STATES : RESPONSE_STATES;
  return own[error] ?? STATES[error] ?? 'MSG_DATA(27)';
}

/** Bits that HAProxy prints for a connection between requests, and for one that waits for a response. */
const FLAGS = {
  request: { connection: '0x00000100', stream: '0x00000810', message: '0x00001400' },
  response: { connection: '0x80002200', stream: '0x00004810', message: '0x00001404' },
};

/** `[26/Nov/2026:07:15:04.565]` */
export const stamp = (ms: number): string => `[${dateWithMilliseconds(ms)}]`;

/** One message in HAProxy's form. @param bufferSize `tune.bufsize` */
export function* badMessageText(message: BadMessage, bufferSize: number): Generator<string> {
  const { direction, bytes, errorAt, date } = message;
  const flags = FLAGS[direction];
  yield ` \n${stamp(date)} ${head(message)}, event #${message.event}, src ${sourceText(message)}\n`;
  yield `  buffer starts at 0 (including 0 out), ${Math.max(0, bufferSize - bytes.length)} free,\n`;
  yield `  len ${bytes.length}, wraps at ${bufferSize - 48}, error at position ${errorAt}\n`;
  yield `  H1 connection flags ${flags.connection}, H1 stream flags ${flags.stream}\n`;
  yield `  H1 msg state ${stateOf(message)}, H1 msg flags ${flags.message}\n`;
  yield '  H1 chunk len 0 bytes, H1 body len 0 bytes :\n  \n';
  yield* dump(bytes);
}

function head({ direction, frontend, backend, server }: BadMessage): string {
  const name = (of: { name: string; id: number } | undefined): string =>
    of ? `${of.name} (#${of.id})` : '<NONE> (#-1)';
  return direction === 'request'
    ? `frontend ${name(frontend)}: invalid request\n  backend ${name(backend)}, server ${name(server)}`
    : `backend ${name(backend)}: invalid response\n  frontend ${name(frontend)}, server ${name(server)}`;
}

function sourceText({ source }: BadMessage): string {
  return source.address === '' ? 'unix:1' : `${source.address}:${source.port}`;
}

const ESCAPES: Readonly<Record<number, string>> = {
  0x09: String.raw`\t`,
  0x0a: String.raw`\n`,
  0x0d: String.raw`\r`,
  0x1b: String.raw`\e`,
  0x5c: String.raw`\\`,
};

function shown(byte: number): string {
  if (byte >= 0x20 && byte < 0x7f && byte !== 0x5c) return String.fromCharCode(byte);
  return ESCAPES[byte] ?? `\\x${byte.toString(16).padStart(2, '0')}`;
}

/** Lines as they were sent, each with the offset of its first byte; long ones go on behind a plus. */
export function* dump(bytes: Uint8Array): Generator<string> {
  let at = 0;
  let continued = false;
  while (at < bytes.length) {
    let line = `  ${String(at).padStart(5, '0')}${continued ? '+' : ' '} `;
    let ended = false;
    while (at < bytes.length && !ended) {
      const text = shown(bytes[at]);
      if (line.length + text.length > WIDTH) break;
      line += text;
      ended = bytes[at] === 0x0a;
      at++;
    }
    continued = !ended;
    yield `${line}\n`;
  }
}
