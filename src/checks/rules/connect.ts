import { connectStep, type ConnectStep } from '../plan.js';
import type { RuleLine } from './line.js';

const KNOWN = [
  'comment',
  'port',
  'addr',
  'send-proxy',
  'ssl',
  'sni',
  'alpn',
  'via-socks4',
  'linger',
  'default',
  'proto',
];
const EXPECTED = `expects 'comment', 'port', 'addr', 'send-proxy', 'ssl', 'sni', 'alpn' or 'via-socks4', 'linger', 'default'`;
const WITHOUT_TLS = 'checks connect in clear text so far, so that the check would fail for a reason of its own';

/** `tcp-check connect` and `http-check connect` (manual 4.2). */
export function parseConnect(line: RuleLine, comment: string): ConnectStep {
  const { words, context } = line;
  const step: { -readonly [Key in keyof ConnectStep]: ConnectStep[Key] } = connectStep({
    id: line.id,
    comment,
    sendProxy: 'never',
  });
  while (words.more()) {
    const word = words.next('an option');
    switch (word.text) {
      case 'default':
        if (step.sendProxy === 'never') step.sendProxy = 'as-server';
        break;
      case 'send-proxy':
        step.sendProxy = 'always';
        break;
      case 'linger':
        step.linger = true;
        break;
      case 'port':
        step.port = parsePort(line);
        break;
      case 'addr':
        step.address = line.argument('addr', 'an address as argument').text;
        break;
      case 'comment':
        step.comment = line.argument('comment', 'a string as argument').text;
        break;
      case 'ssl':
      case 'via-socks4':
        context.refuse(word, `'${line.name} ${word.text}'`, WITHOUT_TLS);
        break;
      case 'sni':
      case 'alpn':
      case 'proto':
        line.argument(word.text, 'a string as argument');
        context.refuse(word, `'${line.name} ${word.text}'`, WITHOUT_TLS);
        break;
      default:
        line.unknown(word, EXPECTED, KNOWN);
    }
  }
  return step;
}

function parsePort(line: RuleLine): ConnectStep['port'] {
  const word = line.argument('port', 'a port number or a sample expression as argument.');
  if (!/^\d+$/.test(word.text)) return line.number(word);
  const port = Number(word.text);
  if (port < 1 || port > 65_535) {
    line.fail(`expects a valid TCP port (from range 1 to 65535) or a sample expression, got ${word.text}..`, word);
  }
  return port;
}
