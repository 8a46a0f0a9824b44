import { createContext, Script, type Context } from 'node:vm';
import { setV8Flags } from './v8-flags.js';

/**
 * Keeps patterns from holding the event loop. V8's linear engine takes over where a pattern backtracks too much, but not
 * for lookaround, back-references (atomic groups and possessive quantifiers become such) and counted repetitions. Where
 * one of those could take too long for a text, matching is interrupted, as PCRE's match limit does.
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

/** Steps that nobody notices. */
const FEW_STEPS = 1_000_000;

/** The longest text that is matched in a moment, whatever it says; beyond it nothing else would stop the engine. */
export function harmlessLength(source: string, flags: string): number {
  if (isLinear(source, flags)) return Infinity;
  const power = degree(source);
  // a match may begin anywhere
  return power === 0 ? Infinity : power === Infinity ? 0 : Math.floor(FEW_STEPS ** (1 / (power + 1)));
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
 * The power of the text's length with which the time grows: that of the number of repetitions, and without limit where
 * a repeated group holds a repetition or an alternation.
 */
function degree(source: string): number {
  const open: Group[] = [{ ambiguous: false }];
  let count = 0;
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
    if (closed?.ambiguous === true) return Infinity;
    open[open.length - 1].ambiguous = true;
    count++;
  }
  return count;
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
