import type { Cursor } from '../cursor.js';
import type { SectionKeyword } from '../keyword.js';
import { LINE_FORMATS } from '../keywords/log-target.js';
import { readServer } from '../keywords/proxy/servers.js';
import { newServerSettings } from '../keywords/server/settings.js';
import { suggestion } from '../keywords/suggest.js';
import { duration, required, size } from '../keywords/values.js';
import type { LogFormatName, RingModel, ServerModel } from '../model.js';
import { namedSection } from './named.js';

/** `tune.bufsize`, of which HAProxy makes rings that say nothing. */
const DEFAULT_SIZE = 16_384;

type Draft = { -readonly [Key in keyof RingModel]: RingModel[Key] };

function keyword(
  name: string,
  summary: string,
  parse: SectionKeyword<Draft>['parse'],
  more: Partial<SectionKeyword<Draft>> = {},
): SectionKeyword<Draft> {
  return { name, summary, manual: '3.9', parse, ...more };
}

const bytes = (words: Cursor): number => {
  const value = size(words, `invalid size '' for new sink buffer.`);
  if (value === 0) words.fail("invalid size '0' for new sink buffer.", words.taken);
  return value;
};

/** What of a `server` line counts here. */
const USED: ReadonlySet<string> = new Set(['name', 'span', 'address', 'id', 'guid', 'logProto', 'ssl', 'tls']);

/** As in HAProxy others are read over (manual 3.9); whoever writes them is told. */
function warnIdleParameters(words: Cursor, server: ServerModel): void {
  const untouched = Object.entries(newServerSettings());
  const idle = untouched.some(
    ([field, value]) =>
      !USED.has(field) &&
      JSON.stringify(Object.entries(server).find(([key]) => key === field)?.[1]) !== JSON.stringify(value),
  );
  if (idle) {
    words.warn(
      `server '${server.name}' : parameters other than 'log-proto', 'ssl' and those of TLS have no effect in a ring.`,
      words.lineSpan,
    );
  }
}

const keywords: readonly SectionKeyword<Draft>[] = [
  keyword(
    'backing-file',
    'a file that holds the ring',
    (words, _ring, context) => {
      required(words, "'backing-file' expects a path.");
      words.end();
      context.notDone(words.keyword, 'backing-file', 'the ring is kept in memory alone', 'served');
    },
    { effect: 'served' },
  ),
  keyword('description', 'text about the ring', (words, ring) => {
    // as in HAProxy, a text of several words wants quotes: what follows the first is read over
    ring.description = required(words, 'missing ring description text.').text;
    const extra = words.peek();
    if (extra === undefined) return;
    words.warn(`'description' takes one word: '${extra.text}' is ignored`, extra, 'put the text into quotes');
    words.rest();
  }),
  keyword('format', 'how lines are written', (words, ring) => {
    const word = words.peek();
    const format = LINE_FORMATS.find((name) => name === word?.text);
    if (format === undefined) {
      return words.fail(`unknown format '${word?.text ?? ''}'.`, word, word && suggestion(word.text, LINE_FORMATS));
    }
    words.next('');
    words.end();
    ring.format = format;
  }),
  keyword('maxlen', 'longest line, in bytes', (words, ring) => {
    ring.maxLength = bytes(words);
    words.end();
  }),
  keyword('server', 'where lines are sent over TCP', (words, ring, context) => {
    const server = readServer(words, ring.name, newServerSettings(), context);
    const other = ring.servers.find(({ name }) => name === server.name);
    if (other !== undefined) {
      words.fail(
        `backend '${ring.name}', another server named '${server.name}' was already defined at line ${other.span.source.line}, please use distinct names.`,
        words.lineSpan,
      );
    }
    ring.servers = [...ring.servers, server];
    warnIdleParameters(words, server);
  }),
  keyword('size', 'size of the ring, in bytes', (words, ring) => {
    const value = bytes(words);
    words.end();
    if (value >= ring.size) ring.size = value;
    else {
      const text = `ignoring new size '${value}' that is smaller than current size '${ring.size}' for ring '${ring.name}'.`;
      words.warn(text, words.taken);
    }
  }),
  keyword('timeout', 'times of the connection to the server', (words, ring) => {
    const kind = words.oneOf('timeout', ['connect', 'server']);
    words.label = `timeout ${kind}`;
    const value = duration(words, `'timeout ${kind}' expects <time> as argument.`);
    words.end();
    if (kind === 'connect') ring.timeoutConnect = value;
    else ring.timeoutServer = value;
  }),
];

/** Buffers in memory for log lines (manual 3.9). */
export const ringSection = namedSection<Draft>({
  name: 'ring',
  manual: '3.9',
  summary: 'a buffer in memory for log lines',
  keywords,
  missing: 'missing ring name.',
  unknown: (name) => `unknown statement '${name}'.`,
  duplicate: (name) => `sink named '${name}' already exists.`,
  all: ({ model }) => model.rings,
  create(name, span, { model }) {
    const format: LogFormatName = 'raw';
    const ring: Draft = {
      name,
      span,
      description: name,
      format,
      maxLength: DEFAULT_SIZE,
      size: DEFAULT_SIZE,
      servers: [],
      timeoutConnect: undefined,
      timeoutServer: undefined,
    };
    model.rings.push(ring);
    return ring;
  },
  close(ring, { diagnostics }) {
    if (ring.maxLength > ring.size) {
      diagnostics.warning(
        ring.span,
        `ring '${ring.name}' event max length '${ring.maxLength}' exceeds size, forced to size '${ring.size}'.`,
      );
      ring.maxLength = ring.size;
    }
    if (ring.servers.length === 0 || (ring.timeoutConnect && ring.timeoutServer)) return;
    diagnostics.warning(
      ring.span,
      `missing timeouts for backend '${ring.name}'.`,
      "without 'timeout connect' and 'timeout server' a server that hangs is waited for",
    );
  },
});
