import { closest } from '../../base/closest.js';
import type { Registry } from '../../base/registry.js';
import type { Cursor, Word } from '../cursor.js';

/** `authqianfeng:123` -> `auth qianfeng:123`, when a known name and something else seem to have been glued together. */
export function missingSpace(text: string, names: Iterable<string>): string | undefined {
  let name = '';
  for (const candidate of names) {
    if (candidate.length > name.length && text.length > candidate.length && text.startsWith(candidate))
      name = candidate;
  }
  const rest = text.slice(name.length);
  // 'log-foo' is another identifier, 'checks' a slip of the keyboard, 'contimeout5000' and 'grouphaproxy' lack a space
  const looksGlued = name.length > 1 && !/^[-._]/.test(rest) && (rest.length > 2 || !/^[a-z]/i.test(rest));
  return looksGlued ? `${name} ${rest}` : undefined;
}

/** What to say below a complaint about an unknown word. @param before words in front of it, for the corrected line */
export function suggestion(text: string, names: readonly string[], before = ''): string | undefined {
  const spaced = missingSpace(text, names);
  const prefix = before === '' ? '' : `${before} `;
  if (spaced !== undefined) return `is a space missing? '${prefix}${spaced}'`;
  const near = closest(text, names);
  return near === undefined ? undefined : `did you mean '${prefix}${near}'?`;
}

/**
 * Takes the next word and finds what it names.
 * @param complaint HAProxy's words for an unknown ('' = missing) one
 * @throws ConfigError when it is missing or unknown, with a suggestion
 */
export function nextOf<T extends { readonly name: string }>(
  registry: Registry<T>,
  words: Cursor,
  complaint: (got: string) => string,
): { found: T; word: Word } {
  const word = words.peek();
  if (word === undefined) return words.fail(complaint(''), words.endSpan);
  const found = registry.get(word.text);
  if (found === undefined)
    return words.fail(complaint(word.text), word, suggestion(word.text, registry.names(), words.label));
  words.next('');
  return { found, word };
}
