import { ConfigError } from '../diagnostics.js';
import type { Cursor, Word } from '../cursor.js';
import { parseBind } from '../keywords/bind/line.js';
import { proxyKeywords } from '../keywords/proxy/index.js';
import type { ParseContext, ProxyKeyword, ProxySection } from '../keyword.js';
import type { ProxyModel } from '../model.js';
import {
  checkName,
  refuseNegation,
  refuseRest,
  type Reading,
  type SectionBody,
  type SectionDefinition,
} from './define.js';
import { placeOf } from './inheritance.js';
import { createProxy } from './proxy-model.js';

/** Section of the manual that describes the four kinds. */
const manual = '4';

export const defaultsSection: SectionDefinition = {
  name: 'defaults',
  manual,
  summary: 'settings for the proxy sections below',
  keywords: keywordsOf('defaults'),
  open(words, reading) {
    const name = words.peek()?.text === 'from' ? undefined : words.peek();
    if (name !== undefined) words.next('a name');
    ignoreBeforeFrom(words);
    const from = takeFrom(words);
    const title = name?.text ?? '';
    const parent = from === undefined ? undefined : reading.inheritance.named(words, from, `defaults '${title}'`);
    refuseRest(words, 'defaults');
    reading.inheritance.checkRules(words, 'defaults', parent);
    const proxy = createProxy('defaults', title, words.lineSpan, parent);
    reading.context.model.defaults.push(proxy);
    return body(proxy, reading);
  },
};

export const frontendSection = proxySection('frontend', 'where clients connect to');
export const backendSection = proxySection('backend', 'servers to choose from');
export const listenSection = proxySection('listen', 'a frontend and a backend in one');

function proxySection(kind: Exclude<ProxySection, 'defaults'>, summary: string): SectionDefinition {
  return {
    name: kind,
    manual,
    summary,
    keywords: keywordsOf(kind),
    open(words, reading) {
      const name = takeName(words, kind);
      if (kind === 'backend') ignoreBeforeFrom(words);
      const from = takeFrom(words);
      const { inheritance, context } = reading;
      const user = `proxy '${name.text}'`;
      const defaults = from === undefined ? inheritance.implicit(words) : inheritance.named(words, from, user);
      inheritance.checkRules(words, kind, defaults);
      const proxy = createProxy(kind, name.text, words.lineSpan, defaults);
      if (kind !== 'backend' && words.more()) oldAddresses(words, proxy, context);
      refuseRest(words, kind);
      refuseDuplicate(words, name, proxy, context.model.proxies);
      context.model.proxies.push(proxy);
      return body(proxy, reading);
    },
  };
}

/** Keywords that mean something in a section: what may stand there, and has its side. */
function keywordsOf(kind: ProxySection): SectionDefinition['keywords'] {
  const missing = kind === 'frontend' ? 'backend' : kind === 'backend' ? 'frontend' : undefined;
  return proxyKeywords
    .all()
    .filter(({ sections, side }) => sections.includes(kind) && (side === undefined || side !== missing));
}

function body(proxy: ProxyModel, reading: Reading): SectionBody {
  const { kind } = proxy;
  return {
    title: proxy.name === '' ? kind : proxy.name,
    line(words, context) {
      const keyword = proxyKeywords.get(words.keyword.text);
      if (keyword === undefined)
        reading.unknown(
          words,
          kind,
          keywordsOf(kind).map(({ name }) => name),
        );
      if (!keyword.sections.includes(kind)) {
        words.fail(`'${keyword.name}' not allowed in '${kind}' section.`, words.keyword, whereAllowed(keyword));
      }
      refuseNegation(keyword, words, context);
      keyword.parse(words, proxy, context);
    },
  };
}

function whereAllowed(keyword: ProxyKeyword): string {
  const kinds = (['frontend', 'listen', 'backend'] as const).filter((kind) => keywordsOf(kind).includes(keyword));
  return `it belongs in: ${kinds.join(', ')}`;
}

function takeName(words: Cursor, kind: ProxySection): Word {
  const name = words.peek();
  if (name === undefined) {
    words.diagnostics.alert(words.lineSpan, `'${kind}' expects an <id> argument`, `give it a name: '${kind} NAME'`);
    return { text: '', span: words.lineSpan };
  }
  words.next('a name');
  checkName(words, kind, name);
  return name;
}

function takeFrom(words: Cursor): Word | undefined {
  if (!words.take('from')) return undefined;
  const name = words.peek();
  if (name === undefined) {
    words.diagnostics.alert(words.endSpan, "'from' expects the name of a defaults section.");
    return undefined;
  }
  return words.next('a name');
}

/** HAProxy 2.6 reads over words behind the name of a `backend` or a `defaults` section. */
function ignoreBeforeFrom(words: Cursor): void {
  const extra = words.peek();
  if (extra === undefined || extra.text === 'from') return;
  while (words.more() && words.peek()?.text !== 'from') words.next('');
  words.warn(`'${words.keyword.text}' : '${extra.text}' means nothing here and is ignored`, extra);
}

/** `listen web :80,:81`: old versions took addresses on the section line; today they stand on a `bind` line. */
function oldAddresses(words: Cursor, proxy: ProxyModel, context: ParseContext): void {
  const first = words.peek();
  const left = words.words.slice(words.words.findIndex((word) => word === first));
  try {
    proxy.binds.push(parseBind(words, proxy.kind, context));
    words.warn(
      `addresses on the '${proxy.kind}' line are deprecated in favor of the 'bind' keyword; they are accepted here.`,
      first,
      `write 'bind ${left.map((word) => word.text).join(' ')}' on a line of its own`,
    );
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    words.rest();
    words.diagnostics.alert(error.span, "please use the 'bind' keyword for listening addresses.", error.message);
  }
}

/** Two sections with one name are refused as in HAProxy 2.6: a frontend and a backend may share theirs. */
function refuseDuplicate(words: Cursor, name: Word, proxy: ProxyModel, others: readonly ProxyModel[]): void {
  const namesakes = namesakesOf(proxy, others);
  const side = proxy.kind === 'backend' ? 'frontend' : 'backend';
  const other = namesakes.find((candidate) => candidate.kind !== side);
  namesakes.push(proxy);
  if (other === undefined || proxy.name === '') return;
  words.diagnostics.alert(
    name.span,
    `${called(proxy)} '${proxy.name}' has the same name as ${called(other)} '${other.name}' declared at ${placeOf(other)}.`,
  );
}

/** Sections by name, for each list of them: files with thousands of backends exist. */
const known = new WeakMap<readonly ProxyModel[], Map<string, ProxyModel[]>>();

/** The sections read so far that have the name of this one. */
function namesakesOf({ name }: ProxyModel, others: readonly ProxyModel[]): ProxyModel[] {
  const byName = known.get(others) ?? new Map<string, ProxyModel[]>();
  known.set(others, byName);
  const namesakes = byName.get(name) ?? [];
  byName.set(name, namesakes);
  return namesakes;
}

/** HAProxy's word for a `listen` section is "proxy". */
function called(proxy: ProxyModel): string {
  return proxy.kind === 'listen' ? 'proxy' : proxy.kind;
}
