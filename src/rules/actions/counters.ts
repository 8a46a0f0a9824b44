import { takeExpression } from '../../config/expression.js';
import type { Cursor } from '../../config/cursor.js';
import { Outcome, type StreamControl } from '../../core/action.js';
import type { DataName } from '../../core/stick-table.js';
import { compileExpression, isConverter } from '../../language/expression.js';
import type { Scope } from '../../language/scope.js';
import { fieldFinder, trackedEntry } from '../../language/tables.js';
import { defineAction, EVERYWHERE, type ActionCall, type ActionDefinition } from '../definition.js';

/** `(<counter>)`, or `(<index>,<counter>)`. */
function takeNumbers(
  cursor: Cursor,
  call: ActionCall,
  indexed: 'GPC' | 'GPT' | undefined,
  { environment: { stickCounters } }: Scope,
): [number, number] {
  const name = call.word.text.replace(/\(.*/s, '');
  const parts = (call.parameter ?? '').split(',').map((part) => part.trim());
  const form = indexed === undefined ? `${name}(<Track ID>)` : `${name}(<${indexed} ID>,<Track ID>)`;
  if (parts.length !== (indexed === undefined ? 1 : 2) || parts.some((part) => !/^\d+$/.test(part))) {
    const missing = indexed !== undefined && parts.length < 2 && parts[0] !== '';
    cursor.fail(
      missing
        ? `Missing ${indexed.toLowerCase()} ID '${call.word.text}'. Expects ${form}.`
        : `invalid stick table track ID. Expects ${form}.`,
      call.word,
    );
  }
  const numbers = parts.map(Number);
  const counter = numbers[numbers.length - 1];
  if (counter >= stickCounters)
    cursor.fail(`invalid stick table track ID. The max allowed ID is ${stickCounters - 1}.`, call.word);
  return [indexed === undefined ? 0 : numbers[0], counter];
}

/** A number, or an expression that gives one. */
function takeValue(cursor: Cursor, scope: Scope): (stream: StreamControl) => number | undefined {
  const word = cursor.peek();
  if (word === undefined || word.text === 'if' || word.text === 'unless')
    return cursor.fail('missing value.', word ?? cursor.endSpan, 'a number, or an expression that gives one');
  if (/^\d+$/.test(word.text)) {
    cursor.next('a value');
    const value = Number(word.text);
    if (value > 0xffffffff) cursor.fail(`the value must fit 32 bits, not ${word.text}.`, word);
    return () => value;
  }
  const expression = compileExpression(takeExpression(cursor, isConverter), scope).as('sint');
  if (expression === undefined) return cursor.fail('the expression does not give an integer.', word);
  return (stream) => {
    const value = expression.evaluate(stream);
    return value === undefined ? undefined : Number(BigInt.asUintN(32, BigInt(value as number | bigint)));
  };
}

/** Adds to a counter and to its rate, if they are stored; what is not tracked is not counted. */
function increase(name: string, count: DataName, rate: DataName, indexed: boolean, byValue = false): ActionDefinition {
  return defineAction({
    name,
    rulesets: EVERYWHERE,
    manual: '4.2',
    summary: byValue ? `adds to ${count} and ${rate}` : `adds one to ${count} and ${rate}`,
    parameter: true,
    compile(cursor, scope, call) {
      const [index, counter] = takeNumbers(cursor, call, indexed ? 'GPC' : undefined, scope);
      const amount = byValue ? takeValue(cursor, scope) : (): number => 1;
      const findCount = fieldFinder(count, index);
      const findRate = fieldFinder(rate, index);
      return (stream) => {
        const tracked = trackedEntry(stream, counter);
        if (tracked === undefined) return Outcome.Continue;
        const { table, entry } = tracked;
        const counted = findCount(table);
        const rated = findRate(table);
        const added = amount(stream) ?? 0;
        if (counted !== undefined) table.add(entry, counted, added);
        if (rated !== undefined) table.add(entry, rated, added);
        if (counted !== undefined || rated !== undefined) table.touch(entry);
        return Outcome.Continue;
      };
    },
  });
}

function tag(name: string, data: DataName, indexed: boolean): ActionDefinition {
  return defineAction({
    name,
    rulesets: EVERYWHERE,
    manual: '4.2',
    summary: `sets ${data}`,
    parameter: true,
    compile(cursor, scope, call) {
      const [index, counter] = takeNumbers(cursor, call, indexed ? 'GPT' : undefined, scope);
      const read = takeValue(cursor, scope);
      const find = fieldFinder(data, index);
      return (stream) => {
        const tracked = trackedEntry(stream, counter);
        const value = tracked === undefined ? undefined : read(stream);
        if (tracked === undefined || value === undefined) return Outcome.Continue;
        const { table, entry } = tracked;
        const field = find(table);
        if (field === undefined) return Outcome.Continue;
        table.write(entry, field, value);
        table.touch(entry);
        return Outcome.Continue;
      };
    },
  });
}

/** Counters and tags of the entry that is followed (manual 4.2 `http-request sc-inc-gpc`). */
export const counterActions: readonly ActionDefinition[] = [
  increase('sc-add-gpc', 'gpc', 'gpc_rate', true, true),
  increase('sc-inc-gpc', 'gpc', 'gpc_rate', true),
  increase('sc-inc-gpc0', 'gpc0', 'gpc0_rate', false),
  increase('sc-inc-gpc1', 'gpc1', 'gpc1_rate', false),
  tag('sc-set-gpt', 'gpt', true),
  tag('sc-set-gpt0', 'gpt0', false),
];
