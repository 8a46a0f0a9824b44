import { Outcome, type CompiledRule, type StreamControl } from '../../core/action.js';
import { compileFormat, type Format } from '../../language/log-format/compile.js';
import { defineAction, HTTP_REQUEST, type ActionCode } from '../definition.js';

/** An early hint before it is joined with its neighbours. */
interface Hint {
  readonly name: string;
  readonly format: Format;
}

/** What each early-hint rule adds, by its code. */
const hints = new WeakMap<ActionCode, Hint>();

export const earlyHint = defineAction({
  name: 'early-hint',
  rulesets: HTTP_REQUEST,
  manual: '4.2',
  summary: 'sends a field in a 103 response before the answer',
  compile(cursor, scope) {
    if (cursor.peek(1) === undefined) cursor.fail('expects exactly 2 arguments.', cursor.peek() ?? cursor.endSpan);
    const name = cursor.next('a name').text.toLowerCase();
    const format = compileFormat(cursor.next('a value'), scope);
    const run: ActionCode = (stream) => {
      stream.sendInformational(103, [[name, format(stream)]]);
      return Outcome.Continue;
    };
    hints.set(run, { name, format });
    return run;
  },
});

/** An early hint and those without a condition behind it make one 103 response, as in HAProxy. */
export function joinEarlyHints(rules: readonly CompiledRule[]): CompiledRule[] {
  const joined: CompiledRule[] = [];
  let group: CompiledRule[] = [];
  const flush = (): void => {
    if (group.length === 1) joined.push(group[0]);
    else if (group.length > 1) joined.push(join(group));
    group = [];
  };
  for (const rule of rules) {
    if (rule.action === earlyHint.name) {
      if (rule.condition !== undefined) flush();
      group.push(rule);
    } else {
      flush();
      joined.push(rule);
    }
  }
  flush();
  return joined;
}

function join(group: readonly CompiledRule[]): CompiledRule {
  const parts = group.map(({ run }) => hints.get(run) as Hint);
  return {
    action: earlyHint.name,
    condition: group[0].condition,
    run(stream: StreamControl) {
      const fields = parts.map(({ name, format }): [string, string] => [name, format(stream)]);
      stream.sendInformational(103, fields);
      return Outcome.Continue;
    },
  };
}
