import type { Cursor, Word } from '../../cursor.js';
import type { KeywordFacts, ParseContext, SectionKeyword } from '../../keyword.js';
import type { BindModel } from '../../model.js';
import type { TlsCheck } from '../tls-values.js';
import { required } from '../values.js';

/**
 * A parameter of `bind` lines (manual 5.1). Its complaints name the parameter only; whoever reads the line puts
 * `'bind *:80' in section 'frontend' : ` in front.
 */
export type BindParameter = SectionKeyword<BindModel>;

type Facts = Omit<KeywordFacts, 'manual'>;

/** A parameter without a value. */
export function bindFlag(
  facts: Facts,
  set: (bind: BindModel, context: ParseContext, word: Word) => void,
): BindParameter {
  return { ...facts, manual: '5.1', parse: (words, bind, context) => set(bind, context, words.taken) };
}

/** A parameter with one value. @param missing what HAProxy says without it */
export function bindValue(
  facts: Facts & { readonly missing?: string },
  set: (bind: BindModel, value: Word, words: Cursor, context: ParseContext) => void,
): BindParameter {
  const { missing = 'missing value', ...rest } = facts;
  return {
    ...rest,
    takes: 1,
    manual: '5.1',
    parse: (words, bind, context) => set(bind, required(words, `'${facts.name}' : ${missing}`), words, context),
  };
}

/** A parameter with one number. */
export function bindNumber(
  facts: Facts & { readonly min: number; readonly max: number },
  set: (bind: BindModel, value: number, context: ParseContext, word: Word) => void,
): BindParameter {
  return bindValue(facts, (bind, word, words, context) => {
    words.back();
    const value = words.integer('a number');
    if (value < facts.min || value > facts.max) {
      words.fail(`'${facts.name}' : invalid value ${value}, allowed range is ${facts.min}..${facts.max}`, word);
    }
    set(bind, value, context, word);
  });
}

/** A parameter that is understood and makes no difference to how traffic is served. */
export function bindServed(facts: Facts, arity: 0 | 1, why: string): BindParameter {
  const report = (context: ParseContext, word: Word): void =>
    context.notDone(word, `bind … ${facts.name}`, why, 'served');
  return arity === 0
    ? bindFlag({ ...facts, effect: 'served' }, (_bind, context, word) => report(context, word))
    : bindValue({ ...facts, effect: 'served' }, (_bind, value, _words, context) => report(context, value));
}

/** What a TLS parameter may have beside its name. */
export interface TlsFacts extends Partial<Facts> {
  /** What HAProxy says without the value. */
  readonly missing?: string;
  readonly check?: TlsCheck;
  /** Why it is not acted on, and whether traffic is served without it. */
  readonly undone?: readonly [why: string, effect: 'served' | 'refused'];
}

/** A TLS parameter: kept in order for the TLS engine (state/tls). */
export function bindTls(name: string, arity: 0 | 1, summary: string, more: TlsFacts = {}): BindParameter {
  const { missing = 'missing value', check, undone, ...facts } = more;
  return {
    name,
    summary,
    manual: '5.1',
    takes: arity,
    ...facts,
    parse(words, bind, context) {
      const keyword = words.taken;
      const value = arity === 0 ? undefined : required(words, `'${name}' : ${missing}`);
      if (value !== undefined) check?.(value, words, name);
      if (undone === undefined) bind.tls.push({ keyword, value });
      else context.notDone(keyword, `bind … ${name}`, ...undone);
    },
  };
}
