import type { LogLevel } from './log.js';

/**
 * Commands of the runtime API (management manual 9.3): what a command is, and what it may know and answer. A command
 * does not know how it was asked: over a UNIX or TCP socket, an inherited descriptor, or by a master process.
 *
 * All texts are bytes, one code unit each (latin1), as in configurations.
 */

/** What a session may do (`level` of `stats socket`); each includes those before it. */
export const enum CliLevel {
  User,
  Operator,
  Admin,
}

/** `set severity-output`: what stands in front of messages. */
export type SeverityOutput = 'none' | 'number' | 'string';

/** One client's session, as commands see it. What they change lasts until the session ends. */
export interface CliSession {
  level: CliLevel;
  /** `expert-mode on`, `experimental-mode on`: some commands exist only then. */
  expert: boolean;
  experimental: boolean;
  /** `mcli-debug-mode on`, of the master's socket: what looks into a process looks into the master. */
  debug: boolean;
  severityOutput: SeverityOutput;
  /** More than one line is wanted: the connection stays open behind an answer. */
  interactive: boolean;
  /** A prompt follows each answer. */
  prompt: boolean;
  /** The prompt tells the time since the start (3.x `prompt timed`). */
  timed: boolean;
  /** Longest silence of the client, ms. */
  timeout: number;
  /** `quit`: the session ends behind this command, whatever else was sent. */
  leaving: boolean;
}

/** A short answer, which gets the severity in front of it when the client wants that. */
export interface CliMessage {
  readonly severity: LogLevel;
  /** As HAProxy has it, the end of the line included; where HAProxy forgot it, it is missing here too. */
  readonly text: string;
}

/**
 * An answer: a message, a text, or pieces of a text, which are asked for only as fast as the client reads: a long answer
 * is never in memory as a whole. An asynchronous one may wait for what has not happened yet; its `return()` is called
 * when the client leaves or types something. undefined = done, nothing to say.
 */
export type CliAnswer = CliMessage | string | Iterable<string> | AsyncIterable<string> | undefined;

/** An answer, at once or when others have been asked for it. */
export type CliOutput = CliAnswer | Promise<CliAnswer>;

/** One call of a command. */
export interface CliCall<Context> {
  readonly context: Context;
  readonly session: CliSession;
  /** The words behind the command's own. Missing ones read as ''. */
  readonly args: CliArguments;
  /** What followed `<<`, without the empty line that ends it; undefined = no payload was sent. */
  readonly payload: string | undefined;
}

/** The words behind a command. */
export interface CliArguments {
  readonly length: number;
  /** The word at `index`, '' when there are not as many. */
  at(index: number): string;
  /** All from `index` on. */
  from(index: number): readonly string[];
}

/** A command of the runtime API. One literal each, listed in admin/commands/index.ts. */
export interface CliCommand<Context> {
  /** The words that call it: `show info`, at most five. */
  readonly name: string;
  /** Least level; below it the answer is `Permission denied`. */
  readonly level: CliLevel;
  /** Known only in this mode of the session. */
  readonly mode?: 'expert' | 'experimental' | 'debug';
  /** How it is called, as HAProxy's help has it. undefined = not in the help. */
  readonly usage: string | undefined;
  /** What it does, as HAProxy's help has it. */
  readonly help: string;
  /** Version of HAProxy that has it, when later than 2.6. */
  readonly since?: string;
  run(call: CliCall<Context>): CliOutput;
}
