import { Cursor, type Word } from '../cursor.js';
import { ConfigError, Diagnostics } from '../diagnostics.js';
import type { ParseContext, ProxyKeyword } from '../keyword.js';
import type { ConfigModel, GlobalModel, ProxyKind, ProxyModel } from '../model.js';
import { globalKeywords } from './global/index.js';
import { proxyKeywords } from './proxy/index.js';
import { initialGlobal } from '../sections/global.js';
import { initialProxy } from '../sections/proxy-model.js';

/** Help for the tests of keywords: one line in, the model and the complaints out. */

/** Words of a line: blanks separate, `\ ` is a blank inside a word, `""` an empty word. */
function wordsOf(line: string): Word[] {
  const source = { file: 'test.cfg', line: 1, text: line };
  return [...line.matchAll(/(?:\\.|\S)+/gs)].map((match) => ({
    text:
      match[0] === '""'
        ? ''
        : match[0].replaceAll(/\\(.)/gs, (_all, char: string) => ({ r: '\r', n: '\n' })[char] ?? char),
    span: { source, column: match.index + 1, length: match[0].length },
  }));
}

/** An address word alone. */
export const wordOf = (text: string): Word => ({
  text,
  span: { source: { file: 'test.cfg', line: 1, text }, column: 1, length: Math.max(1, text.length) },
});

interface Outcome {
  /** The message that gave up the line. */
  readonly error: string | undefined;
  readonly hint: string | undefined;
  /** The text that the error points at. */
  readonly at: string | undefined;
  readonly warnings: readonly string[];
  readonly hints: readonly (string | undefined)[];
  /** `what (effect)` of what is known and not acted on. */
  readonly notDone: readonly string[];
}

interface Run<Model> extends Outcome {
  readonly model: Model;
}

export interface RunOptions {
  readonly offline?: boolean;
  readonly env?: Map<string, string | undefined>;
}

function run(
  line: string,
  options: RunOptions,
  parse: (words: Cursor, context: ParseContext, name: string) => void,
): Outcome {
  const diagnostics = new Diagnostics();
  const prefix = /^(no|default) /.exec(line)?.[1];
  const words = new Cursor(wordsOf(prefix === undefined ? line : line.slice(prefix.length + 1)), diagnostics);
  const notDone: string[] = [];
  const context: ParseContext = {
    model: {
      global: initialGlobal(),
      proxies: [],
      defaults: [],
      userlists: [],
      httpErrors: [],
      peers: [],
      others: [],
      programs: [],
      resolvers: [],
    } satisfies ConfigModel,
    diagnostics,
    negated: prefix === 'no',
    restoresDefault: prefix === 'default',
    offline: options.offline ?? false,
    env: options.env ?? new Map(),
    notDone: (_at, what, _why, effect) => void notDone.push(`${what} (${effect})`),
  };
  let failure: ConfigError | undefined;
  try {
    parse(words, context, words.next('a keyword').text);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    failure = error;
  }
  const span = failure?.span;
  return {
    error: failure?.message,
    hint: failure?.hint,
    at: span && span.source.text.slice(span.column - 1, span.column - 1 + span.length),
    warnings: diagnostics.list.map((entry) => entry.message),
    hints: diagnostics.list.map((entry) => entry.hint),
    notDone,
  };
}

/** Reads one line of the global section. */
export function readGlobal(line: string, options: RunOptions = {}, global = initialGlobal()): Run<GlobalModel> {
  const outcome = run(line, options, (words, context, name) => {
    const keyword = globalKeywords.get(name);
    if (keyword === undefined) throw new Error(`no such keyword: ${name}`);
    keyword.parse(words, global, context);
  });
  return { ...outcome, model: global };
}

/** Reads one line of a proxy section, a `listen` unless said otherwise. */
export function readProxy(
  line: string,
  proxy: ProxyModel = newProxy('listen'),
  options: RunOptions = {},
): Run<ProxyModel> {
  const outcome = run(line, options, (words, context, name) => {
    const keyword: ProxyKeyword | undefined = proxyKeywords.get(name);
    if (keyword === undefined) throw new Error(`no such keyword: ${name}`);
    keyword.parse(words, proxy, context);
  });
  return { ...outcome, model: proxy };
}

/** A section without lines, in HTTP mode. */
export function newProxy(kind: ProxyKind, name = 'p'): ProxyModel {
  return { ...initialProxy(kind, name, wordOf(name).span), mode: 'http' };
}
