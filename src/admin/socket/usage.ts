import type { CliCommand, CliSession } from '../../core/cli.js';
import { addWord, distance, fingerprintOf } from './fingerprint.js';

/** What a session knows by itself, at the end of every list. */
const ALWAYS: readonly (readonly [usage: string, help: string])[] = [
  ['help [<command>]', 'list matching or all commands'],
  ['prompt', 'toggle interactive mode with prompt'],
  ['quit', 'disconnect'],
];

/** As many suggestions as HAProxy makes. */
const SUGGESTIONS = 5;
/** A suggestion so many times further away than the best one is no help. */
const TOO_FAR = 2;
const USAGE_WIDTH = 40;

/** What lists need of a command, whatever it works on. */
export type ListedCommand = Pick<CliCommand<never>, 'name' | 'usage' | 'help' | 'mode'>;

interface Candidate {
  readonly command: ListedCommand;
  readonly words: readonly string[];
}

/** Whether the session's modes show the command. */
export function isVisible({ mode }: Pick<ListedCommand, 'mode'>, session: CliSession): boolean {
  return mode === undefined || session[mode];
}

/**
 * The list that answers `help`, and whatever is no command: all commands when no word is given, else those that begin
 * like the words, else those that look most like them (management manual 9.3 `help`).
 * @param words what was asked for
 * @param asked it was `help`, not a command that nobody knows
 */
export function usageText(
  commands: readonly ListedCommand[],
  words: readonly string[],
  asked: boolean,
  session: CliSession,
): string {
  const candidates = commands
    .filter((command) => command.usage !== undefined && isVisible(command, session))
    .map((command) => ({ command, words: command.name.split(' ') }));
  const length = Math.max(0, ...candidates.map((candidate) => sharedWords(candidate.words, words)));
  const near = candidates.filter((candidate) => sharedWords(candidate.words, words) >= length);
  const listed = words.length > length ? mostAlike(near, words, length) : near;
  const lines = listed.map(({ command }) => usageLine(command.usage ?? command.name, command.help));
  return [title(words, asked), ...lines, ...ALWAYS.map(([usage, help]) => usageLine(usage, help))].join('\n') + '\n';
}

function title(words: readonly string[], asked: boolean): string {
  if (asked) return 'The following commands are valid at this level:';
  return words.length === 0
    ? 'Unknown command. Please enter one of the following commands only:'
    : 'Unknown command, but maybe one of the following ones is a better match:';
}

export function usageLine(usage: string, help: string): string {
  return `  ${usage.padEnd(USAGE_WIDTH)}: ${help}`;
}

function sharedWords(command: readonly string[], words: readonly string[]): number {
  const different = command.findIndex((word, index) => word !== words[index]);
  return different < 0 ? command.length : different;
}

/** The candidates whose words from `length` on look most like those given, in the order of the list. */
function mostAlike(candidates: readonly Candidate[], words: readonly string[], length: number): Candidate[] {
  const rated = candidates.map((candidate) => ({ candidate, far: wordDistance(candidate.words, words, length) }));
  const best = rated.toSorted((a, b) => a.far - b.far).slice(0, SUGGESTIONS);
  const limit = TOO_FAR * (best[0]?.far ?? 0);
  const chosen = new Set(best.filter(({ far }) => far <= limit).map(({ candidate }) => candidate));
  return candidates.filter((candidate) => chosen.has(candidate));
}

function wordDistance(command: readonly string[], words: readonly string[], length: number): number {
  const print = fingerprintOf(command.slice(length));
  const other = fingerprintOf([]);
  for (const word of words.slice(length, command.length)) addWord(other, word);
  return distance(print, other);
}
