import type { ArgumentModel } from '../config/expression.js';
import type { SampleType, ValueOf } from '../core/sample.js';
import type { StreamContext } from '../core/stream.js';
import type { Use } from './checkpoint.js';
import type { Scope } from './scope.js';
import type { Flow } from './values.js';

/** How one argument of a fetch or converter is read. */
export interface ArgSpec<T> {
  /** HAProxy's name of the type, for complaints: 'integer', 'string', 'IPv4 mask'… */
  readonly type: string;
  readonly optional: boolean;
  /** HAProxy lists it among the wanted ones: left out, it stands for what is at hand, or for an empty text. */
  readonly implied?: boolean;
  /** Whether an empty text is a value of this type (else it counts as not given). */
  readonly allowsEmpty: boolean;
  /** @throws ArgumentError */
  parse(argument: ArgumentModel, scope: Scope): T;
}
export type ArgValues<A extends readonly ArgSpec<unknown>[]> = {
  [K in keyof A]: A[K] extends ArgSpec<infer T> ? T : never;
};

/** An argument does not fit its type; the message replaces "failed to parse 'x' as type 'y'" when it is not empty. */
export class ArgumentError extends Error {}

/** What is common to fetches and converters: the inventory, the docs and the code in one. */
interface Facts<A extends readonly ArgSpec<unknown>[]> {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly args: A;
  /** Type of the result; `any` = the value carries it. */
  readonly out: SampleType;
  /** Section of the configuration manual. */
  readonly manual: string;
  /** One line for people. */
  readonly summary: string;
  /** First version that has it, when later than 2.6. */
  readonly since?: string;
  /** Why it can be written but not used yet. */
  readonly pending?: string;
  /** Why its value is never known here: who uses it is warned. */
  readonly unknown?: string;
}

/** Reads one value from the stream; undefined = there is none. */
export type FetchCode<T> = (stream: StreamContext) => T | undefined;

/** A fetch that may find several values, of which ACLs try each. */
export interface IteratingCode<T> {
  readonly evaluate: FetchCode<T>;
  /** True as soon as `test` accepts one of the values. */
  some(stream: StreamContext, test: (value: T, stream: StreamContext) => boolean): boolean;
}

export interface FetchSpec<A extends readonly ArgSpec<unknown>[], T extends SampleType> extends Facts<A> {
  readonly out: T;
  readonly use: Use;
  compile(args: ArgValues<A>, scope: Scope): FetchCode<ValueOf<T>> | IteratingCode<ValueOf<T>>;
}

export interface ConverterSpec<
  A extends readonly ArgSpec<unknown>[],
  I extends SampleType,
  O extends SampleType,
> extends Facts<A> {
  readonly in: I;
  readonly out: O;
  /** `[input, arguments, output]`, as text: the manual's examples and more; the registry's test runs them. */
  readonly examples: readonly (readonly [input: string, args: string, output: string | undefined])[];
  /** False when the result depends on more than the input and arguments (variables, time): then nothing is folded. */
  readonly pure?: boolean;
  compile(args: ArgValues<A>, scope: Scope): (input: ValueOf<I>, stream: StreamContext) => ValueOf<O> | undefined;
}

/** A fetch whose argument and value types are forgotten: what registries hold. */
export interface FetchDefinition extends Facts<readonly ArgSpec<unknown>[]> {
  readonly use: Use;
  compile(args: readonly unknown[], scope: Scope): FetchCode<Flow> | IteratingCode<Flow>;
}
export interface ConverterDefinition extends Facts<readonly ArgSpec<unknown>[]> {
  readonly in: SampleType;
  readonly examples: readonly (readonly [input: string, args: string, output: string | undefined])[];
  readonly pure?: boolean;
  compile(args: readonly unknown[], scope: Scope): (input: Flow, stream: StreamContext) => Flow | undefined;
}

/** Declares a fetch; argument and value types are checked here and erased behind. */
export function defineFetch<const A extends readonly ArgSpec<unknown>[], T extends SampleType>(
  spec: FetchSpec<A, T>,
): FetchDefinition {
  return spec;
}

export function defineConverter<
  const A extends readonly ArgSpec<unknown>[],
  I extends SampleType,
  O extends SampleType,
>(spec: ConverterSpec<A, I, O>): ConverterDefinition {
  return spec as unknown as ConverterDefinition;
}
