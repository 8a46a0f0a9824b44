import { takeExpression } from '../../config/expression.js';
import { Outcome, type StreamControl } from '../../core/action.js';
import { isIPv6 } from 'node:net';
import type { Sample } from '../../core/sample.js';
import { compileExpression, isConverter } from '../../language/expression.js';
import { parseIpv4, parseIpv6 } from '../../language/ip.js';
import { parseVariable, setVariable } from '../../language/variables.js';
import { defineAction } from '../definition.js';

/** A question that a stream waits for. */
interface Pending {
  /** The stream's number: its object may serve another request by the time of the answer. */
  readonly stream: number | undefined;
  over: boolean;
  address: string | undefined;
}

function sampleOf(address: string): Sample | undefined {
  const type = isIPv6(address) ? 'ipv6' : 'ipv4';
  const value = type === 'ipv6' ? parseIpv6(address) : parseIpv4(address);
  return value === undefined ? undefined : { type, value };
}

/** Asks a name server for the address of a name; the rule after it runs when there is an answer, or none. */
export const doResolve = defineAction({
  name: 'do-resolve',
  rulesets: ['http-request', 'tcp-request content'],
  manual: '4.2',
  summary: 'asks a name server for an address and stores it in a variable',
  parameter: true,
  compile(cursor, scope, call) {
    const expects = (what: string): never =>
      cursor.fail(
        `Can't parse '${what}'. Expects 'do-resolve(<varname>,<resolvers>[,<options>]) <expr>'. Available options are 'ipv4' and 'ipv6'.`,
        call.word,
      );
    const [variable, section, ...options] = (call.parameter ?? '').split(',').map((word) => word.trim());
    if (variable === '' || section === undefined) return expects(call.word.text);
    if (options.some((option) => option !== 'ipv4' && option !== 'ipv6')) return expects(call.word.text);
    if (cursor.peek() === undefined) return expects('');
    const name = parseVariable(variable);
    if (typeof name === 'string') return cursor.fail(`${name}.`, call.word);
    const { environment } = scope;
    const { names } = environment;
    if (!names.has(section)) {
      cursor.fail(
        `Proxy '${scope.proxy.name}': Can't find resolvers section '${section}' for do-resolve action.`,
        call.word,
      );
    }
    const text = compileExpression(takeExpression(cursor, isConverter), scope).text();
    const family = options.at(-1) === 'ipv4' ? 4 : 6;
    const waiting = new WeakMap<StreamControl, Pending>();

    const ask = (stream: StreamControl): Pending | undefined => {
      const host = text(stream);
      if (host === undefined) return undefined;
      const pending: Pending = { stream: stream.log.requestNumber, over: false, address: undefined };
      let resume: (() => void) | undefined = undefined;
      names.resolver.resolve(section, host, family, (address) => {
        pending.over = true;
        pending.address = address;
        resume?.();
      });
      if (!pending.over) {
        waiting.set(stream, pending);
        resume = stream.suspend();
      }
      return pending;
    };

    return (stream) => {
      const known = waiting.get(stream);
      const pending = known !== undefined && known.stream === stream.log.requestNumber ? known : ask(stream);
      if (pending === undefined) return Outcome.Continue;
      if (!pending.over) return Outcome.Wait;
      waiting.delete(stream);
      const value = pending.address === undefined ? undefined : sampleOf(pending.address);
      if (value !== undefined) setVariable(stream, name, value, environment);
      return Outcome.Continue;
    };
  },
});
