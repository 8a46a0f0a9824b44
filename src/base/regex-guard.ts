import { createContext, Script, type Context } from 'node:vm';
import { setV8Flags } from './v8-flags.js';

/**
 * Keeps patterns from holding the event loop. V8's linear engine takes over where a pattern backtracks too much, but not
 * for lookaround, back-references (atomic groups and possessive quantifiers become such) and counted repetitions. Where
 * one of those is written so that it could take exponential time, matching is interrupted, as PCRE's match limit does.
 */

/** Longest time for one match of a dangerous pattern; HAProxy's PCRE gives up after about as long. */
const LIMIT_MS = 20;

let prepared = false;

/** Must run before any pattern is compiled. */
export function enableLinearEngine(): void {
  if (prepared) return;
  prepared = true;
  setV8Flags();
}

/** Whether matching may take far longer than the text is long, and nothing else would stop it. */
export function isDangerous(source: string, flags: string): boolean {
  return !isLinear(source, flags) && mayExplode(source);
}

function isLinear(source: string, flags: string): boolean {
  try {
    return new RegExp(source, `${flags}l`) instanceof RegExp;
  } catch {
    return false;
  }
}

interface Group {
  /** Something in it can match in more ways than one. */
  ambiguous: boolean;
}

const QUANTIFIER = /(?:[*+]|\{(\d+)(,?)(\d*)\})/y;
/** So many repetitions are as bad as no limit. */
const MANY = 8;

/**
 * Whether a repeated group holds a repetition or an alternation (time grows exponentially with the text), or many
 * unlimited repetitions follow each other (with the power of their number).
 */
function mayExplode(source: string): boolean {
  const open: Group[] = [{ ambiguous: false }];
  let unlimited = 0;
  for (let at = 0; at < source.length; at++) {
    const char = source[at];
    let closed: Group | undefined;
    if (char === '\\') at++;
    else if (char === '[') at = classEnd(source, at);
    else if (char === '(') {
      open.push({ ambiguous: false });
      continue;
    } else if (char === '|') {
      open[open.length - 1].ambiguous = true;
      continue;
    } else if (char === ')') {
      closed = open.pop();
      if (closed?.ambiguous === true) open[open.length - 1].ambiguous = true;
    }
    const times = repetitions(source, at + 1);
    if (times < MANY) continue;
    if (closed?.ambiguous === true) return true;
    open[open.length - 1].ambiguous = true;
    if (times === Infinity && ++unlimited > 2) return true;
  }
  return false;
}

function classEnd(source: string, start: number): number {
  for (let at = start + 1; at < source.length; at++) {
    if (source[at] === '\\') at++;
    else if (source[at] === ']') return at;
  }
  return source.length;
}

/** How often the quantifier at `at` allows; 1 without one. */
function repetitions(source: string, at: number): number {
  QUANTIFIER.lastIndex = at;
  const found = QUANTIFIER.exec(source);
  if (found === null) return 1;
  if (found[1] === undefined || (found[2] === ',' && found[3] === '')) return Infinity;
  return Number(found[3] === '' ? found[1] : found[3]);
}

const job: { run: () => unknown } = { run: () => undefined };
let context: Context | undefined;
const script = new Script('job.run()');

/** Runs a match, for at most {@link LIMIT_MS}. @returns undefined when it took longer */
export function guarded<T>(run: () => T): T | undefined {
  context ??= createContext({ job });
  job.run = run;
  try {
    return script.runInContext(context, { timeout: LIMIT_MS }) as T;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return undefined;
    throw error;
  }
}
