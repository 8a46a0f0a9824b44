import type { Word } from '../../config/cursor.js';
import type { CheckStatus } from '../../core/check.js';
import {
  binaryRegexMatcher,
  bodyFormatMatcher,
  bodyMatcher,
  bodyRegexMatcher,
  bytesMatcher,
  formatMatcher,
  fromHex,
  hexError,
  regexMatcher,
  statusMatcher,
  statusRegexMatcher,
} from '../matchers.js';
import { expectStep, type ExpectStep, type Matcher } from '../plan.js';
import { parseHeaderMatch } from './header.js';
import type { RuleLine } from './line.js';

type Draft = { -readonly [Key in keyof ExpectStep]: ExpectStep[Key] };

const OPTIONS = [
  'min-recv',
  'comment',
  'ok-status',
  'error-status',
  'tout-status',
  'on-success',
  'on-error',
  'status-code',
];
const HTTP_MATCHES = ['string', 'rstring', 'string-lf', 'status', 'rstatus', 'hdr', 'fhdr'];
const TCP_MATCHES = ['string', 'rstring', 'string-lf', 'binary', 'rbinary', 'binary-lf'];
const HTTP_EXPECTED = `'only supports min-recv, [!]string', '[!]rstring', '[!]string-lf', '[!]status', '[!]rstatus', [!]hdr, [!]fhdr or comment`;
const TCP_EXPECTED = `'only supports min-recv, '[!]binary', '[!]string', '[!]rstring', '[!]string-lf''[!]rbinary', '[!]binary-lf' or comment`;

/** Statuses that each option may name, and how HAProxy lists them. */
const STATUSES: Readonly<
  Record<'ok-status' | 'error-status' | 'tout-status', readonly [readonly CheckStatus[], string]>
> = {
  'ok-status': [['L4OK', 'L6OK', 'L7OK', 'L7OKC'], `'L4OK', 'L6OK', 'L7OK' or 'L7OKC'`],
  'error-status': [['L4CON', 'L6RSP', 'L7RSP', 'L7STS', 'L7OKC'], `'L4CON', 'L6RSP', 'L7RSP' or 'L7STS'`],
  'tout-status': [['L4TOUT', 'L6TOUT', 'L7TOUT'], `'L4TOUT', 'L6TOUT' or 'L7TOUT'`],
};

/** `tcp-check expect` and `http-check expect` (manual 4.2). */
export function parseExpect(line: RuleLine, http: boolean, comment: string): ExpectStep {
  const { words } = line;
  if (!words.more()) line.fail('expects at least a matching pattern as arguments.', words.words.at(-1));
  const draft: Draft = expectStep(line.id, bytesMatcher('string', ''), { comment });
  let found = false;
  while (words.more()) {
    const word = words.next('a match');
    if (parseOption(line, draft, word)) continue;
    const { name, negated } = matchName(line, word);
    if (!(http ? HTTP_MATCHES : TCP_MATCHES).includes(name)) {
      line.unknown({ ...word, text: name }, http ? HTTP_EXPECTED : TCP_EXPECTED, [
        ...OPTIONS,
        ...(http ? HTTP_MATCHES : TCP_MATCHES),
      ]);
    }
    if (found) line.fail('only on pattern expected.', word);
    found = true;
    draft.negated = negated;
    draft.match = http ? httpMatch(line, name) : tcpMatch(line, name);
  }
  if (!found) line.fail('expects at least a matching pattern as arguments.', words.words.at(-1));
  return draft;
}

/** `! status`, `!status` and `status`. */
function matchName(line: RuleLine, word: Word): { name: string; negated: boolean } {
  let name = word.text;
  let negated = false;
  while (name.startsWith('!')) {
    negated = !negated;
    name = name.slice(1);
    if (name === '' && line.words.more()) name = line.words.next('a match').text;
  }
  return { name, negated };
}

function parseOption(line: RuleLine, draft: Draft, word: Word): boolean {
  switch (word.text) {
    case 'min-recv':
      draft.minReceived = parseLeast(line);
      return true;
    case 'comment':
      draft.comment = line.argument('comment', 'a string as argument').text;
      return true;
    case 'ok-status':
      draft.okStatus = parseStatus(line, 'ok-status');
      return true;
    case 'error-status':
      draft.errorStatus = parseStatus(line, 'error-status');
      return true;
    case 'tout-status':
      draft.timeoutStatus = parseStatus(line, 'tout-status');
      return true;
    case 'on-success':
      draft.onSuccess = line.format(line.argument('on-success', 'a string as argument'));
      return true;
    case 'on-error':
      draft.onError = line.format(line.argument('on-error', 'a string as argument'));
      return true;
    case 'status-code':
      draft.statusCode = line.number(line.argument('status-code', 'an expression as argument'));
      return true;
    default:
      return false;
  }
}

function parseLeast(line: RuleLine): number {
  const word = line.argument('min-recv', 'a integer as argument');
  if (!/^-?\d+$/.test(word.text)) line.fail(`'min-recv' expects a integer as argument, not '${word.text}'.`, word);
  const least = Number(word.text);
  if (least < -1 || least > 0x7fffffff) {
    line.fail(`'min-recv' expects -1 or a positive integer from range 0 to INT_MAX.`, word);
  }
  return least;
}

function parseStatus(line: RuleLine, option: keyof typeof STATUSES): CheckStatus {
  const word = line.argument(option, 'a string as argument');
  const [allowed, listed] = STATUSES[option];
  const status = allowed.find((name) => name === word.text);
  return status ?? line.fail(`'${option}' only supports ${listed} status (got '${word.text}')..`, word);
}

function pattern(line: RuleLine, name: string): Word {
  return line.argument(name, 'a <pattern> as argument');
}

function httpMatch(line: RuleLine, name: string): Matcher {
  if (name === 'hdr' || name === 'fhdr') return parseHeaderMatch(line, name);
  const word = pattern(line, name);
  switch (name) {
    case 'status':
      return statusMatcher(parseRanges(line, word));
    case 'rstatus':
      return statusRegexMatcher(line.regex(word));
    case 'string':
      return bodyMatcher(word.text);
    case 'rstring':
      return bodyRegexMatcher(line.regex(word));
    default:
      return bodyFormatMatcher(line.format(word));
  }
}

function tcpMatch(line: RuleLine, name: string): Matcher {
  const word = pattern(line, name);
  switch (name) {
    case 'string':
      return bytesMatcher('string', word.text);
    case 'rstring':
      return regexMatcher(line.regex(word));
    case 'binary': {
      const wrong = hexError(word.text);
      if (wrong !== undefined) line.fail(`invalid binary string (${wrong}).`, word);
      return bytesMatcher('binary', fromHex(word.text));
    }
    case 'rbinary':
      line.regex(word);
      return binaryRegexMatcher(word.text);
    case 'binary-lf':
      return formatMatcher('binary-lf', line.format(word));
    default:
      return formatMatcher('string-lf', line.format(word));
  }
}

function parseRanges(line: RuleLine, word: Word): [number, number][] {
  const bad = /[^0-9,-]/.exec(word.text)?.[0];
  if (bad !== undefined) line.fail(`invalid character '${bad}' in the list of status codes.`, word);
  return word.text.split(',').map((item) => {
    const parts = /^(\d+)(?:-(\d+))?$/.exec(item);
    if (parts === null) return line.fail(`invalid range of status codes '${item}'.`, word);
    const least = Number(parts[1]);
    const greatest = Number(parts[2] ?? parts[1]);
    return least <= greatest ? [least, greatest] : line.fail(`invalid range of status codes '${item}'.`, word);
  });
}
