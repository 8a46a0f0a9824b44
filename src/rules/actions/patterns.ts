import { Outcome } from '../../core/action.js';
import { compileFormat } from '../../language/log-format/compile.js';
import { refuse, type Scope } from '../../language/scope.js';
import type { PatternEdit } from '../../language/patterns/edits.js';
import { defineAction, type ActionCall, type ActionDefinition, type Ruleset } from '../definition.js';

const HTTP: readonly Ruleset[] = ['http-request', 'http-response'];

/** The file named in parentheses. Which ACL or map opens it, maybe on a later line, shows when the rule runs. */
function fileOf(call: ActionCall, scope: Scope): string {
  const file = call.parameter ?? '';
  if (file === '')
    refuse(
      scope,
      call.word.span,
      `'${call.word.text}' without a file name in parentheses`,
      'write it as add-acl(<file>)',
    );
  return file;
}

function edit(name: PatternEdit['action'], values: 1 | 2, summary: string): ActionDefinition {
  return defineAction({
    name,
    rulesets: HTTP,
    manual: '4.2',
    summary,
    parameter: true,
    compile(cursor, scope, call) {
      if (cursor.peek(values - 1) === undefined)
        cursor.fail(`expects exactly ${values} argument${values > 1 ? 's' : ''}.`, cursor.peek() ?? cursor.endSpan);
      const { patterns } = scope.environment;
      const file = fileOf(call, scope);
      const key = compileFormat(cursor.next('a key'), scope);
      const value = values === 2 ? compileFormat(cursor.next('a value'), scope) : () => '';
      return (stream) => {
        const text = key(stream);
        if (text !== '') patterns.edit({ action: name, file, key: text, value: value(stream) });
        return Outcome.Continue;
      };
    },
  });
}

/** Changes of ACL and map files in memory (manual 4.2). */
export const patternActions = [
  edit('add-acl', 1, 'adds a pattern to an ACL file, once'),
  edit('del-acl', 1, 'deletes a pattern from an ACL file'),
  edit('del-map', 1, 'deletes a key from a map file'),
  edit('set-map', 2, 'sets the value of a key in a map file'),
];
