import type { Cursor, Word } from '../../cursor.js';
import type { ParseContext, ProxyKeyword } from '../../keyword.js';
import type { ProxyModel } from '../../model.js';
import { parseLog } from '../log-target.js';
import { emailAlertKeyword } from './email-alert.js';
import { duration, integer, required } from '../values.js';
import { proxyKeyword, type ProxyKeywordDraft } from './define.js';

/** The `log` line of a section that has logs of its own (manual 4.2). */
export function logKeywordParse(
  words: Cursor,
  section: Pick<ProxyModel, 'logs' | 'logGlobal'>,
  context: ParseContext,
): void {
  if (context.negated) {
    if (words.more()) words.fail("log : 'no log' does not expect arguments");
    section.logs = [];
    section.logGlobal = false;
    return;
  }
  if (words.peek()?.text === 'global') {
    words.next('');
    if (words.more()) words.fail(`log : 'global' takes no further argument, not '${words.peek()?.text}'`);
    section.logGlobal = true;
    return;
  }
  section.logs.push(parseLog(words, context, true));
}

const log = proxyKeyword({
  name: 'log',
  manual: '4.2',
  summary: 'where log lines go',
  side: 'both',
  defaults: true,
  negatable: true,
  parse: logKeywordParse,
});

/** A keyword with one log-format string, which is compiled by language/. */
function format(
  name: string,
  summary: string,
  set: (proxy: ProxyModel, word: Word, words: Cursor, context: ParseContext) => void,
): ProxyKeyword {
  return proxyKeyword({
    name,
    summary,
    manual: name === 'unique-id-format' ? '4.2' : '8.2.4',
    side: name === 'unique-id-format' ? 'both' : 'frontend',
    defaults: true,
    ignored: (proxy) => `backend '${proxy.name}' : '${name}' directive is ignored in backends.`,
    parse(words, proxy, context) {
      const word = required(words, `${name} expects an argument.`);
      if (words.more()) words.fail(`${name} expects only one argument, don't forget to escape spaces!`);
      set(proxy, word, words, context);
    },
  });
}

const header: Pick<ProxyKeywordDraft, 'side' | 'defaults' | 'extraIgnored'> = {
  side: 'frontend',
  defaults: true,
  extraIgnored: true,
};

const capture = proxyKeyword({
  name: 'capture',
  manual: '4.2',
  summary: 'cookies and headers that the log shows',
  side: 'frontend',
  defaults: false,
  parse(words: Cursor, proxy, context) {
    if (words.take('cookie')) {
      const name = captureName(words, 'cookie', '<cookie_name>');
      proxy.captureCookie = { name, length: cookieLength(words, proxy, context) };
      return;
    }
    const direction = words.peek()?.text;
    if ((direction !== 'request' && direction !== 'response') || words.peek(1)?.text !== 'header') {
      words.fail("'capture' expects 'cookie' or 'request header' or 'response header'.", words.peek() ?? words.endSpan);
    }
    words.next('');
    words.next('');
    const header = captureName(words, `${direction} header`, '<header_name>').toLowerCase();
    proxy.captureSlots.push({ direction, header, length: captureLength(words) });
  },
});

function captureName(words: Cursor, what: string, name: string): string {
  words.label = `capture ${what}`;
  const word = words.peek();
  if (word === undefined || words.peek(1)?.text !== 'len' || words.peek(2) === undefined) {
    return words.fail(`'capture ${what}' expects ${name} 'len' <len>.`, word ?? words.endSpan);
  }
  words.next('');
  return word.text;
}

function captureLength(words: Cursor): number {
  words.take('len');
  return integer(words, { min: 0 });
}

/** `tune.http.cookielen`, whose last byte is not a letter's. */
function cookieLength(words: Cursor, proxy: ProxyModel, { model }: ParseContext): number {
  const length = captureLength(words);
  const most = (model.global.tune.get('tune.http.cookielen') ?? 64) - 1;
  if (length <= most) return length;
  words.warn(`truncating capture length to ${most} bytes for ${proxy.kind} '${proxy.name}'.`, words.peek(-1));
  return most;
}

const declare = proxyKeyword({
  name: 'declare',
  manual: '4.2',
  summary: "a numbered slot for 'capture' actions",
  side: 'both',
  defaults: true,
  parse(words: Cursor, proxy) {
    if (proxy.kind === 'defaults') words.fail("'declare' not available in default section", words.keyword);
    if (proxy.kind === 'backend') words.fail("'declare' only available in frontend or listen section", words.keyword);
    if (!words.take('capture')) {
      words.fail("'declare' expects 'capture' as argument.", words.peek() ?? words.endSpan);
    }
    const direction = words.peek()?.text;
    if ((direction !== 'request' && direction !== 'response') || words.peek(1)?.text !== 'len') {
      words.fail(
        "'declare capture' expects 'request' or 'response', then 'len' <length>.",
        words.peek() ?? words.endSpan,
      );
    }
    words.next('');
    words.next('');
    words.label = 'declare capture';
    proxy.captureSlots.push({ direction, length: integer(words, { min: 0 }) });
  },
});

export const loggingKeywords: readonly ProxyKeyword[] = [
  log,
  format('log-format', 'the text of a log line', (proxy, word) => (proxy.logFormat = { kind: 'custom', word })),
  format('log-format-sd', 'the structured data of an RFC 5424 log line', (proxy, word) => (proxy.logFormatSd = word)),
  format('error-log-format', 'the text of a log line about a failed connection', (proxy, word) => {
    proxy.errorLogFormat = word;
  }),
  format('unique-id-format', 'the unique id of a request', (proxy, word) => (proxy.uniqueIdFormat = word)),
  proxyKeyword({
    ...header,
    side: 'both',
    name: 'unique-id-header',
    manual: '4.2',
    summary: 'the header that carries the unique id to the server',
    parse: (words, proxy) => (proxy.uniqueIdHeader = required(words, 'unique-id-header expects an argument.').text),
  }),
  proxyKeyword({
    ...header,
    side: 'both',
    name: 'log-tag',
    manual: '4.2',
    summary: 'the program name in log lines',
    parse: (words, proxy) => (proxy.logTag = required(words, "'log-tag' expects a tag for use in syslog.").text),
  }),
  proxyKeyword({
    ...header,
    name: 'log-steps',
    manual: '4.2',
    summary: 'at which steps of a stream a line is logged',
    since: '3.1',
    parse(words, _proxy, context) {
      words.next('steps');
      context.notDone(words.keyword, 'log-steps', 'lines are logged when a stream ends', 'served');
    },
  }),
  capture,
  declare,
  emailAlertKeyword,
  proxyKeyword({
    name: 'grace',
    manual: '4.2',
    summary: 'how long a listener stays open after a soft stop',
    removed: '2.5',
    side: 'both',
    defaults: true,
    parse(words, _proxy, context) {
      duration(words);
      const text = words.words[1].text;
      words.warn(
        "the 'grace' keyword is not supported any more since HAProxy version 2.5.",
        words.keyword,
        `write 'grace ${text}' in the global section`,
      );
      context.notDone(words.keyword, 'grace in a proxy section', 'listeners close when a soft stop begins', 'served');
    },
  }),
];
