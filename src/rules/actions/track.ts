import type { Cursor } from '../../config/cursor.js';
import { takeExpression } from '../../config/expression.js';
import { ConfigError } from '../../config/diagnostics.js';
import { Outcome } from '../../core/action.js';
import type { StickTable } from '../../core/stick-table.js';
import { compileExpression, isConverter, type CompiledExpression } from '../../language/expression.js';
import { isFinal, sampling } from '../../language/sampling.js';
import type { Scope } from '../../language/scope.js';
import { keySampleType, tableKey, trackedEntry } from '../../language/tables.js';
import { castBetween } from '../../language/values.js';
import { countStatusOf, track } from '../tracking.js';
import { defineAction, type ActionCall } from '../definition.js';

/** `track-sc0`: the number behind the name. */
function counterOf(cursor: Cursor, { word }: ActionCall, { environment: { stickCounters } }: Scope): number {
  const digits = /\d+$/.exec(word.text)?.[0];
  const counter = digits === undefined ? 0 : Number(digits);
  if (counter >= stickCounters) {
    cursor.fail(
      `${digits} track-sc number exceeding ${stickCounters - 1} (MAX_SESS_STKCTR-1) value.`,
      word,
      `there are sc0 to sc${stickCounters - 1}; 'tune.stick-counters' makes more`,
    );
  }
  return counter;
}

function takeKey(cursor: Cursor, scope: Scope): CompiledExpression {
  const expression = compileExpression(takeExpression(cursor, isConverter), scope, false);
  const { use, name } = expression.fetch;
  if ((use.places & scope.places) === 0) {
    throw new ConfigError(
      expression.span,
      `fetch method '${name}' extracts information from '${use.needs}', none of which is available here.`,
    );
  }
  return expression;
}

/** `table <name>`, or the proxy's own. @returns undefined when there is none, which is reported */
function takeTable(cursor: Cursor, { environment, proxy, diagnostics }: Scope, action: string): StickTable | undefined {
  let name = proxy.name;
  let at = cursor.keyword.span;
  if (cursor.take('table')) {
    if (!cursor.more()) cursor.fail('missing table name.', cursor.endSpan);
    const word = cursor.next('a table');
    name = word.text;
    at = word.span;
  }
  const found = environment.tables.find(name);
  if (found === undefined)
    diagnostics.alert(at, `Proxy '${proxy.name}': unable to find table '${name}' referenced by ${action}.`);
  return found;
}

function checkType(key: CompiledExpression, table: StickTable, action: string, scope: Scope): void {
  if (castBetween(key.type, keySampleType(table.type)) !== undefined) return;
  scope.diagnostics.alert(
    key.span,
    `Proxy '${scope.proxy.name}': stick-table '${table.name}' uses a type incompatible with the '${action}' rule.`,
  );
}

/** Contents are looked at when requests have arrived: invalid ones never get there. */
function warnLate(key: CompiledExpression, scope: Scope, call: ActionCall): void {
  const { proxy, diagnostics } = scope;
  if (call.ruleset !== 'tcp-request content' || !proxy.frontend || proxy.mode !== 'http') return;
  if (key.fetch.use.needs.includes('request')) return;
  diagnostics.warning(
    call.word.span,
    `${proxy.backend ? 'proxy' : 'frontend'} '${proxy.name}' : a 'tcp-request content track-sc*' rule not depending on request contents for an HTTP frontend should be executed at the session level, using a 'tcp-request session' rule (mandatory to track invalid HTTP requests).`,
  );
}

/** Counts a client, or whatever a key tells of it, in an entry of a stick-table (manual 4.2 `http-request track-sc0`). */
export const trackAction = defineAction({
  name: 'track-sc',
  rulesets: ['tcp-request connection', 'tcp-request session', 'tcp-request content', 'http-request', 'http-response'],
  manual: '4.2',
  summary: 'follows an entry of a stick-table until the session or the request ends',
  numbered: true,
  compile(cursor, scope, call) {
    const counter = counterOf(cursor, call, scope);
    const key = takeKey(cursor, scope);
    const action = `track-sc${counter}`;
    const table = takeTable(cursor, scope, action);
    if (table === undefined) return () => Outcome.Continue;
    checkType(key, table, action, scope);
    warnLate(key, scope, call);
    const ofSession = call.ruleset === 'tcp-request connection' || call.ruleset === 'tcp-request session';
    const ofResponse = call.ruleset === 'http-response';
    return (stream) => {
      if (trackedEntry(stream, counter) !== undefined) return Outcome.Continue;
      sampling.mayChange = false;
      const sample = key.typed(stream);
      if (sample === undefined) return sampling.mayChange && !isFinal(stream) ? Outcome.Wait : Outcome.Continue;
      const value = tableKey(table.type, sample);
      if (value === undefined) return Outcome.Continue;
      track(ofSession ? stream.session : stream, counter, table, value, stream.request !== undefined || ofResponse);
      if (!ofResponse) return Outcome.Continue;
      const entry = trackedEntry(stream, counter);
      if (entry !== undefined) countStatusOf(entry, stream.response?.status ?? 0);
      return Outcome.Continue;
    };
  },
});
