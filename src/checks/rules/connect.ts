import { isIP } from 'node:net';
import { type AddressRules, parseAddress } from '../../config/address.js';
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

/** `tcp-check connect` and `http-check connect` (manual 4.2). */
export function parseConnect(line: RuleLine, comment: string): ConnectStep {
  const { words, context } = line;
  const step: { -readonly [Key in keyof ConnectStep]: ConnectStep[Key] } = connectStep({
    id: line.id,
    comment,
    sendProxy: 'never',
    relayed: 'never',
    tls: 'never',
  });
  while (words.more()) {
    const word = words.next('an option');
    switch (word.text) {
      case 'default':
        if (step.sendProxy === 'never') step.sendProxy = 'as-server';
        if (step.tls === 'never') step.tls = 'server';
        if (step.relayed === 'never') step.relayed = 'as-server';
        break;
      case 'send-proxy':
        step.sendProxy = 'always';
        break;
      case 'ssl':
        step.tls = 'always';
        break;
      case 'sni':
        step.serverName = line.argument('sni', 'a string as argument').text;
        break;
      case 'alpn':
        step.alpn = line.argument('alpn', 'a comma-delimited protocol list as argument').text.split(',');
        break;
      case 'linger':
        step.linger = true;
        break;
      case 'port':
        step.port = parsePort(line);
        break;
      case 'addr':
        Object.assign(step, parsePlace(line));
        break;
      case 'comment':
        step.comment = line.argument('comment', 'a string as argument').text;
        break;
      case 'proto':
        if (line.argument('proto', 'a MUX protocol as argument').text !== 'h1') {
          context.refuse(word, `'${line.name} proto'`, 'checks speak HTTP/1');
        }
        break;
      case 'via-socks4':
        step.relayed = 'always';
        break;
      default:
        line.unknown(word, EXPECTED, KNOWN);
    }
  }
  return step;
}

const PLACE: AddressRules = { port: 'optional', transport: 'stream' };

/** `addr`: where to, and a port that gives way to `port`. */
function parsePlace(line: RuleLine): Pick<ConnectStep, 'address' | 'addressPort' | 'path'> {
  const word = line.argument('addr', 'an address as argument');
  const parsed = parseAddress(word, PLACE);
  if (!parsed.ok) return line.fail(`'addr' : ${parsed.why}..`, word, parsed.hint);
  const { kind, host, port } = parsed.address;
  if (kind === 'unix') return { address: undefined, addressPort: 0, path: host };
  if (kind !== 'ip' || isIP(host) === 0) {
    line.context.refuse(
      word,
      `'${line.name} addr ${word.text}'`,
      'it takes IP addresses and paths of UNIX sockets alone',
    );
  }
  return { address: host, addressPort: port, path: '' };
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
