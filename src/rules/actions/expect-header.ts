import { Outcome } from '../../core/action.js';
import type { ReceivedHeader } from '../../core/proxy-header.js';
import { defineAction, type ActionDefinition } from '../definition.js';

function expect(name: string, protocol: ReceivedHeader['protocol'], summary: string): ActionDefinition {
  return defineAction({
    name,
    rulesets: ['tcp-request connection'],
    manual: '4.2',
    summary,
    compile(cursor) {
      if (!cursor.take('layer4')) {
        cursor.fail(`'${name}' expects 'layer4' in the connection ruleset.`, cursor.peek() ?? cursor.endSpan);
      }
      return (stream) => {
        stream.expectHeader?.(protocol);
        return Outcome.Continue;
      };
    },
  });
}

/** What the first bytes of a connection have to be (manual 4.2, `tcp-request connection expect-…`). */
export const expectHeaderActions: readonly ActionDefinition[] = [
  expect('expect-proxy', 'proxy', 'the connection begins with a PROXY header'),
  expect('expect-netscaler-cip', 'netscaler', 'the connection begins with a NetScaler header'),
];
