import { Cursor } from '../config/cursor.js';
import { ConfigError, type Diagnostics } from '../config/diagnostics.js';
import { takeExpression } from '../config/expression.js';
import type { ConfigModel, GlobalVariableModel } from '../config/model.js';
import type { Sample } from '../core/sample.js';
import { Checkpoint } from '../language/checkpoint.js';
import { compileExpression, isConverter } from '../language/expression.js';
import { idleStream } from '../language/idle-stream.js';
import { compileFormat } from '../language/log-format/compile.js';
import type { Environment, Scope } from '../language/scope.js';
import { parseVariable, setVariable } from '../language/variables.js';

/** Sets the variables of the global section (manual 3.1, `set-var`), in order: later ones may use earlier ones. */
export function setGlobalVariables(
  { global }: ConfigModel,
  environment: Environment,
  diagnostics: Diagnostics,
  offline: boolean,
): void {
  const scope: Scope = {
    environment,
    diagnostics,
    proxy: { name: '', mode: 'tcp', frontend: false, backend: false, requestCaptures: [], responseCaptures: [] },
    places: Checkpoint.ConfigParser,
    acls: new Map(),
    offline,
  };
  for (const one of global.variables) {
    try {
      const name = parseVariable(one.name.text);
      if (typeof name === 'string') throw new ConfigError(one.name.span, `'${one.keyword.text}': ${name}.`);
      const value = evaluate(one, scope);
      if (value !== undefined) setVariable(idleStream(), name, value, environment);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      diagnostics.alert(error.span ?? one.name.span, error.message, error.hint);
    }
  }
}

function evaluate({ keyword, value, format }: GlobalVariableModel, scope: Scope): Sample | undefined {
  const stream = idleStream();
  if (format) return { type: 'str', value: compileFormat(value[0], scope)(stream) };
  const cursor = new Cursor([keyword, ...value], scope.diagnostics);
  cursor.next('the keyword');
  const expression = compileExpression(takeExpression(cursor, isConverter), scope);
  const extra = cursor.peek();
  if (extra !== undefined) cursor.warn(`'${keyword.text}' : '${extra.text}' means nothing here and is ignored`, extra);
  return expression.typed(stream);
}
