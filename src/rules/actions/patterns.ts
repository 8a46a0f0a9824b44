import { Outcome } from '../../core/action.js';
import { compileFormat } from '../../language/log-format/compile.js';
import { refuse, type Scope } from '../../language/scope.js';
import type { PatternReference } from '../../language/patterns/store.js';
import { defineAction, type ActionCall, type ActionDefinition, type Ruleset } from '../definition.js';

const HTTP: readonly Ruleset[] = ['http-request', 'http-response'];

/** The patterns of the file named in parentheses, as some ACL or map of the configuration has opened it. */
function referenceOf(call: ActionCall, scope: Scope): () => PatternReference | undefined {
  const { patterns } = scope.environment;
  const file = call.parameter ?? '';
  if (file === '')
    refuse(
      scope,
      call.word.span,
      `'${call.word.text}' without a file name in parentheses`,
      'write it as add-acl(<file>)',
    );
  // The file may be opened by a line that is compiled later, so it is looked up when the rule runs.
  return () => patterns.find(file);
}

function edit(
  name: string,
  values: 1 | 2,
  summary: string,
  apply: (reference: PatternReference, key: string, value: string) => void,
): ActionDefinition {
  return defineAction({
    name,
    rulesets: HTTP,
    manual: '4.2',
    summary,
    parameter: true,
    compile(cursor, scope, call) {
      if (cursor.peek(values - 1) === undefined)
        cursor.fail(`expects exactly ${values} argument${values > 1 ? 's' : ''}.`, cursor.peek() ?? cursor.endSpan);
      const reference = referenceOf(call, scope);
      const key = compileFormat(cursor.next('a key'), scope);
      const value = values === 2 ? compileFormat(cursor.next('a value'), scope) : () => '';
      return (stream) => {
        const found = reference();
        const text = key(stream);
        if (found !== undefined && text !== '') apply(found, text, value(stream));
        return Outcome.Continue;
      };
    },
  });
}

/** Changes of ACL and map files in memory (manual 4.2). */
export const patternActions = [
  edit('add-acl', 1, 'adds a pattern to an ACL file, once', (reference, key) => {
    if (!reference.has(key)) reference.add(key);
  }),
  edit('del-acl', 1, 'deletes a pattern from an ACL file', (reference, key) => {
    reference.delete(key);
  }),
  edit('del-map', 1, 'deletes a key from a map file', (reference, key) => {
    reference.delete(key);
  }),
  edit('set-map', 2, 'sets the value of a key in a map file', (reference, key, value) => {
    if (reference.set(key, value) === 0) reference.add(key, value);
  }),
];
