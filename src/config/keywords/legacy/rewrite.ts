import type { Cursor, Word } from '../../cursor.js';
import type { ParseContext, ProxyKeyword } from '../../keyword.js';
import type { ProxyModel } from '../../model.js';
import { proxyKeyword } from '../proxy/define.js';
import { translateAdd, translateDelete, translateReplace, type Translation } from './translate.js';
import { wordsAt } from './words.js';

interface OldRule {
  readonly name: string;
  readonly direction: 'http-request' | 'http-response';
  /** Words behind the keyword, before a condition. */
  readonly arity: 1 | 2;
  readonly summary: string;
  /** The modern rule, undefined when there is none that means exactly the same. */
  translate(args: readonly Word[]): Translation | undefined;
  /** What to write when it cannot be translated. */
  readonly advice: string;
}

const untranslatable = (): undefined => undefined;

function add(name: string, direction: OldRule['direction']): OldRule {
  return {
    name,
    direction,
    arity: 1,
    summary: 'adds a header line',
    translate: ([line]) => translateAdd(line.text),
    advice: `${direction} add-header NAME VALUE`,
  };
}

function remove(name: string, direction: OldRule['direction']): OldRule {
  return {
    name,
    direction,
    arity: 1,
    summary: 'deletes header lines',
    translate: ([pattern]) => translateDelete(pattern.text),
    advice: `${direction} del-header NAME`,
  };
}

function replace(name: string, direction: OldRule['direction'], ignoreCase: boolean): OldRule {
  const request = direction === 'http-request';
  return {
    name,
    direction,
    arity: 2,
    summary: 'replaces lines of the head',
    translate: ([pattern, text]) => translateReplace(pattern.text, text.text, ignoreCase, request),
    advice: request
      ? 'http-request replace-path REGEX FORMAT (or replace-uri, replace-header NAME)'
      : 'http-response replace-header NAME REGEX FORMAT',
  };
}

function decide(name: string, direction: OldRule['direction'], advice: string): OldRule {
  return { name, direction, arity: 1, summary: 'decides by a line of the head', translate: untranslatable, advice };
}

const REQUEST_MATCH = 'if { req.hdr(NAME) -m reg REGEX } (or path_reg, method for the request line)';
const RESPONSE_MATCH = 'if { res.hdr(NAME) -m reg REGEX }';

const OLD_RULES: readonly OldRule[] = [
  add('reqadd', 'http-request'),
  add('rspadd', 'http-response'),
  ...['reqdel', 'reqidel'].map((name) => remove(name, 'http-request')),
  ...['rspdel', 'rspidel'].map((name) => remove(name, 'http-response')),
  replace('reqrep', 'http-request', false),
  replace('reqirep', 'http-request', true),
  replace('rsprep', 'http-response', false),
  replace('rspirep', 'http-response', true),
  replace('cliexp', 'http-request', false),
  replace('srvexp', 'http-response', false),
  ...['reqallow', 'reqiallow'].map((name) => decide(name, 'http-request', `http-request allow ${REQUEST_MATCH}`)),
  ...['reqdeny', 'reqideny'].map((name) => decide(name, 'http-request', `http-request deny ${REQUEST_MATCH}`)),
  ...['reqtarpit', 'reqitarpit'].map((name) => decide(name, 'http-request', `http-request tarpit ${REQUEST_MATCH}`)),
  ...['reqpass', 'reqipass'].map((name) => decide(name, 'http-request', 'conditions on the rules that follow')),
  ...['rspdeny', 'rspideny'].map((name) => decide(name, 'http-response', `http-response deny ${RESPONSE_MATCH}`)),
  { ...decide('reqsetbe', 'http-request', `use_backend NAME ${REQUEST_MATCH}`), arity: 2 },
  { ...decide('reqisetbe', 'http-request', `use_backend NAME ${REQUEST_MATCH}`), arity: 2 },
];

function keyword(rule: OldRule): ProxyKeyword {
  return proxyKeyword({
    name: rule.name,
    manual: '4.2',
    summary: `${rule.summary}, before 'http-request' rules`,
    removed: '2.1',
    side: 'both',
    defaults: false,
    parse: (words, proxy, context) => parseOldRule(rule, words, proxy, context),
  });
}

function parseOldRule(rule: OldRule, words: Cursor, proxy: ProxyModel, context: ParseContext): void {
  const args = Array.from({ length: rule.arity }, () =>
    words.next(rule.arity === 1 ? 'a header or regex' : 'a regex and a string'),
  );
  const condition = words.rest();
  const message = `The '${rule.name}' directive is not supported anymore since HAProxy 2.1`;
  const translated = rule.translate(args);
  if (translated === undefined) {
    words.warn(`${message}.`, words.keyword, `write '${rule.advice}'`);
    context.notDone(words.keyword, rule.name, 'no rule of today means exactly the same', 'refused');
    return;
  }
  const texts = [rule.direction, ...translated.rule];
  const line = [...texts.map(quoted), ...condition.map((word) => word.text)].join(' ');
  words.warn(`${message}; it is accepted here.`, words.keyword, `write '${line}'`);
  const model = { span: words.lineSpan, words: [...wordsAt(words.lineSpan, texts), ...condition] };
  (rule.direction === 'http-request' ? proxy.httpRequest : proxy.httpResponse).push(model);
}

/** As it has to be written in a file. */
const quoted = (text: string): string => (text === '' ? '""' : text.replaceAll(/([\s\\"'#])/g, '\\$1'));

export const rewriteKeywords: readonly ProxyKeyword[] = OLD_RULES.map(keyword);
