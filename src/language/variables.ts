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

/** Variables of one scope, or undefined while none was set. */
function mapOf(
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
      return stream.session.vars;
    case 'txn':
      return stream.txnVars;
    case 'req':
      return stream.reqVars;
    case 'res':
      return stream.resVars;
  }
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

export function setVariable(
  stream: StreamContext,
  variable: VariableName,
  value: Sample,
  environment: Environment,
): void {
  createMap(stream, variable, environment)?.set(variable.name, value);
}

export function unsetVariable(stream: StreamContext, variable: VariableName, environment: Environment): void {
  mapOf(stream, variable, environment)?.delete(variable.name);
}
