import { Outcome } from '../../core/action.js';
import { CONTENT, defineAction, EVERYWHERE, HTTP_HEADERS, type ActionDefinition, type Ruleset } from '../definition.js';

/** Actions that can be written but whose subject tsproxy does not have yet; using one is refused with the reason. */
function pending(
  name: string,
  rulesets: readonly Ruleset[],
  reason: string,
  more: Partial<ActionDefinition> = {},
): ActionDefinition {
  return defineAction({
    ...more,
    name,
    rulesets,
    manual: '4.2',
    summary: `not available yet: ${reason}`,
    pending: reason,
    compile: () => () => Outcome.Continue,
  });
}

const HTTP: readonly Ruleset[] = ['http-request', 'http-response'];
const NEWER = 'it came after HAProxy 2.6, whose behaviour tsproxy has so far';
const SOCKET = 'Node.js cannot set this socket option';

export const pendingActions: readonly ActionDefinition[] = [
  pending('cache-use', ['http-request'], 'there is no cache yet'),
  pending('cache-store', ['http-response'], 'there is no cache yet'),
  pending('send-spoe-group', [...HTTP, ...CONTENT], 'there is no SPOE yet'),
  pending('ot-group', [...HTTP, 'http-after-response', ...CONTENT], 'OpenTracing is not part of tsproxy'),
  pending('use-service', ['http-after-response'], NEWER),
  pending('lua.', EVERYWHERE, 'there is no Lua', { prefix: true }),
  ...['add-headers-bin', 'del-headers-bin', 'set-headers-bin'].map((name) => pending(name, HTTP_HEADERS, NEWER)),
  pending('pause', HTTP, NEWER),
  pending('set-retries', ['http-request', 'tcp-request content'], NEWER),
  pending('otel-group', [...HTTP, 'http-after-response', ...CONTENT], 'OpenTelemetry is not part of tsproxy'),
  pending('set-mark', EVERYWHERE, SOCKET),
  pending('set-tos', EVERYWHERE, SOCKET),
  pending('set-fc-mark', EVERYWHERE, SOCKET),
  pending('set-fc-tos', EVERYWHERE, SOCKET),
  pending('set-bc-mark', EVERYWHERE, SOCKET),
  pending('set-bc-tos', EVERYWHERE, SOCKET),
  pending('set-bandwidth-limit', [...HTTP, ...CONTENT], 'there is no bandwidth limitation yet'),
  pending('attach-srv', ['tcp-request session'], 'there is no reverse HTTP'),
  pending('switch-mode', ['tcp-request content'], 'a TCP session cannot become an HTTP one yet'),
  pending('wait-for-handshake', ['http-request'], 'there is no TLS early data yet'),
];
