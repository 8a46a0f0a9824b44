/** As C's atoi(): the number that the text begins with, else 0. */
export function leadingInteger(text: string): number {
  const found = /^[ \t]*([+-]?\d+)/.exec(text);
  return found === null ? 0 : Number(found[1]);
}
