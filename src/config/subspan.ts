import type { Word } from './cursor.js';
import type { Span } from './diagnostics.js';

/**
 * The place of a part of a word. Exact while the word was written without quotes and escapes; else the part is looked
 * up in the line's text, and when even that fails the whole word is pointed at.
 * @param start offset into `word.text`
 */
export function subSpan(word: Word, start: number, end: number): Span {
  const { source, column, length } = word.span;
  const written = source.text.slice(column - 1, column - 1 + length);
  const width = Math.max(1, end - start);
  if (written === word.text) return { source, column: column + start, length: width };
  const at = written.indexOf(word.text.slice(start, end), Math.max(0, start));
  if (end <= start || at < 0) return word.span;
  return { source, column: column + at, length: width };
}
