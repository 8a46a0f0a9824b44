import type { Sample } from '../core/sample.js';
import type { StreamContext } from '../core/stream.js';
import type { Environment } from './scope.js';

/** A variable's name taken apart: `txn.foo` (manual 7.3.1, `set-var`). */
export interface VariableName {
  readonly scope: 'proc' | 'sess' | 'txn' | 'req' | 'res' | 'check';
  readonly name: string;
}

const SCOPES = ['proc', 'sess', 'txn', 'req', 'res', 'check'] as const;

/** @returns the name, or HAProxy's complaint */
export function parseVariable(text: string): VariableName | string {
  const scope = SCOPES.find((one) => text.startsWith(`${one}.`));
  if (scope === undefined) {
    return `invalid variable name '${text}'. A variable name must be start by its scope. The scope can be 'proc', 'sess', 'txn', 'req', 'res' or 'check'`;
  }
  const name = text.slice(scope.length + 1);
  const bad = /[^A-Za-z0-9_.]/.exec(name);
  if (bad !== null) return `invalid syntax at char '${name.slice(bad.index)}'`;
  return { scope, name };
}

/** Most bytes that variables may take: those of a scope with the scopes within it (`tune.vars.*`); undefined = no limit. */
export interface VariableLimits {
  readonly proc?: number;
  readonly sess?: number;
  readonly txn?: number;
  readonly reqres?: number;
  readonly check?: number;
}

type Variables = Map<string, Sample> | undefined;

/** Variables of one scope, or undefined while none was set. */
function mapOf(stream: StreamContext, variable: VariableName, environment: Environment): Variables {
  switch (variable.scope) {
    case 'proc':
      return environment.variables;
    case 'check':
      return stream.checkVars;
    case 'sess':
      return stream.session.vars;
    case 'txn':
      return stream.txnVars;
    case 'req':
      return stream.reqVars;
    case 'res':
      return stream.resVars;
  }
}

/** All variables of a scope, or undefined while none was set. */
export function variablesOf(
  stream: StreamContext,
  scope: VariableName['scope'],
  environment: Environment,
): ReadonlyMap<string, Sample> | undefined {
  return mapOf(stream, { scope, name: '' }, environment);
}

/** @returns undefined where there is no such scope: only checks have variables of checks */
function createMap(
  stream: StreamContext,
  variable: VariableName,
  environment: Environment,
): Map<string, Sample> | undefined {
  switch (variable.scope) {
    case 'proc':
      return environment.variables;
    case 'check':
      return stream.checkVars;
    case 'sess':
      return (stream.session.vars ??= new Map());
    case 'txn':
      return (stream.txnVars ??= new Map());
    case 'req':
      return (stream.reqVars ??= new Map());
    case 'res':
      return (stream.resVars ??= new Map());
  }
}

export function getVariable(
  stream: StreamContext,
  variable: VariableName,
  environment: Environment,
): Sample | undefined {
  return mapOf(stream, variable, environment)?.get(variable.name);
}

/** Sets a variable, unless a limit is in the way: then nothing changes, as in HAProxy. */
export function setVariable(
  stream: StreamContext,
  variable: VariableName,
  value: Sample,
  environment: Environment,
): void {
  const { variableLimits } = environment;
  if (variableLimits !== undefined && !fits(stream, variable, value, environment, variableLimits)) return;
  createMap(stream, variable, environment)?.set(variable.name, value);
}

export function unsetVariable(stream: StreamContext, variable: VariableName, environment: Environment): void {
  mapOf(stream, variable, environment)?.delete(variable.name);
}

/** What HAProxy counts for a variable beside its text. */
const OVERHEAD = 80;

function sizeOf({ value }: Sample): number {
  return OVERHEAD + (typeof value === 'string' ? value.length : 0);
}

function total(...maps: readonly Variables[]): number {
  let size = 0;
  for (const map of maps) if (map !== undefined) for (const value of map.values()) size += sizeOf(value);
  return size;
}

function fits(
  stream: StreamContext,
  variable: VariableName,
  value: Sample,
  environment: Environment,
  { proc = Infinity, sess = Infinity, txn = Infinity, reqres = Infinity, check = Infinity }: VariableLimits,
): boolean {
  const old = getVariable(stream, variable, environment);
  const more = sizeOf(value) - (old === undefined ? 0 : sizeOf(old));
  if (variable.scope === 'proc') return total(environment.variables) + more <= proc;
  if (variable.scope === 'check') return total(stream.checkVars) + more <= check;
  const ofMessages = total(stream.reqVars, stream.resVars) + more;
  const ofTransaction = ofMessages + total(stream.txnVars);
  const ofSession = ofTransaction + total(stream.session.vars);
  if (ofSession > sess) return false;
  if (variable.scope === 'sess') return true;
  return ofTransaction <= txn && (variable.scope === 'txn' || ofMessages <= reqres);
}
