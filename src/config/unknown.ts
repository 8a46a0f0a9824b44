import { closest } from '../base/closest.js';
import { ConfigError } from './diagnostics.js';
import type { Cursor } from './cursor.js';
import { missingSpace } from './keywords/suggest.js';
import { sections } from './sections/index.js';

/**
 * The complaint about a word that opens no line here.
 * @param known keywords of the section, none outside of all sections
 * @param message HAProxy's words
 */
export function unknownKeyword(words: Cursor, known: readonly string[], message: string): never {
  const { text, span } = words.keyword;
  throw new ConfigError(span, message, suggest(text, known));
}

/** A missing space first, then the right word in the wrong place, then a slip of the keyboard. */
function suggest(text: string, known: readonly string[]): string | undefined {
  const spaced = missingSpace(text, [...known, ...sections.names()]);
  if (spaced !== undefined) return `is a space missing? '${spaced}'`;
  const places = placesOf(text);
  if (places.length > 0) return `'${text}' belongs in: ${places.join(', ')}`;
  const near = closest(text, [...known, ...sections.names()]);
  if (near !== undefined) return `did you mean '${near}'?`;
  const others = sections.all().flatMap(({ keywords }) => keywords.map(({ name }) => name));
  const glued = missingSpace(text, others);
  if (glued !== undefined) {
    const [keyword] = glued.split(' ');
    return `is a space missing? '${glued}'; '${keyword}' belongs in: ${placesOf(keyword).join(', ')}`;
  }
  const elsewhere = closest(text, others);
  if (elsewhere === undefined) return undefined;
  return `did you mean '${elsewhere}', which belongs in: ${placesOf(elsewhere).join(', ')}?`;
}

/** Sections that know a keyword. */
function placesOf(keyword: string): string[] {
  return sections
    .all()
    .filter(({ keywords }) => keywords.some(({ name }) => name === keyword))
    .map(({ name }) => name);
}
