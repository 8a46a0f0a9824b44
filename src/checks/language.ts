import type { Cursor, Word } from '../config/cursor.js';
import { ConfigError } from '../config/diagnostics.js';
import { takeExpression } from '../config/expression.js';
import type { Sample } from '../core/sample.js';
import type { StreamContext } from '../core/stream.js';
import { compileExpression, compileExpressionWord, isConverter } from '../language/expression.js';
import { compileFormat } from '../language/log-format/compile.js';
import type { Scope } from '../language/scope.js';
import { mayStore, parseConditions } from '../language/store-conditions.js';
import { getVariable, parseVariable, setVariable, unsetVariable } from '../language/variables.js';
import type { CheckLanguage } from './plan.js';

/** The expression language for the checks of one backend. @param scope with `places` of TcpCheck */
export function checkLanguage(scope: Scope): CheckLanguage {
  return {
    format: (word) => compileFormat(word, scope),
    number(word) {
      const expression = compileExpressionWord(word, scope).as('sint');
      if (expression === undefined) throw new ConfigError(word.span, `'${word.text}' does not yield a number.`);
      return (stream) => {
        const value = expression.evaluate(stream);
        return value === undefined ? undefined : Number(value);
      };
    },
    variable: (action, words) => compileVariable(action, words, scope),
  };
}

type Change = (stream: StreamContext) => void;

function compileVariable(action: Word, words: Cursor, scope: Scope): Change {
  const { environment } = scope;
  const [, kind, parameter] = /^([^(]*)\(([^)]*)\)$/.exec(action.text) ?? [];
  if (parameter === undefined) words.fail(`invalid or incomplete action '${action.text}'.`, action);
  const [text, ...rest] = parameter.split(',').map((part) => part.trim());
  const name = parseVariable(text);
  if (typeof name === 'string') return words.fail(`${name}.`, action);
  const conditions = parseConditions(rest);
  if (typeof conditions === 'string') return words.fail(conditions, action);
  if (kind === 'unset-var') {
    words.end();
    return (stream) => unsetVariable(stream, name, environment);
  }
  const value = kind === 'set-var' ? expressionValue(words, scope) : formatValue(words, scope);
  words.end();
  return (stream) => {
    const sample = value(stream);
    if (
      sample !== undefined &&
      mayStore(conditions, sample, getVariable(stream, name, environment), name.scope === 'proc')
    )
      setVariable(stream, name, sample, environment);
  };
}

function expressionValue(words: Cursor, scope: Scope): (stream: StreamContext) => Sample | undefined {
  const expression = compileExpression(takeExpression(words, isConverter), scope);
  return (stream) => expression.typed(stream);
}

function formatValue(words: Cursor, scope: Scope): (stream: StreamContext) => Sample {
  if (!words.more()) words.fail('missing format.', words.endSpan);
  const format = compileFormat(words.next('a format'), scope);
  return (stream) => ({ type: 'str', value: format(stream) });
}
