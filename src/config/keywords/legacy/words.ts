import type { Word } from '../../cursor.js';
import type { Span } from '../../diagnostics.js';

/** Words of a modern line that an old one stands for: all of them point at the old line. */
export function wordsAt(span: Span, texts: readonly string[]): Word[] {
  return texts.map((text) => ({ text, span }));
}

/** As it has to be written in a file. */
export const quoted = (text: string): string => (text === '' ? '""' : text.replaceAll(/([\s\\"'#])/g, '\\$1'));
