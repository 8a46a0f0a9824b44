import { ConfigError, type Span } from '../config/diagnostics.js';
import { parseExpression, type CallModel, type ExpressionModel } from '../config/expression.js';
import type { Word } from '../config/cursor.js';
import type { Sample, SampleType, SampleValue } from '../core/sample.js';
import type { StreamContext } from '../core/stream.js';
import { converters } from './converters/index.js';
import { ArgumentError, type ArgSpec, type FetchCode, type FetchDefinition, type IteratingCode } from './definition.js';
import { fetches } from './fetches/index.js';
import { LUA_CONVERTER, LUA_FETCH } from './lua.js';
import { refuse, type Scope } from './scope.js';
import { castBetween, toSample, type Flow } from './values.js';

type Step = (value: Flow, stream: StreamContext) => Flow | undefined;

/** A sample expression ready to run. */
export class CompiledExpression {
  constructor(
    /** Declared type of the result; `any` = only known when evaluated, and values travel as Samples. */
    readonly type: SampleType,
    readonly fetch: FetchDefinition,
    /** As written. */
    readonly source: string,
    readonly span: Span,
    readonly code: FetchCode<Flow>,
    private readonly iterate: IteratingCode<Flow> | undefined,
    private readonly steps: readonly Step[],
  ) {}

  /** Places where it can be answered: bits of Checkpoint. */
  get places(): number {
    return this.fetch.use.places;
  }

  /** @returns the bare value; undefined when the sample fails */
  evaluate(stream: StreamContext): SampleValue | undefined {
    const value = this.code(stream);
    return this.type === 'any' && value !== undefined ? (value as Sample).value : (value as SampleValue | undefined);
  }

  /** @returns the value with its type; undefined when the sample fails */
  typed(stream: StreamContext): Sample | undefined {
    const value = this.code(stream);
    if (value === undefined || this.type === 'any') return value as Sample | undefined;
    return toSample(this.type, value as SampleValue);
  }

  /** Reads the value as text. Whatever has a value has a text. */
  text(): (stream: StreamContext) => string | undefined {
    return (this.as('str') as CompiledExpression).code as (stream: StreamContext) => string | undefined;
  }

  /** The same expression, converted; undefined when its type cannot be. */
  as(type: SampleType): CompiledExpression | undefined {
    const cast = castBetween(this.type, type);
    if (cast === undefined) return undefined;
    if (cast === null) return this;
    return this.followedBy(cast, type);
  }

  /** The same expression with one more step. */
  followedBy(step: Step, type: SampleType): CompiledExpression {
    return new CompiledExpression(type, this.fetch, this.source, this.span, chain(this.code, step), this.iterate, [
      ...this.steps,
      step,
    ]);
  }

  /** A test that holds when `accept` holds for any of the values the fetch finds (as ACLs do). */
  matching(accept: (value: Flow) => boolean): (stream: StreamContext) => boolean {
    const { code, iterate, steps } = this;
    if (iterate === undefined) {
      return (stream) => {
        const value = code(stream);
        return value !== undefined && accept(value);
      };
    }
    if (steps.length === 0) return (stream) => iterate.some(stream, accept);
    const run = joinSteps(steps);
    const test = (value: Flow, stream: StreamContext): boolean => {
      const result = run(value, stream);
      return result !== undefined && accept(result);
    };
    return (stream) => iterate.some(stream, test);
  }
}

function chain(code: FetchCode<Flow>, step: Step): FetchCode<Flow> {
  return (stream) => {
    const value = code(stream);
    return value === undefined ? undefined : step(value, stream);
  };
}

function joinSteps(steps: readonly Step[]): Step {
  if (steps.length === 1) return steps[0];
  return (value, stream) => {
    let current: Flow | undefined = value;
    for (let index = 0; index < steps.length && current !== undefined; index++) current = steps[index](current, stream);
    return current;
  };
}

/** Whether a word can be a converter: they may follow an expression as separate words. */
export function isConverter(name: string): boolean {
  return converters.has(name);
}

/** Parses and compiles a whole word. @throws ConfigError */
export function compileExpressionWord(word: Word, scope: Scope): CompiledExpression {
  return compileExpression(parseExpression(word), scope);
}

/**
 * Compiles an expression.
 * @param check whether to complain when its fetch has no data where the scope evaluates it (ACLs only warn, later)
 * @throws ConfigError in HAProxy's words
 */
export function compileExpression(model: ExpressionModel, scope: Scope, check = true): CompiledExpression {
  scope.environment.patterns.compiling(model.span);
  const fetch = isLua(model.fetch.name) ? LUA_FETCH : fetches.get(model.fetch.name);
  if (fetch === undefined) return failUnknown(model, model.fetch, 'fetch method', fetches.closestTo(model.fetch.name));
  if (check && (fetch.use.places & scope.places) === 0) {
    throw new ConfigError(
      model.span,
      `sample fetch <${model.text}> may not be reliably used here because it needs '${fetch.use.needs}' which is not available here.`,
    );
  }
  let expression = compileFetch(model, fetch, scope);
  let pure = fetch.use.needs === 'a constant' && CONSTANTS.has(fetch.name);
  for (const call of model.converters) {
    const added = addConverter(expression, model, call, scope);
    expression = added.expression;
    pure &&= added.pure;
  }
  return pure && model.converters.length > 0 ? fold(expression) : expression;
}

/** Fetches whose value is written in the configuration. */
const CONSTANTS = new Set(['str', 'int', 'bool', 'bin', 'ipv4', 'ipv6', 'meth']);

/** For expressions that look at no stream. */
export const NO_STREAM = undefined as unknown as StreamContext;

/** Evaluates a constant expression once. It looks at no stream, so none is needed. */
function fold(expression: CompiledExpression): CompiledExpression {
  const value = expression.code(NO_STREAM);
  return new CompiledExpression(
    expression.type,
    expression.fetch,
    expression.source,
    expression.span,
    () => value,
    undefined,
    [],
  );
}

function compileFetch(model: ExpressionModel, fetch: FetchDefinition, scope: Scope): CompiledExpression {
  const args = readArguments(model, model.fetch, fetch.args, 'fetch method', scope);
  if (fetch.pending !== undefined) refuse(scope, model.fetch.span, `sample fetch '${fetch.name}'`, fetch.pending);
  if (fetch.unknown !== undefined) {
    const text = `sample fetch '${fetch.name}' is not implemented: it never has a value, because ${fetch.unknown}`;
    scope.diagnostics.warning(model.fetch.span, text);
  }
  const compiled = rethrow(model, model.fetch, 'fetch method', () => fetch.compile(args, scope));
  const iterating = typeof compiled === 'function' ? undefined : compiled;
  const code = typeof compiled === 'function' ? compiled : compiled.evaluate;
  return new CompiledExpression(fetch.out, fetch, model.text, model.span, code, iterating, []);
}

function addConverter(
  before: CompiledExpression,
  model: ExpressionModel,
  call: CallModel,
  scope: Scope,
): { expression: CompiledExpression; pure: boolean } {
  const converter = isLua(call.name) ? LUA_CONVERTER : converters.get(call.name);
  if (converter === undefined) return failUnknown(model, call, 'converter', converters.closestTo(call.name));
  const args = readArguments(model, call, converter.args, 'converter', scope);
  if (converter.pending !== undefined) refuse(scope, call.span, `converter '${converter.name}'`, converter.pending);
  const step = rethrow(model, call, 'converter', () => converter.compile(args, scope));
  const input = before.as(converter.in);
  if (input === undefined) {
    throw new ConfigError(
      call.span,
      `failed to parse sample expression <${model.text}> : converter '${call.name}' cannot be applied`,
    );
  }
  const type = converter.out === 'same' ? input.type : converter.out;
  return { expression: input.followedBy(step, type), pure: converter.pure !== false };
}

/** Names that a Lua script would have registered: known for what they are, but there is no Lua. */
function isLua(name: string): boolean {
  return name.startsWith('lua.');
}

function failUnknown(model: ExpressionModel, call: CallModel, what: string, near: string | undefined): never {
  const hint = near === undefined ? undefined : `did you mean '${near}'?`;
  throw new ConfigError(
    call.span,
    `failed to parse sample expression <${model.text}> : unknown ${what} '${call.name}'.`,
    hint,
  );
}

/** Reads the arguments by their types. @throws ConfigError in HAProxy's words */
function readArguments(
  model: ExpressionModel,
  call: CallModel,
  specs: readonly ArgSpec<unknown>[],
  kind: string,
  scope: Scope,
): unknown[] {
  const fail = (span: Span, message: string): never => {
    throw new ConfigError(span, `failed to parse sample expression <${model.text}> : ${message}.`);
  };
  if (call.args.length > specs.length) {
    const extra = call.args[specs.length];
    fail(extra.span, `${kind} '${call.name}' : expected ')' before '${extra.text}'`);
  }
  return specs.map((spec, index) => {
    const argument = call.args[index];
    if (argument === undefined || (argument.text === '' && !spec.allowsEmpty)) {
      if (spec.optional) return undefined;
      if (
        argument === undefined &&
        index === 0 &&
        call.args.length === 0 &&
        spec.allowsEmpty &&
        kind === 'fetch method'
      )
        return '';
      const got =
        index === 0
          ? `expected type '${spec.type}' at position 1, but got nothing`
          : `missing arguments (got ${index}/${required(specs)}), type '${spec.type}' expected`;
      return fail(call.span, `invalid arg ${index + 1} in ${kind} '${call.name}' : ${got}`);
    }
    try {
      return spec.parse(argument, scope);
    } catch (error) {
      if (!(error instanceof ArgumentError)) throw error;
      if (error.message !== '')
        throw new ConfigError(
          argument.span,
          `failed to parse sample expression <${model.text}> : invalid args in ${kind} '${call.name}' : ${error.message}`,
        );
      return fail(
        argument.span,
        `invalid arg ${index + 1} in ${kind} '${call.name}' : failed to parse '${argument.text}' as type '${spec.type}' at position ${index + 1}`,
      );
    }
  });
}

function required(specs: readonly ArgSpec<unknown>[]): number {
  return specs.filter((spec) => !spec.optional).length;
}

/** Turns what a definition's compile() complains about into a complaint about its place. */
function rethrow<T>(model: ExpressionModel, call: CallModel, kind: string, compile: () => T): T {
  try {
    return compile();
  } catch (error) {
    if (!(error instanceof ArgumentError)) throw error;
    throw new ConfigError(
      call.span,
      `failed to parse sample expression <${model.text}> : invalid args in ${kind} '${call.name}' : ${error.message}`,
    );
  }
}
