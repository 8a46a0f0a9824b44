import type { Cursor } from '../../cursor.js';
import type { ProxyKeyword } from '../../keyword.js';
import type { CheckModel, ProxyModel } from '../../model.js';
import { suggestion } from '../suggest.js';
import { proxyKeyword } from './define.js';

/** Lines that are no steps: they leave the inherited ones in place. */
const SWITCHES = new Set(['disable-on-404', 'send-state']);

function addRule(proxy: ProxyModel, words: Cursor): void {
  const rule = { span: words.lineSpan, words: words.words };
  const { check } = proxy;
  const own = check.inherited && !SWITCHES.has(words.words[1]?.text ?? '');
  proxy.check = own
    ? { ...check, rules: [rule], inherited: false, standAlone: true }
    : { ...check, rules: [...check.rules, rule] };
  words.rest();
}

/** `set-var(x)` is the action `set-var`. */
const actionName = (text: string): string => text.replace(/\(.*$/s, '');

interface CheckLines {
  readonly name: 'http-check' | 'tcp-check';
  readonly summary: string;
  readonly actions: readonly string[];
  /** Actions without further words. */
  readonly bare: readonly string[];
  readonly supports: string;
}

/** Lines of a check's script. checks/ compiles them; here the action's name is checked. */
function checkLines({ name, summary, actions, bare, supports }: CheckLines): ProxyKeyword {
  return proxyKeyword({
    name,
    manual: '4.2',
    summary,
    side: 'backend',
    defaults: true,
    parse(words: Cursor, proxy) {
      const word = words.peek();
      const action = actionName(word?.text ?? '');
      if (word === undefined || !actions.includes(action)) {
        const hint = word && suggestion(word.text, actions, name);
        words.fail(`'${name}' only supports ${supports}. but got '${word?.text ?? ''}'`, word ?? words.endSpan, hint);
      }
      if (bare.includes(action)) {
        words.next('');
        words.end();
      }
      addRule(proxy, words);
    },
  });
}

function setExternal(proxy: ProxyModel, field: 'externalCommand' | 'externalPath', value: string): void {
  const check: CheckModel = { ...proxy.check, [field]: value };
  proxy.check = check;
}

export const checkKeywords: readonly ProxyKeyword[] = [
  checkLines({
    name: 'http-check',
    summary: 'a step of an HTTP health check',
    actions: [
      'disable-on-404',
      'send-state',
      'comment',
      'connect',
      'send',
      'expect',
      'set-var',
      'set-var-fmt',
      'unset-var',
    ],
    bare: ['disable-on-404', 'send-state'],
    supports:
      "'disable-on-404', 'send-state', 'comment', 'connect', 'send', 'expect', 'set-var-fmt(*)', 'set-var(*)', 'unset-var(*)'",
  }),
  checkLines({
    name: 'tcp-check',
    summary: 'a step of a TCP health check',
    actions: [
      'comment',
      'connect',
      'send',
      'send-lf',
      'send-binary',
      'send-binary-lf',
      'expect',
      'set-var',
      'set-var-fmt',
      'unset-var',
    ],
    bare: [],
    supports: "'comment', 'connect', 'send', 'send-binary', 'expect', 'set-var-fmt(*)', 'set-var(*)', 'unset-var(*)'",
  }),
  proxyKeyword({
    name: 'external-check',
    manual: '4.2',
    summary: 'the program of an external check',
    side: 'backend',
    defaults: true,
    parse(words: Cursor, proxy) {
      const word = words.peek();
      if (word === undefined) words.fail("missing argument after 'external-check'.", words.endSpan);
      if (word.text !== 'command' && word.text !== 'path') {
        words.fail(`'external-check' only supports 'command' and 'path'. but got '${word.text}'.`, word);
      }
      words.next('');
      if (!words.more()) words.fail(`missing argument after '${word.text}'.`, words.endSpan);
      setExternal(proxy, word.text === 'command' ? 'externalCommand' : 'externalPath', words.next('').text);
    },
  }),
];
