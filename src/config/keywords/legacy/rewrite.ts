import type { Cursor, Word } from '../../cursor.js';
import type { ProxyKeyword } from '../../keyword.js';
import type { ProxyModel, RuleModel } from '../../model.js';
import { proxyKeyword } from '../proxy/define.js';
import { matchingLine, nearestDelete, nearestReplace } from './nearest.js';
import { translateAdd, translateDelete, translateReplace, type Translation } from './translate.js';
import { quoted, wordsAt } from './words.js';

interface OldRule {
  readonly name: string;
  readonly direction: 'http-request' | 'http-response';
  /** Words behind the keyword, before a condition. */
  readonly arity: 1 | 2;
  readonly summary: string;
  /** The modern rule, undefined when there is none that means exactly the same: it then runs as it is. */
  translate(args: readonly Word[]): Translation | undefined;
  /** Today's lines that come nearest to it. */
  nearest(args: readonly Word[], condition: string): readonly string[];
}

const untranslatable = (): undefined => undefined;

function add(name: string, direction: OldRule['direction']): OldRule {
  return {
    name,
    direction,
    arity: 1,
    summary: 'adds a header line',
    translate: ([line]) => translateAdd(line.text),
    nearest: () => [`${direction} add-header NAME VALUE`],
  };
}

function remove(name: string, direction: OldRule['direction'], ignoreCase: boolean): OldRule {
  return {
    name,
    direction,
    arity: 1,
    summary: 'deletes header lines',
    translate: ([pattern]) => translateDelete(pattern.text),
    nearest: ([pattern], condition) => nearestDelete(direction, pattern.text, ignoreCase, condition),
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
    nearest: ([pattern, text], condition) => nearestReplace(direction, pattern.text, text.text, ignoreCase, condition),
  };
}

/** @param modern the line of today, up to its condition, from the arguments */
function decide(
  name: string,
  direction: OldRule['direction'],
  modern: (args: readonly Word[]) => string,
  arity: 1 | 2 = 1,
): OldRule {
  const ignoreCase = /^(?:req|rsp)i/.test(name);
  return {
    name,
    direction,
    arity,
    summary: 'decides by a line of the head',
    translate: untranslatable,
    nearest: (args, condition) => matchingLine(direction, modern(args), args[0].text, ignoreCase, condition),
  };
}

const both = (first: string, second: string, make: (name: string) => OldRule): OldRule[] => [first, second].map(make);

const OLD_RULES: readonly OldRule[] = [
  add('reqadd', 'http-request'),
  add('rspadd', 'http-response'),
  remove('reqdel', 'http-request', false),
  remove('reqidel', 'http-request', true),
  remove('rspdel', 'http-response', false),
  remove('rspidel', 'http-response', true),
  replace('reqrep', 'http-request', false),
  replace('reqirep', 'http-request', true),
  replace('rsprep', 'http-response', false),
  replace('rspirep', 'http-response', true),
  replace('cliexp', 'http-request', false),
  replace('srvexp', 'http-response', false),
  ...both('reqallow', 'reqiallow', (name) => decide(name, 'http-request', () => 'http-request allow')),
  ...both('reqdeny', 'reqideny', (name) => decide(name, 'http-request', () => 'http-request deny')),
  ...both('reqtarpit', 'reqitarpit', (name) => decide(name, 'http-request', () => 'http-request tarpit')),
  ...both('reqpass', 'reqipass', (name) =>
    decide(name, 'http-request', () => 'http-request set-var(txn.pass) bool(true)'),
  ),
  ...both('rspdeny', 'rspideny', (name) => decide(name, 'http-response', () => 'http-response deny')),
  ...both('reqsetbe', 'reqisetbe', (name) =>
    decide(name, 'http-request', ([, backend]) => `use_backend ${backend.text}`, 2),
  ),
];

function keyword(rule: OldRule): ProxyKeyword {
  return proxyKeyword({
    name: rule.name,
    manual: '4.2',
    summary: `${rule.summary}, after '${rule.direction}' rules`,
    removed: '2.1',
    side: 'both',
    defaults: false,
    parse: (words, proxy) => parseOldRule(rule, words, proxy),
  });
}

function parseOldRule(rule: OldRule, words: Cursor, proxy: ProxyModel): void {
  const args = Array.from({ length: rule.arity }, () =>
    words.next(rule.arity === 1 ? 'a header or regex' : 'a regex and a string'),
  );
  const condition = words.rest();
  const conditionText = condition.map((word) => word.text).join(' ');
  const message = `The '${rule.name}' directive is not supported anymore since HAProxy 2.1; it is accepted here.`;
  const rules = rule.direction === 'http-request' ? proxy.oldRequest : proxy.oldResponse;
  const translated = rule.translate(args);
  if (translated === undefined) {
    if (rule.name.endsWith('add')) words.fail(`'${rule.name}' expects 'Name: value'.`, args[0]);
    const lines = rule.nearest(args, conditionText).map((line) => `'${line}'`);
    words.warn(message, words.keyword, `it runs as it did; the nearest today: ${lines.join(', ')}`);
    rules.push({ span: words.lineSpan, words: words.words });
    if (rule.name.endsWith('setbe')) proxy.useBackends.unshift(backendLine(words, args[1]));
    return;
  }
  const texts = [rule.direction, ...translated.rule];
  const line = [...texts.map(quoted), ...(conditionText === '' ? [] : [conditionText])].join(' ');
  words.warn(message, words.keyword, `write '${line}'`);
  rules.push({ span: words.lineSpan, words: [...wordsAt(words.lineSpan, texts), ...condition] });
}

/** What `reqsetbe` chose takes effect where backends are chosen, before all else. */
function backendLine(words: Cursor, backend: Word): RuleModel {
  const test = ['if', '{', 'var(txn.reqsetbe)', '-m', 'str', backend.text, '}'];
  const { lineSpan } = words;
  return { span: lineSpan, words: [...wordsAt(lineSpan, ['use_backend']), backend, ...wordsAt(lineSpan, test)] };
}

export const rewriteKeywords: readonly ProxyKeyword[] = OLD_RULES.map(keyword);
