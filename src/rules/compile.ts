import { closest } from '../base/closest.js';
import { takeCondition } from '../config/condition.js';
import { Cursor, type Word } from '../config/cursor.js';
import { ConfigError } from '../config/diagnostics.js';
import type { RuleModel } from '../config/model.js';
import type { CompiledRule } from '../core/action.js';
import { Checkpoint } from '../language/checkpoint.js';
import { compileCondition, compileVerdict } from '../language/condition.js';
import { refuse, type Scope } from '../language/scope.js';
import { actions } from './actions/index.js';
import { joinEarlyHints } from './actions/early-hint.js';
import type { ActionCall, ActionDefinition, Ruleset } from './definition.js';

/** Where the rules of a ruleset are evaluated, in frontends and in backends. */
const PLACES: Readonly<Record<Ruleset, readonly [frontend: number, backend: number]>> = {
  'http-request': [Checkpoint.FrontendRequestHeader, Checkpoint.BackendRequestHeader],
  'http-response': [Checkpoint.FrontendResponseHeader, Checkpoint.BackendResponseHeader],
  'http-after-response': [Checkpoint.FrontendResponseHeader, Checkpoint.BackendResponseHeader],
  'tcp-request connection': [Checkpoint.FrontendConnection, 0],
  'tcp-request session': [Checkpoint.FrontendSession, 0],
  'tcp-request content': [Checkpoint.FrontendRequestContent, Checkpoint.BackendRequestContent],
  'tcp-response content': [0, Checkpoint.BackendResponseContent],
};

/** A scope for the rules of one ruleset. */
export function scopeOf(ruleset: Ruleset, scope: Scope): Scope {
  const [frontend, backend] = PLACES[ruleset];
  return { ...scope, places: (scope.proxy.frontend ? frontend : 0) | (scope.proxy.backend ? backend : 0) };
}

/**
 * Compiles the rules of one ruleset. Bad ones are reported, each, and left out.
 * @param models lines in order, all their words: `http-request`, `set-header`, …
 */
export function compileRules(models: readonly RuleModel[], ruleset: Ruleset, scope: Scope): CompiledRule[] {
  const inner = scopeOf(ruleset, scope);
  const rules: CompiledRule[] = [];
  let closed = false;
  for (const model of models) {
    if (closed) warnUnreachable(model, ruleset, scope);
    const compiled = compileRule(model, ruleset, seenFrom(model, inner));
    if (compiled === undefined) continue;
    closed ||= compiled.final && compiled.rule.condition === undefined && compiled.rule.verdict === undefined;
    rules.push(compiled.rule);
  }
  return joinEarlyHints(rules);
}

/** A rule inherited from a `defaults` section sees the ACLs of that section (manual 4.2, `acl`). */
function seenFrom({ acls }: RuleModel, scope: Scope): Scope {
  if (acls === undefined || scope.inheritedAcls === undefined) return scope;
  return { ...scope, acls: scope.inheritedAcls(acls), fromDefaults: true };
}

function warnUnreachable(model: RuleModel, ruleset: Ruleset, scope: Scope): void {
  const keyword = ruleset.split(' ')[0];
  scope.diagnostics.warning(
    model.span,
    `previous '${keyword}' action is final and has no condition attached, further entries are NOOP.`,
  );
}

function compileRule(
  model: RuleModel,
  ruleset: Ruleset,
  scope: Scope,
): { rule: CompiledRule; final: boolean } | undefined {
  const cursor = new Cursor(model.words, scope.diagnostics);
  for (const word of ruleset.split(' ')) cursor.take(word);
  const name = cursor.peek()?.text ?? '';
  const owner = `${ruleset} ${name}`;
  cursor.label = owner;
  try {
    const { action, call } = findAction(cursor, ruleset, model);
    if (action.pending !== undefined) {
      refuse(scope, call.word.span, `'${ruleset} ${action.name}'`, action.pending);
      return undefined;
    }
    const run = inRule(owner, scope, () => action.compile(cursor, scope, call));
    const origin = action.final === true ? { file: model.span.source.file, line: model.span.source.line } : undefined;
    const tests = conditionOf(cursor, owner, ruleset, scope);
    return {
      rule: { action: action.name, ...tests, run, ...(origin === undefined ? {} : { origin }) },
      final: action.final === true,
    };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    scope.diagnostics.alert(error.span ?? model.span, error.message, error.hint);
    return undefined;
  }
}

/** Rules on contents may have to wait for more; the others always know. */
function conditionOf(
  cursor: Cursor,
  owner: string,
  ruleset: Ruleset,
  scope: Scope,
): Pick<CompiledRule, 'condition' | 'verdict'> {
  const model = takeCondition(cursor, owner);
  if (model === undefined) return { condition: undefined };
  return inCondition(owner, () => {
    const waits = ruleset === 'tcp-request content' || ruleset === 'tcp-response content';
    return waits
      ? { condition: undefined, verdict: compileVerdict(model, scope) }
      : { condition: compileCondition(model, scope) };
  });
}

/** Complaints about an action's arguments begin as HAProxy's do. */
function inRule<T>(owner: string, { proxy }: Scope, compile: () => T): T {
  const type = proxy.frontend && proxy.backend ? 'proxy' : proxy.frontend ? 'frontend' : 'backend';
  return prefixed(`error detected in ${type} '${proxy.name}' while parsing '${owner}' rule : `, compile);
}

/** And those about conditions as HAProxy's do. */
export function inCondition<T>(owner: string, compile: () => T): T {
  return prefixed(`error detected while parsing an '${owner}' condition : `, compile);
}

export function prefixed<T>(prefix: string, compile: () => T): T {
  try {
    return compile();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new ConfigError(error.span, prefix + error.message, error.hint);
  }
}

function findAction(
  cursor: Cursor,
  ruleset: Ruleset,
  model: RuleModel,
): { action: ActionDefinition; call: ActionCall } {
  const known = actions.filter((action) => action.rulesets.includes(ruleset));
  const word = cursor.peek();
  if (word === undefined) throw unknownAction(ruleset, known, undefined, model);
  cursor.next('an action');
  const parts = /^([^(]*)(?:\((.*)\))?$/s.exec(word.text);
  const name = parts?.[1] ?? word.text;
  const action = known.find((one) => isNamed(one, name));
  if (action === undefined) throw unknownAction(ruleset, known, word, model);
  return { action, call: { word, parameter: parts?.[2], ruleset } };
}

function isNamed(action: ActionDefinition, name: string): boolean {
  if (action.name === name) return true;
  if (!name.startsWith(action.name)) return false;
  return action.prefix === true || (action.numbered === true && /^\d+$/.test(name.slice(action.name.length)));
}

function unknownAction(
  ruleset: Ruleset,
  known: readonly ActionDefinition[],
  word: Word | undefined,
  model: RuleModel,
): ConfigError {
  const names = known.map((one) => `'${one.name}${one.parameter === true ? '(*)' : ''}'`).join(', ');
  const got = word === undefined ? "'' (missing argument)" : `'${word.text}'`;
  const near =
    word === undefined
      ? undefined
      : closest(
          word.text.replace(/\(.*/s, ''),
          known.map((one) => one.name),
        );
  const hint = near === undefined ? undefined : `did you mean '${near}'?`;
  return new ConfigError(word?.span ?? model.span, `'${ruleset}' expects ${names}, but got ${got}.`, hint);
}
