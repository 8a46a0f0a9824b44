import type { CliArguments } from '../../core/cli.js';

/** What a line must end with to be continued by a payload (management manual 9.3). */
const PAYLOAD_MARK = '<<';

/** As many words as a command may have, itself included; what follows is not looked at, as in HAProxy. */
const MOST_WORDS = 63;

/** A line up to its end or to a semicolon that no backslash precedes. */
export interface TakenLine {
  /** Without its end and the carriage return before it. */
  readonly text: string;
  /** Bytes that it takes, its end included. */
  readonly length: number;
}

/**
 * The first command of what a client sent.
 * @param whole a line of a payload: semicolons mean nothing in it
 * @returns undefined while its end has not come
 */
export function takeLine(input: string, whole: boolean): TakenLine | undefined {
  const end = input.indexOf('\n');
  if (end < 0) return undefined;
  const semicolon = whole ? -1 : findSemicolon(input, end);
  if (semicolon >= 0) return { text: input.slice(0, semicolon), length: semicolon + 1 };
  return { text: input.slice(0, end).replace(/\r$/, ''), length: end + 1 };
}

function findSemicolon(input: string, end: number): number {
  for (let at = 0; at < end; at++) {
    if (input[at] === '\\') at++;
    else if (input[at] === ';') return at;
  }
  return -1;
}

/** Whether the line's command goes on with a payload. */
export function announcesPayload(line: string): boolean {
  return line.endsWith(PAYLOAD_MARK);
}

/**
 * The words of a command: blanks separate, a backslash takes the meaning of the next character away. A word that begins
 * with `<<` ends them.
 */
export function splitCommand(line: string): string[] {
  const words: string[] = [];
  const word = /[ \t]*((?:\\[^]|[^ \t\\])*\\?)/y;
  while (word.lastIndex < line.length && words.length < MOST_WORDS) {
    const found = word.exec(line)?.[1] ?? '';
    if (found === '' || found.startsWith(PAYLOAD_MARK)) break;
    words.push(found.replaceAll(/\\([^]?)/g, '$1'));
  }
  return words;
}

/** Words as commands read them. */
export function argumentsOf(words: readonly string[]): CliArguments {
  return {
    length: words.length,
    at: (index) => words[index] ?? '',
    from: (index) => words.slice(index),
  };
}
