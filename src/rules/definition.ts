import type { Cursor, Word } from '../config/cursor.js';
import type { Outcome, StreamControl } from '../core/action.js';
import type { Scope } from '../language/scope.js';

/** Lists of rules, by the words that begin their lines. */
export type Ruleset =
  | 'http-request'
  | 'http-response'
  | 'http-after-response'
  | 'tcp-request connection'
  | 'tcp-request session'
  | 'tcp-request content'
  | 'tcp-response content';

export const HTTP_REQUEST = ['http-request'] as const;
export const HTTP_HEADERS = ['http-request', 'http-response', 'http-after-response'] as const;
export const CONTENT = ['tcp-request content', 'tcp-response content'] as const;
export const EVERYWHERE: readonly Ruleset[] = [
  'http-request',
  'http-response',
  'http-after-response',
  'tcp-request connection',
  'tcp-request session',
  'tcp-request content',
  'tcp-response content',
];

/** The action's word on its line. */
export interface ActionCall {
  readonly word: Word;
  /** What stands in parentheses right behind the name: `txn.x` of `set-var(txn.x)`; undefined without. */
  readonly parameter: string | undefined;
  readonly ruleset: Ruleset;
}

/** What an action does when its rule applies. Must not allocate on the common path. */
export type ActionCode = (stream: StreamControl) => Outcome;

/** An action of rules: the inventory, the docs, the parser and the code in one. */
export interface ActionDefinition {
  readonly name: string;
  readonly rulesets: readonly Ruleset[];
  /** Section of the configuration manual. */
  readonly manual: string;
  readonly summary: string;
  /** Takes a parameter in parentheses. */
  readonly parameter?: boolean;
  /** The name goes on with a number (`track-sc0`). */
  readonly numbered?: boolean;
  /** The name goes on with anything (`lua.name`). */
  readonly prefix?: boolean;
  /** Ends the evaluation of its ruleset: rules after an unconditional one are never reached. */
  readonly final?: boolean;
  /** Why it can be written but not used yet. */
  readonly pending?: string;
  /**
   * Reads its arguments, up to the condition, and makes the code.
   * @throws ConfigError
   */
  compile(cursor: Cursor, scope: Scope, call: ActionCall): ActionCode;
}

export const defineAction = (action: ActionDefinition): ActionDefinition => action;

/** True when the arguments are over: the line ends, or its condition begins. */
export function atCondition(cursor: Cursor): boolean {
  const word = cursor.peek();
  return word === undefined || word.text === 'if' || word.text === 'unless';
}

/** The next argument. @throws ConfigError `missing argument for 'x'.` */
export function argumentOf(cursor: Cursor, keyword: Word): Word {
  if (cursor.peek() === undefined) cursor.fail(`missing argument for '${keyword.text}'.`, keyword);
  return cursor.next('an argument');
}
