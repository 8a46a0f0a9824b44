/** A connection that sends log lines (RFC 6587): octet counted, or one line after the other, told apart for each. */

const ZERO = 0x30;
const NINE = 0x39;
const LESS_THAN = 0x3c;
/** Digits of a length that makes sense. */
const MOST_DIGITS = 9;

export class LineFraming {
  private rest = '';

  /**
   * @param limit longest line in bytes
   * @param assumeLines lines are not counted, whatever they begin with
   */
  constructor(
    private readonly limit: number,
    private readonly assumeLines: boolean,
    private readonly take: (line: string) => void,
  ) {}

  /** @param chunk latin1. @returns false when the sender cannot be understood any more */
  push(chunk: string): boolean {
    let text = this.rest + chunk;
    while (text !== '') {
      const used = this.frame(text);
      if (used < 0) return false;
      if (used === 0) break;
      text = text.slice(used);
    }
    this.rest = text;
    return true;
  }

  /** Takes one line. @returns characters used, 0 = it is not complete, -1 = it is no line */
  private frame(text: string): number {
    const first = text.charCodeAt(0);
    if (first === LESS_THAN || this.assumeLines) return this.line(text);
    return first > ZERO && first <= NINE ? this.counted(text) : -1;
  }

  private line(text: string): number {
    const end = text.indexOf('\n');
    if (end < 0) return text.length > this.limit ? -1 : 0;
    if (end > this.limit) return -1;
    this.take(text.charAt(end - 1) === '\r' ? text.slice(0, end - 1) : text.slice(0, end));
    return end + 1;
  }

  private counted(text: string): number {
    const space = text.indexOf(' ');
    const digits = space < 0 ? text : text.slice(0, space);
    if (digits.length > MOST_DIGITS || /\D/.test(digits)) return -1;
    const length = Number(digits);
    if (length > this.limit) return -1;
    const end = space + 1 + length;
    if (space < 0 || text.length < end) return 0;
    this.take(text.slice(space + 1, end));
    return end;
  }
}
