import { parseDuration, parseSize, type TimeUnit } from '../../base/units.js';
import type { Cursor, Word } from '../cursor.js';

/**
 * Values of keyword lines, with HAProxy's complaints. Unlike HAProxy, which reads the digits and forgets the rest
 * (`weight 1check`), a number must be a number.
 */

/** The next word. @param missing the complaint when the line ends before it */
export function required(words: Cursor, missing: string): Word {
  return words.peek() === undefined ? words.fail(missing, words.endSpan) : words.next('');
}

/** A time in milliseconds. @param missing HAProxy's complaint when there is none */
export function duration(
  words: Cursor,
  missing = `'${words.label}' expects an integer value (in milliseconds)`,
  unit: TimeUnit = 'ms',
): number {
  const word = required(words, missing);
  return durationOf(words, word, unit);
}

/** What people write behind a unit: `15min`, `30secs`. */
const UNIT_TAIL = /^\d+(?:us|ms|[smhd])(?=(?:ecs?|econds?|ins?|inutes?|rs?|ours?|ays?)$)/;

/** HAProxy 2.6 still reads `15min` as 15m, with a warning. Other tails are more likely a missing space: refused. */
function durationOf(words: Cursor, word: Word, unit: TimeUnit): number {
  const text = UNIT_TAIL.exec(word.text)?.[0] ?? word.text;
  const result = parseDuration(text, unit);
  if (result.ok) {
    if (text !== word.text) {
      words.warn(
        `unexpected character '${word.text.charAt(text.length)}' after the timer value '${word.text}', only (us=microseconds,ms=milliseconds,s=seconds,m=minutes,h=hours,d=days) are supported. This will be reported as an error in next versions.`,
        word,
        `it is read as '${text}'`,
      );
    }
    return result.value;
  }
  if (result.why.startsWith('timer overflow')) {
    return words.fail(
      `timer overflow in argument '${word.text}' to '${words.label}' (maximum value is 2147483647 ms or ~24.8 days)`,
      word,
    );
  }
  const spaced = /^(\d+(?:us|ms|[smhd])?)([A-Za-z].{2,})$/.exec(word.text);
  return words.fail(
    `unexpected character '${word.text.charAt(result.at)}' in '${words.label}'`,
    { ...word.span, column: word.span.column + result.at, length: Math.max(1, word.span.length - result.at) },
    spaced === null ? undefined : `is a space missing? '${spaced[1]} ${spaced[2]}'`,
  );
}

/** An integer. @param missing the complaint when the line ends before it */
export function integer(
  words: Cursor,
  range: { min?: number; max?: number } = { min: 0 },
  missing = `'${words.label}' expects an integer argument.`,
): number {
  if (words.peek() === undefined) words.fail(missing, words.endSpan);
  return words.integer('a number', range);
}

/** A size in bytes, `16384` or `16k`. */
export function size(words: Cursor, missing: string): number {
  const word = required(words, missing);
  const result = parseSize(word.text);
  if (!result.ok) words.fail(`'${words.label}' : ${result.why} in '${word.text}'`, word);
  return result.ok ? result.value : 0;
}
