import type { Cursor, Word } from '../../cursor.js';
import type { KeywordFacts, ParseContext, SectionKeyword } from '../../keyword.js';
import type { ServerSettings } from '../../model.js';
import type { TlsCheck } from '../tls-values.js';
import { required } from '../values.js';

/** What a parameter may fill: `id` and `guid` exist on servers only, not on `default-server` lines. */
export interface ServerTarget extends ServerSettings {
  id?: number;
  guid?: string;
}

/** A parameter of `server` and `default-server` lines (manual 5.2). Its complaints name the parameter only. */
export type ServerParameter = SectionKeyword<ServerTarget>;

type Facts = Omit<KeywordFacts, 'manual'>;

/** A parameter without a value. */
export function serverFlag(
  name: string,
  summary: string,
  set: (server: ServerTarget, context: ParseContext, word: Word) => void,
  more: Partial<Facts> = {},
): ServerParameter {
  return {
    name,
    summary,
    manual: '5.2',
    ...more,
    parse: (words, server, context) => set(server, context, words.taken),
  };
}

/** A parameter with one value. @param more.missing what HAProxy says without it */
export function serverValue(
  name: string,
  summary: string,
  set: (server: ServerTarget, value: Word, words: Cursor, context: ParseContext) => void,
  more: Partial<Facts> & { readonly missing?: string } = {},
): ServerParameter {
  const { missing = `'${name}' expects an argument.`, ...facts } = more;
  return {
    name,
    summary,
    manual: '5.2',
    takes: 1,
    ...facts,
    parse: (words, server, context) => set(server, required(words, missing), words, context),
  };
}

/** A parameter with one number. */
export function serverNumber(
  name: string,
  summary: string,
  set: (server: ServerTarget, value: number) => void,
  range: { readonly min: number; readonly max?: number; readonly complaint?: (value: number) => string } = { min: 0 },
): ServerParameter {
  return serverValue(name, summary, (server, word, words) => {
    words.back();
    const value = words.integer('a number');
    if (value < range.min || value > (range.max ?? 0x7fffffff)) {
      const fallback = `'${name}' must be between ${range.min} and ${range.max ?? 0x7fffffff}, not ${value}.`;
      words.fail(range.complaint?.(value) ?? fallback, word);
    }
    set(server, value);
  });
}

/** A parameter that is understood and makes no difference to whether traffic is served. */
export function serverServed(
  name: string,
  arity: 0 | 1,
  summary: string,
  why: string,
  more: Partial<Facts> = {},
): ServerParameter {
  const report = (context: ParseContext, word: Word): void => context.notDone(word, `server … ${name}`, why, 'served');
  const facts = { ...more, effect: 'served' } as const;
  return arity === 0
    ? serverFlag(name, summary, (_server, context, word) => report(context, word), facts)
    : serverValue(name, summary, (_server, word, _words, context) => report(context, word), facts);
}

/** A TLS parameter: kept in order for the TLS engine (state/tls). */
export function serverTls(
  name: string,
  arity: 0 | 1,
  summary: string,
  more: Partial<Facts> & {
    readonly missing?: string;
    readonly check?: TlsCheck;
    /** Why it is not acted on, and whether traffic is served without it. */
    readonly undone?: readonly [why: string, effect: 'served' | 'refused'];
  } = {},
): ServerParameter {
  const { missing = 'missing value', check, undone, ...facts } = more;
  return {
    name,
    summary,
    manual: '5.2',
    takes: arity,
    ...facts,
    parse(words, server, context) {
      const keyword = words.taken;
      const value = arity === 0 ? undefined : required(words, `'${name}' : ${missing}`);
      if (value !== undefined) check?.(value, words, name);
      if (undone === undefined) server.tls.push({ keyword, value });
      else context.notDone(keyword, `server … ${name}`, ...undone);
    },
  };
}
