import { takeExpression } from '../../config/expression.js';
import type { Cursor } from '../../config/cursor.js';
import { ConfigError } from '../../config/diagnostics.js';
import { Outcome } from '../../core/action.js';
import type { Sample } from '../../core/sample.js';
import { compileExpression, isConverter } from '../../language/expression.js';
import { compileFormat } from '../../language/log-format/compile.js';
import { getVariable, parseVariable, setVariable, unsetVariable, type VariableName } from '../../language/variables.js';
import { defineAction, EVERYWHERE, type ActionCall } from '../definition.js';
import { parseConditions, mayStore, type StoreCondition } from '../../language/store-conditions.js';

/** `txn.x,ifempty` in the parentheses. */
function target(cursor: Cursor, call: ActionCall): { name: VariableName; conditions: readonly StoreCondition[] } {
  if (call.parameter === undefined) {
    return cursor.fail(
      `invalid or incomplete action '${call.word.text}'. Expects 'set-var(<var-name>)', 'set-var-fmt(<var-name>)' or 'unset-var(<var-name>)'.`,
      call.word,
    );
  }
  const [text, ...rest] = call.parameter.split(',');
  const name = parseVariable(text.trim());
  if (typeof name === 'string') return cursor.fail(`${name}.`, call.word);
  const conditions = parseConditions(rest.map((one) => one.trim()));
  if (typeof conditions === 'string') return cursor.fail(conditions, call.word);
  return { name, conditions };
}

/** Variables (manual 4.2, `http-request set-var`). */
export const variableActions = [
  defineAction({
    name: 'set-var',
    rulesets: EVERYWHERE,
    manual: '4.2',
    summary: 'stores the value of an expression',
    parameter: true,
    compile(cursor, scope, call) {
      const { name, conditions } = target(cursor, call);
      const { environment } = scope;
      const expression = compileExpression(takeExpression(cursor, isConverter), scope, false);
      const { places, needs } = expression.fetch.use;
      if ((places & scope.places) === 0) {
        throw new ConfigError(
          expression.span,
          `fetch method '${call.word.text}' extracts information from '${needs}', none of which is available here.`,
        );
      }
      return (stream) => {
        const value = expression.typed(stream);
        if (
          value !== undefined &&
          mayStore(conditions, value, getVariable(stream, name, environment), name.scope === 'proc')
        ) {
          setVariable(stream, name, value, environment);
        }
        return Outcome.Continue;
      };
    },
  }),
  defineAction({
    name: 'set-var-fmt',
    rulesets: EVERYWHERE,
    manual: '4.2',
    summary: 'stores a text made by a format',
    parameter: true,
    compile(cursor, scope, call) {
      const { name, conditions } = target(cursor, call);
      const { environment } = scope;
      if (cursor.peek() === undefined) cursor.fail('missing format.', cursor.endSpan);
      const format = compileFormat(cursor.next('a format'), scope);
      return (stream) => {
        const value: Sample = { type: 'str', value: format(stream) };
        if (mayStore(conditions, value, getVariable(stream, name, environment), name.scope === 'proc'))
          setVariable(stream, name, value, environment);
        return Outcome.Continue;
      };
    },
  }),
  defineAction({
    name: 'unset-var',
    rulesets: EVERYWHERE,
    manual: '4.2',
    summary: 'forgets a variable',
    parameter: true,
    compile(cursor, scope, call) {
      const { name } = target(cursor, call);
      return (stream) => {
        unsetVariable(stream, name, scope.environment);
        return Outcome.Continue;
      };
    },
  }),
];
