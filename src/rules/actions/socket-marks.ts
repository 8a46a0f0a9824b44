import type { Cursor } from '../../config/cursor.js';
import { takeExpression } from '../../config/expression.js';
import { Outcome } from '../../core/action.js';
import { compileExpression, isConverter } from '../../language/expression.js';
import type { Scope } from '../../language/scope.js';
import { defineAction, EVERYWHERE, type ActionDefinition } from '../definition.js';

const NUMBER = /^[+-]?(?:0x[\da-f]+|\d+)$/i;
const NUMBER_START = /^[+-]?(?:0x(?=[\da-f])[\da-f]*|\d*)/i;

/** Why nothing comes of them: who routes or filters by such a mark has to know. */
const EFFECTS = {
  mark: "Node.js cannot set a socket's mark (SO_MARK), so routing and firewall rules do not see it",
  tos: "Node.js cannot set a socket's type of service (IP_TOS), so packets leave without it",
} as const;

function takeNumber(cursor: Cursor): void {
  const word = cursor.peek();
  if (word === undefined) {
    cursor.fail('expects exactly 1 argument (integer/hex value).', cursor.endSpan);
    return;
  }
  if (!NUMBER.test(word.text)) {
    const rest = word.text.slice(NUMBER_START.exec(word.text)?.[0].length ?? 0);
    cursor.fail(`invalid character starting at '${rest}' (integer/hex value expected).`, word);
  }
  cursor.next('a number');
}

/** 3.x takes an expression, too. */
function takeNumberOrExpression(cursor: Cursor, scope: Scope): void {
  if (NUMBER.test(cursor.peek()?.text ?? '')) cursor.next('a number');
  else compileExpression(takeExpression(cursor, isConverter), scope);
}

function without(name: string, what: keyof typeof EFFECTS, newer: boolean): ActionDefinition {
  return defineAction({
    name,
    rulesets: EVERYWHERE.filter((ruleset) => ruleset !== 'http-after-response'),
    manual: '4.2',
    summary: `has no effect: ${EFFECTS[what]}`,
    compile(cursor, scope, call) {
      if (newer) takeNumberOrExpression(cursor, scope);
      else takeNumber(cursor);
      scope.diagnostics.warning(call.word.span, `'${call.ruleset} ${name}' is not implemented: ${EFFECTS[what]}`);
      return () => Outcome.Continue;
    },
  });
}

/** Marks on packets, for the network to look at (manual 4.2). */
export const socketMarks = [
  without('set-mark', 'mark', false),
  without('set-tos', 'tos', false),
  without('set-fc-mark', 'mark', true),
  without('set-fc-tos', 'tos', true),
  without('set-bc-mark', 'mark', true),
  without('set-bc-tos', 'tos', true),
  defineAction({
    name: 'wait-for-handshake',
    rulesets: ['http-request'],
    manual: '4.2',
    summary: 'waits for the end of the TLS handshake, which is always over: Node.js takes no early data',
    compile: () => () => Outcome.Continue,
  }),
];
