import { closest } from '../base/closest.js';
import { takeCondition } from '../config/condition.js';
import { Cursor } from '../config/cursor.js';
import { ConfigError, type Span } from '../config/diagnostics.js';
import type { RuleModel } from '../config/model.js';
import type { CompiledRule } from '../core/action.js';
import type { StreamContext } from '../core/stream.js';
import { Checkpoint } from '../language/checkpoint.js';
import { compileCondition } from '../language/condition.js';
import { compileFormat, constantFormat } from '../language/log-format/compile.js';
import type { Scope } from '../language/scope.js';
import { compileRedirect } from './actions/redirect.js';
import { readReply, type ReplyMaker } from './actions/reply.js';
import { inCondition, prefixed } from './compile.js';
import { atCondition } from './definition.js';

/** Lines with conditions that belong to no ruleset: `use_backend`, `use-server`, `redirect`, `monitor fail`… */

type Test = (stream: StreamContext) => boolean;

/** `use_backend NAME [if …]`, `use-server NAME if …`. */
export interface ConditionalTarget {
  readonly condition: Test | undefined;
  /** A fixed name, or the code that makes it (`use_backend %[…]`). */
  readonly target: string | ((stream: StreamContext) => string);
  readonly span: Span;
}

/** Runs `compile` for each line; complaints are reported and their lines left out. */
function eachLine<T>(
  models: readonly RuleModel[],
  scope: Scope,
  compile: (cursor: Cursor, model: RuleModel) => T,
): T[] {
  const results: T[] = [];
  for (const model of models) {
    try {
      results.push(compile(new Cursor(model.words, scope.diagnostics), model));
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      scope.diagnostics.alert(error.span ?? model.span, error.message, error.hint);
    }
  }
  return results;
}

function takeTest(cursor: Cursor, owner: string, scope: Scope): Test | undefined {
  const model = takeCondition(cursor, owner);
  return model === undefined ? undefined : inCondition(owner, () => compileCondition(model, scope));
}

/**
 * `use_backend` lines in order. Fixed names must exist; dynamic ones are looked up by the caller when they are made,
 * and a name that is no backend's makes it try the next line.
 */
export function compileUseBackends(models: readonly RuleModel[], scope: Scope): ConditionalTarget[] {
  const inner = { ...scope, places: Checkpoint.UseBackend };
  return eachLine(models, scope, (cursor, model) => {
    cursor.take('use_backend');
    const word = cursor.peek();
    if (word === undefined || word.text === 'if' || word.text === 'unless')
      return cursor.fail("'use_backend' expects a backend name.", model.span);
    cursor.next('a backend name');
    const fixed = word.text.includes('%') ? constantFormat(word) : word.text;
    const condition = takeTest(cursor, 'use_backend', inner);
    if (fixed === undefined) return { condition, target: compileFormat(word, inner), span: word.span };
    if (!scope.environment.hasBackend(fixed)) {
      const near = closest(fixed, scope.environment.backendNames());
      const hint = near === undefined ? undefined : `did you mean '${near}'?`;
      throw new ConfigError(
        word.span,
        `Proxy '${scope.proxy.name}': unable to find required use_backend: '${fixed}'.`,
        hint,
      );
    }
    return { condition, target: fixed, span: word.span };
  });
}

/** `use-server` lines in order. */
export function compileUseServers(models: readonly RuleModel[], scope: Scope): ConditionalTarget[] {
  const inner = { ...scope, places: Checkpoint.UseServer };
  return eachLine(models, scope, (cursor, model) => {
    cursor.take('use-server');
    const word = cursor.peek();
    if (word === undefined || word.text === 'if' || word.text === 'unless')
      return cursor.fail("'use-server' expects a server name.", model.span);
    cursor.next('a server name');
    const fixed = word.text.includes('%') ? constantFormat(word) : word.text;
    const condition = takeTest(cursor, 'use-server', inner);
    if (fixed === undefined) return { condition, target: compileFormat(word, inner), span: word.span };
    if (!scope.environment.hasServer(scope.proxy.name, fixed)) {
      throw new ConfigError(
        word.span,
        `Proxy '${scope.proxy.name}': unable to find server '${fixed}' referenced in a 'use-server' rule.`,
      );
    }
    return { condition, target: fixed, span: word.span };
  });
}

/** Standalone `redirect` lines (before 1.6 the only form): rules that run after http-request ones. */
export function compileRedirects(models: readonly RuleModel[], scope: Scope): CompiledRule[] {
  const places =
    (scope.proxy.frontend ? Checkpoint.FrontendRequestHeader : 0) |
    (scope.proxy.backend ? Checkpoint.BackendRequestHeader : 0);
  const inner = { ...scope, places };
  const type = scope.proxy.frontend && scope.proxy.backend ? 'proxy' : scope.proxy.frontend ? 'frontend' : 'backend';
  return eachLine(models, scope, (cursor) => {
    cursor.take('redirect');
    const prefix = `error detected in ${type} '${scope.proxy.name}' while parsing redirect rule : `;
    const run = prefixed(prefix, () => compileRedirect(cursor, inner, false));
    return { action: 'redirect', condition: takeTest(cursor, 'redirect', inner), run };
  });
}

/**
 * `http-error status …`: an answer in the place of an error page.
 * @returns undefined when HAProxy's own page is meant, or the line is wrong (which is reported)
 */
export function compileHttpError({ words, span }: RuleModel, scope: Scope): ReplyMaker | undefined {
  const cursor = new Cursor(words, scope.diagnostics);
  cursor.take('http-error');
  // `default-errorfiles` means HAProxy's own page here, not the one that is being made
  const { errorReplies: _pages, ...outside } = scope;
  const inner = { ...outside, places: Checkpoint.FrontendRequestHeader | Checkpoint.BackendRequestHeader };
  try {
    const { make } = prefixed('http-error : ', () => readReply(cursor, inner, ['status'], 200, false));
    const extra = cursor.peek();
    if (extra !== undefined) cursor.fail(`http-error : unknown keyword '${extra.text}'.`, extra);
    return make;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    scope.diagnostics.alert(error.span ?? span, error.message, error.hint);
    return undefined;
  }
}

/**
 * Lines that are nothing but a condition behind some words: `monitor fail if …`, `stats admin if …`, `force-persist if …`.
 * @param places where they are evaluated
 */
export function compileConditionLines(models: readonly RuleModel[], scope: Scope, places: number): Test[] {
  return eachLine(models, scope, (cursor) => {
    const owner: string[] = [];
    while (!atCondition(cursor)) owner.push(cursor.next('a condition').text);
    const name = owner.join(' ');
    return (
      takeTest(cursor, name, { ...scope, places }) ??
      cursor.fail(`'${name}' expects either 'if' or 'unless' followed by a condition.`, cursor.endSpan)
    );
  });
}
