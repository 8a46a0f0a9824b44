/**
 * The index-th field of a text and `count` in all (0 = all that follow), counted from the end when negative.
 * @param delimiters characters, each of which ends a field
 * @returns undefined when there is no such field
 */
export function nthField(text: string, index: number, delimiters: string, count: number): string | undefined {
  if (index === 0) return undefined;
  const starts = fieldStarts(text, delimiters);
  const total = starts.length;
  const wanted = index > 0 ? index - 1 : total + index;
  if (wanted < 0 || wanted >= total) return undefined;
  return index > 0
    ? between(text, starts, wanted, count === 0 ? total : wanted + count)
    : backwards(text, starts, wanted, count);
}

/** The same for words: runs of delimiters separate, and those at the ends do not count. '' when there is no such word. */
export function nthWord(text: string, index: number, delimiters: string, count: number): string {
  const words: { start: number; end: number }[] = [];
  for (let at = 0; at < text.length;) {
    while (at < text.length && delimiters.includes(text[at])) at++;
    const start = at;
    while (at < text.length && !delimiters.includes(text[at])) at++;
    if (at > start) words.push({ start, end: at });
  }
  const wanted = index > 0 ? index - 1 : words.length + index;
  if (wanted < 0 || wanted >= words.length) return '';
  if (index > 0) {
    const last = count === 0 || wanted + count > words.length ? text.length : words[wanted + count - 1].end;
    return text.slice(words[wanted].start, last);
  }
  const first = count === 0 || wanted - count + 1 < 0 ? 0 : words[wanted - count + 1].start;
  return text.slice(first, words[wanted].end);
}

function fieldStarts(text: string, delimiters: string): number[] {
  const starts = [0];
  for (let at = 0; at < text.length; at++) if (delimiters.includes(text[at])) starts.push(at + 1);
  return starts;
}

/** From field `first` up to, not including, field `end`. */
function between(text: string, starts: readonly number[], first: number, end: number): string {
  return text.slice(starts[first], end >= starts.length ? text.length : starts[end] - 1);
}

/** `count` fields that end with field `last`. */
function backwards(text: string, starts: readonly number[], last: number, count: number): string {
  const first = count === 0 ? 0 : Math.max(0, last - count + 1);
  return between(text, starts, first, last + 1);
}
