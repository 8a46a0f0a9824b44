import type { ProxyKeyword } from '../../keyword.js';
import { ignoreExtra, lacks } from '../proxy/define.js';
import { flag, option } from './define.js';

const ignoredInBackend = (name: string): string => `'option ${name}' directive is ignored in backends.`;

const httplog = option({
  name: 'httplog',
  side: 'both',
  summary: 'log lines with all about the request',
  parse(words, proxy) {
    const clf = words.take('clf');
    if (words.more()) words.fail("keyword 'httplog' only supports option 'clf'.");
    if (lacks(proxy, 'frontend')) words.warn(`backend '${proxy.name}' : ${ignoredInBackend('httplog')}`);
    else proxy.logFormat = { kind: 'httplog', clf };
  },
});

const httpslog = option({
  name: 'httpslog',
  side: 'both',
  summary: 'httplog with the facts of TLS',
  parse(words, proxy) {
    ignoreExtra(words);
    if (lacks(proxy, 'frontend')) words.warn(`backend '${proxy.name}' : ${ignoredInBackend('httpslog')}`);
    else proxy.logFormat = { kind: 'httpslog' };
  },
});

const tcplog = option({
  name: 'tcplog',
  side: 'both',
  summary: 'log lines with all about the connection',
  parse(words, proxy, context) {
    if (words.peek()?.text === 'clf') {
      context.notDone(words.next(''), 'option tcplog clf', 'the ordinary tcplog line is written', 'served');
    }
    if (words.more()) return;
    if (lacks(proxy, 'frontend')) words.warn(`backend '${proxy.name}' : ${ignoredInBackend('tcplog')}`);
    else proxy.logFormat = { kind: 'tcplog' };
  },
});

export const logOptions: readonly ProxyKeyword[] = [
  httplog,
  httpslog,
  tcplog,
  flag('dontlognull', 'frontend', 'no line for connections without data'),
  flag('dontlog-normal', 'frontend', 'no line for what went well'),
  flag('log-separate-errors', 'frontend', 'errors are logged one level higher'),
  flag('logasap', 'frontend', 'the line is written when the response begins'),
  flag('log-health-checks', 'backend', 'a line for every change of a check'),
  flag('contstats', 'frontend', 'counters of bytes move during transfers'),
  flag('socket-stats', 'frontend', 'counters for each listener'),
];
