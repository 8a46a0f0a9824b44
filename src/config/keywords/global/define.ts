import type { Cursor } from '../../cursor.js';
import type { GlobalKeyword, KeywordFacts, ParseContext } from '../../keyword.js';
import type { GlobalModel } from '../../model.js';
import { integer, required } from '../values.js';

type Draft = Omit<GlobalKeyword, 'manual'> & { readonly manual?: string };

/** A keyword of the global section. The whole line must be understood. */
export function globalKeyword(draft: Draft): GlobalKeyword {
  const { parse, manual = '3.1', ...facts } = draft;
  return {
    ...facts,
    manual,
    parse(words, global, context) {
      parse(words, global, context);
      words.end();
    },
  };
}

type Facts = Omit<KeywordFacts, 'manual'>;

/** A keyword without arguments. */
export function globalFlag(
  facts: Facts,
  set: (global: GlobalModel, context: ParseContext, words: Cursor) => void,
): GlobalKeyword {
  return globalKeyword({ ...facts, parse: (words, global, context) => set(global, context, words) });
}

/** A keyword with one text. @param expects HAProxy's complaint without it */
export function globalText(
  facts: Facts,
  expects: string,
  set: (global: GlobalModel, text: string, context: ParseContext, words: Cursor) => void,
): GlobalKeyword {
  return globalKeyword({
    ...facts,
    parse: (words, global, context) =>
      set(global, required(words, `'${facts.name}' expects ${expects}.`).text, context, words),
  });
}

/** A keyword with one number. */
export function globalCount(
  facts: Facts,
  set: (global: GlobalModel, value: number) => void,
  range: { min?: number; max?: number } = { min: 0 },
): GlobalKeyword {
  return globalKeyword({ ...facts, parse: (words, global) => set(global, integer(words, range)) });
}

/**
 * A keyword that makes no difference to whether traffic is served.
 * @param words how many words must follow; if any, what else follows is read over
 */
export function globalServed(name: string, words: number, why: string, more: Partial<Facts> = {}): GlobalKeyword {
  return notDone(name, words, why, 'served', more);
}

/** A keyword without which traffic would not be served as the file says. */
export function globalRefused(name: string, words: number, why: string, more: Partial<Facts> = {}): GlobalKeyword {
  return notDone(name, words, why, 'refused', more);
}

function notDone(
  name: string,
  count: number,
  why: string,
  effect: 'served' | 'refused',
  more: Partial<Facts>,
): GlobalKeyword {
  return globalKeyword({
    name,
    summary: 'known, without effect',
    effect,
    ...more,
    parse(words, _global, context) {
      for (let i = 0; i < count; i++) words.next('an argument');
      if (count > 0) words.rest();
      words.end();
      context.notDone(words.keyword, name, why, effect);
    },
  });
}
