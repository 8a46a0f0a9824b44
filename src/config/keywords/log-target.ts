import { LOG_ADDRESS, parseAddress } from '../address.js';
import type { Cursor, Word } from '../cursor.js';
import type { ParseContext } from '../keyword.js';
import type { LogFormatName, LogModel } from '../model.js';
import { suggestion } from './suggest.js';

/** RFC 5424 facilities by number, in HAProxy's names. */
const FACILITIES = [
  'kern',
  'user',
  'mail',
  'daemon',
  'auth',
  'syslog',
  'lpr',
  'news',
  'uucp',
  'cron',
  'auth2',
  'ftp',
  'ntp',
  'audit',
  'alert',
  'cron2',
  'local0',
  'local1',
  'local2',
  'local3',
  'local4',
  'local5',
  'local6',
  'local7',
] as const;

/** RFC 5424 severities by number. */
export const LEVELS = ['emerg', 'alert', 'crit', 'err', 'warning', 'notice', 'info', 'debug'] as const;

export const LINE_FORMATS: readonly LogFormatName[] = [
  'rfc3164',
  'rfc5424',
  'short',
  'raw',
  'local',
  'priority',
  'timed',
  'iso',
  'json',
];
const EXPECTS = 'log : expects <address> and <facility>';

interface LogOptions {
  length: number;
  format: LogModel['format'];
  /** Written, not the default: the default leaves the host name out, `rfc3164` does not. */
  formatGiven?: true;
  sample: LogModel['sample'];
}

/**
 * The rest of a `log` line that is neither `global` nor negated (manual 3.1 and 4.2):
 * `<target> [len <length>] [format <format>] [sample <ranges>:<size>] <facility> [max level [min level]]`.
 * @param orGlobal true in proxies, where `global` could have stood in the target's place
 */
export function parseLog(words: Cursor, context: ParseContext, orGlobal: boolean): LogModel {
  const expects = EXPECTS + (orGlobal ? ' or global as arguments' : '  as arguments');
  const word = words.peek();
  if (word === undefined || words.peek(1) === undefined) return words.fail(expects, words.endSpan);
  words.next('');
  const target = logTarget(words, word, context);
  const options = logOptions(words, context);
  if (!words.more()) words.fail(expects, words.endSpan);
  const facility = indexOf(words, FACILITIES, 'log : unknown log facility');
  const maxLevel = optionalLevel(words, LEVELS.length - 1, 'log : unknown optional log level');
  const minLevel = optionalLevel(words, 0, 'log : unknown optional minimum log level');
  const extra = words.peek();
  if (extra !== undefined) words.fail(`log : cannot handle unexpected argument '${extra.text}'`, extra);
  return { span: words.lineSpan, target, ...options, facility, maxLevel, minLevel };
}

/** An empty word, such as a variable that is not set, is none. */
function optionalLevel(words: Cursor, otherwise: number, complaint: string): number {
  if (!words.more() || words.take('')) return otherwise;
  return indexOf(words, LEVELS, complaint);
}

function logTarget(words: Cursor, word: Word, context: ParseContext): LogModel['target'] {
  if (word.text === 'stdout') return { kind: 'fd', fd: 1 };
  if (word.text === 'stderr') return { kind: 'fd', fd: 2 };
  const ring = /^ring@(.+)$/.exec(word.text);
  if (ring !== null) return { kind: 'ring', name: ring[1], word };
  const result = parseAddress(word, LOG_ADDRESS, context.env);
  if (!result.ok) return words.fail(`log : ${result.why}`, word, result.hint);
  const { address } = result;
  if (address.kind === 'fd') return { kind: 'fd', fd: address.fd };
  if (address.kind === 'unix') return { kind: 'unix', path: address.host };
  if (address.kind !== 'ip') return words.fail(`log : '${word.text}' cannot take log lines`, word);
  return { kind: address.transport === 'stream' ? 'tcp' : 'udp', address };
}

function logOptions(words: Cursor, context: ParseContext): LogOptions {
  const options: LogOptions = { length: 1024, format: 'rfc3164', sample: undefined };
  for (;;) {
    if (words.take('len')) options.length = lineLength(words);
    else if (words.take('format')) {
      options.format = LINE_FORMATS[indexOf(words, LINE_FORMATS, 'log : unknown log format')];
      options.formatGiven = true;
    } else if (words.take('sample')) options.sample = sampling(words);
    else if (words.take('profile')) {
      const name = words.next('the name of a log-profile section');
      context.notDone(name, 'log … profile', 'lines keep the format of the proxy', 'served');
    } else return options;
  }
}

function lineLength(words: Cursor): number {
  const word = words.peek();
  const value = Number(word?.text);
  if (!Number.isInteger(value) || value < 80 || value > 65535) {
    words.fail(`log : invalid log length '${word?.text ?? ''}', must be between 80 and 65535`, word ?? words.endSpan);
  }
  words.next('');
  return value;
}

/** `1,3-4:5`: of every 5 lines, the first, third and fourth. */
function sampling(words: Cursor): { ranges: string; size: number } {
  const word = words.next('<ranges>:<size>');
  const [ranges, sizeText = ''] = word.text.split(/:(.*)/s);
  const size = Number(sizeText);
  if (!/^\d+$/.test(sizeText) || size < 1) {
    words.fail(`log : wrong sample size '${sizeText}' for sample range '${ranges}'`, word);
  }
  let highest = 0;
  for (const range of ranges.split(',')) {
    const limits = /^(\d+)(?:-(\d+))?$/.exec(range);
    const low = Number(limits?.[1] ?? 0);
    const high = Number(limits?.[2] ?? low);
    if (low < 1 || high < low) words.fail(`log : wrong sample range '${range}'`, word);
    if (low <= highest) words.fail(`log : sample ranges are overlapping or not in order in '${ranges}'`, word);
    highest = high;
  }
  if (size < highest) {
    words.fail(
      `log : sample size ${size} should be greater or equal to ${highest} the maximum of the high ranges limits`,
      word,
    );
  }
  return { ranges, size };
}

function indexOf(words: Cursor, names: readonly string[], complaint: string): number {
  const word = words.peek();
  const index = names.indexOf(word?.text ?? '');
  if (index < 0) {
    words.fail(`${complaint} '${word?.text ?? ''}'`, word ?? words.endSpan, word && suggestion(word.text, names));
  }
  words.next('');
  return index;
}
