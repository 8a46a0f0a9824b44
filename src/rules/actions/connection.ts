import { takeExpression } from '../../config/expression.js';
import type { Cursor } from '../../config/cursor.js';
import { Outcome, type StreamControl } from '../../core/action.js';
import type { Endpoint } from '../../core/transport.js';
import { compileExpression, isConverter, type CompiledExpression } from '../../language/expression.js';
import { formatIp } from '../../language/values.js';
import { reasonPhrase } from '../../protocol/h1/reasons.js';
import type { Scope } from '../../language/scope.js';
import { parseDuration } from '../../base/units.js';
import { CONTENT, defineAction, EVERYWHERE, type ActionDefinition, type Ruleset } from '../definition.js';

const REQUEST: readonly Ruleset[] = [
  'http-request',
  'tcp-request connection',
  'tcp-request session',
  'tcp-request content',
];

function typedArgument(cursor: Cursor, scope: Scope, type: 'addr' | 'sint'): CompiledExpression {
  const expression = compileExpression(takeExpression(cursor, isConverter), scope).as(type);
  return expression ?? cursor.fail(`the expression does not give ${type === 'addr' ? 'an address' : 'an integer'}.`);
}

function withAddress(value: unknown, old: Endpoint): Endpoint {
  if (typeof value === 'number') return { address: formatIp(value), port: old.port, family: 4 };
  return { address: formatIp(value as Uint8Array), port: old.port, family: 6 };
}

/** An action that changes one end of the client's connection, as everything later sees it. */
function endpoint(
  name: string,
  port: boolean,
  read: (stream: StreamControl) => Endpoint,
  write: (stream: StreamControl, to: Endpoint) => void,
): ActionDefinition {
  return defineAction({
    name,
    rulesets: REQUEST,
    manual: '4.2',
    summary: `replaces the ${name.includes('src') ? 'source' : 'destination'} ${port ? 'port' : 'address'} of the connection`,
    compile(cursor, scope) {
      const expression = typedArgument(cursor, scope, port ? 'sint' : 'addr');
      return (stream) => {
        const value = expression.evaluate(stream);
        if (value === undefined) return Outcome.Continue;
        const old = read(stream);
        write(stream, port ? { ...old, port: Number(value) & 0xffff } : withAddress(value, old));
        return Outcome.Continue;
      };
    },
  });
}

const source = (stream: StreamControl): Endpoint => stream.session.source;
const destination = (stream: StreamControl): Endpoint => stream.session.destination;

/** Levels that `set-log-level` names; 8 = silent. */
const LEVELS = ['emerg', 'alert', 'crit', 'err', 'warning', 'notice', 'info', 'debug', 'silent'] as const;

/** Classes and offsets that HAProxy knows; what is beyond counts as the last one (manual 4.2). */
const LIMITS = { class: 2047, offset: 524_287 };

function priority(which: 'class' | 'offset'): ActionDefinition {
  const limit = LIMITS[which];
  return defineAction({
    name: `set-priority-${which}`,
    rulesets: ['http-request', 'tcp-request content'],
    manual: '4.2',
    summary: `sets the queue priority ${which}`,
    compile(cursor, scope) {
      const expression = typedArgument(cursor, scope, 'sint');
      return (stream) => {
        const value = expression.evaluate(stream);
        if (value !== undefined) stream.setPriority(which, Math.max(-limit, Math.min(limit, Number(value))));
        return Outcome.Continue;
      };
    },
  });
}

/** What rules change of connections, logging and queueing (manual 4.2). */
export const connectionActions = [
  endpoint('set-src', false, source, (stream, to) => stream.setSource(to)),
  endpoint('set-src-port', true, source, (stream, to) => stream.setSource(to)),
  endpoint('set-dst', false, destination, (stream, to) => stream.setDestination(to)),
  endpoint('set-dst-port', true, destination, (stream, to) => stream.setDestination(to)),
  priority('class'),
  priority('offset'),
  defineAction({
    name: 'set-log-level',
    rulesets: ['http-request', 'http-response', ...CONTENT],
    manual: '4.2',
    summary: 'logs this stream with another level, or not at all',
    compile(cursor) {
      const level = LEVELS.indexOf(cursor.oneOf('log level', LEVELS));
      return (stream) => {
        stream.log.level = level;
        return Outcome.Continue;
      };
    },
  }),
  defineAction({
    name: 'set-timeout',
    rulesets: ['http-request'],
    manual: '4.2',
    summary: 'changes a timeout of this stream: server or tunnel',
    compile(cursor, scope) {
      if (!scope.proxy.backend) cursor.fail(`proxy '${scope.proxy.name}' has no backend capability.`);
      const which = cursor.oneOf('timeout', ['server', 'tunnel'] as const);
      const word = cursor.peek();
      const fixed = word === undefined ? undefined : parseDuration(word.text);
      if (fixed?.ok === true) {
        cursor.next('a time');
        return (stream) => {
          stream.setTimeout(which, fixed.value);
          return Outcome.Continue;
        };
      }
      const expression = typedArgument(cursor, scope, 'sint');
      return (stream) => {
        const value = expression.evaluate(stream);
        if (value !== undefined) stream.setTimeout(which, Number(value));
        return Outcome.Continue;
      };
    },
  }),
  defineAction({
    name: 'set-status',
    rulesets: ['http-response', 'http-after-response'],
    manual: '4.2',
    summary: 'replaces the status code, and the reason',
    compile(cursor) {
      const status = cursor.integer('status', { min: 100, max: 999 });
      const reason = cursor.take('reason') ? cursor.next('a reason').text : reasonPhrase(status);
      return ({ response }) => {
        if (response !== undefined) {
          response.status = status;
          response.reason = reason;
        }
        return Outcome.Continue;
      };
    },
  }),
  defineAction({
    name: 'capture',
    rulesets: ['http-request', 'http-response', 'http-after-response', 'tcp-request content'],
    manual: '4.2',
    summary: 'keeps the value of an expression for the log',
    compile(cursor, scope, call) {
      const expression = compileExpression(takeExpression(cursor, isConverter), scope).text();
      const response = call.ruleset === 'http-response' || call.ruleset === 'http-after-response';
      const direction = response ? 'response' : 'request';
      const slots = response ? scope.proxy.responseCaptures : scope.proxy.requestCaptures;
      const slot = captureSlot(cursor, slots, response, scope.proxy.captureOf?.(call.word) ?? -1);
      return (stream) => {
        const length = stream.frontend.captureSlots?.[direction][slot] ?? slots[slot];
        const value = length === undefined ? undefined : expression(stream);
        if (value === undefined) return Outcome.Continue;
        const captures = response ? (stream.log.responseCaptures ??= []) : (stream.log.requestCaptures ??= []);
        captures[slot] = value.slice(0, length);
        return Outcome.Continue;
      };
    },
  }),
  defineAction({
    name: 'strict-mode',
    rulesets: ['http-request', 'http-response', 'http-after-response'],
    manual: '4.2',
    summary: 'whether a failed edit is an error; edits do not fail here, so both are the same',
    compile(cursor) {
      cursor.oneOf('mode', ['on', 'off'] as const);
      return () => Outcome.Continue;
    },
  }),
  defineAction({
    name: 'set-nice',
    rulesets: ['http-request', 'http-response', ...CONTENT],
    manual: '4.2',
    summary: "has no effect: HAProxy's scheduler has no counterpart here",
    compile(cursor, scope, call) {
      cursor.integer('nice', { min: -1024, max: 1024 });
      scope.diagnostics.warning(
        call.word.span,
        `'${call.ruleset} set-nice' has no effect: there is no scheduler whose order it could change.`,
      );
      return () => Outcome.Continue;
    },
  }),
  defineAction({
    name: 'disable-l7-retry',
    rulesets: ['http-request'],
    manual: '4.2',
    summary: 'forbids retries of this request for reasons seen in its response',
    compile: () => (stream) => {
      stream.l7RetryDisabled = true;
      return Outcome.Continue;
    },
  }),
  defineAction({
    name: 'do-log',
    rulesets: EVERYWHERE,
    manual: '4.2',
    summary: 'logs a line now (3.x)',
    pending: 'rules cannot write log lines yet',
    compile: () => () => Outcome.Continue,
  }),
];

/**
 * `len N` has a slot of its own, `id N` names one that `declare capture` made.
 * @param own the slot that the line was given when it was read; -1 = none
 */
function captureSlot(cursor: Cursor, slots: number[], response: boolean, own: number): number {
  const keyword = cursor.peek();
  if (!response && cursor.take('len')) {
    const length = cursor.integer('length', { min: 1 });
    return own >= 0 ? own : slots.push(length) - 1;
  }
  if (cursor.take('id')) return cursor.integer('id', { min: 0 });
  return cursor.fail(response ? "expects 'id'." : "expects 'len or 'id'.", keyword ?? cursor.endSpan);
}
