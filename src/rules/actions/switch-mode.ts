import type { Cursor } from '../../config/cursor.js';
import { Outcome } from '../../core/action.js';
import { defineAction } from '../definition.js';

type HttpVersion = 'h1' | 'h2';

function takeProtocol(cursor: Cursor, proxy: string): HttpVersion | undefined {
  if (!cursor.take('proto')) return undefined;
  const label = "'tcp-request switch-mode'";
  const word = cursor.peek();
  if (word === undefined) return cursor.fail(`${label}: 'proto' expects a protocol as argument.`, cursor.endSpan);
  const { text } = cursor.next('a protocol');
  if (text === 'h1' || text === 'h2') return text;
  if (text === 'none' || text === 'fcgi')
    cursor.fail(`Proxy '${proxy}': MUX protocol '${text}' is not compatible with the selected mode.`, word);
  return cursor.fail(`${label}: 'proto' expects a valid MUX protocol, if specified (got '${text}')`, word);
}

/** `switch-mode http`: a connection to a TCP frontend goes on as one of HTTP (manual 4.2 "tcp-request content"). */
export const switchMode = defineAction({
  name: 'switch-mode',
  rulesets: ['tcp-request content'],
  manual: '4.2',
  summary: 'treats what follows as HTTP, from the rules of the frontend on',
  compile(cursor, { proxy }) {
    const mode = cursor.peek();
    if (!proxy.frontend)
      cursor.fail(`'tcp-request switch-mode' not allowed because backend '${proxy.name}' has no frontend capability`);
    if (mode === undefined) return cursor.fail("'tcp-request switch-mode' expects a mode as argument.", cursor.endSpan);
    if (!cursor.take('http')) cursor.fail(`'tcp-request switch-mode' expects a valid mode (got '${mode.text}').`, mode);
    const protocol = takeProtocol(cursor, proxy.name);
    // a stream of HTTP is one already
    return (stream) => stream.switchToHttp?.(protocol) ?? Outcome.Stop;
  },
});
