import { isIP } from 'node:net';
import { parseAddress, SOURCE_ADDRESS } from '../../address.js';
import type { Cursor, Word } from '../../cursor.js';
import type { ParseContext } from '../../keyword.js';
import type { AddressModel } from '../../model.js';
import { duration } from '../values.js';
import {
  serverFlag,
  serverNumber,
  serverServed,
  serverValue,
  type ServerParameter,
  type ServerTarget,
} from './define.js';

/** A time that must not be zero. */
const interval = (name: 'inter' | 'fastinter' | 'downinter', summary: string): ServerParameter =>
  serverValue(name, summary, (server, word, words) => {
    words.back();
    const value = duration(words);
    if (value === 0) words.fail(`invalid value 0 for argument '${name}'.`, word);
    server[name] = value;
  });

const positive = (name: 'rise' | 'fall', summary: string): ServerParameter =>
  serverNumber(name, summary, (server, value) => (server[name] = value), {
    min: 1,
    complaint: () => `'${name}' has to be > 0.`,
  });

function checkAddress(words: Cursor, word: Word, env: ParseContext['env']): AddressModel {
  const result = parseAddress(word, { ...SOURCE_ADDRESS, range: false, numeric: false }, env);
  if (!result.ok) return words.fail(`'${words.label}' : ${result.why}`, word, result.hint);
  return result.address;
}

/** A parameter with one of a few words. */
function choice<T extends string>(
  name: string,
  summary: string,
  allowed: readonly T[],
  complaint: (got: string) => string,
  set: (server: ServerTarget, value: T) => void,
): ServerParameter {
  return serverValue(name, summary, (server, word, words: Cursor) => {
    const value = allowed.find((candidate) => candidate === word.text);
    if (value === undefined) words.fail(complaint(word.text), word);
    set(server, value);
  });
}

/** Health checks and what failures lead to. */
export const serverCheckParameters: readonly ServerParameter[] = [
  serverFlag('check', 'health checks on', (server) => (server.check = true)),
  serverFlag('no-check', 'health checks off', (server) => (server.check = false)),
  serverValue('addr', 'address for checks', (server, word, words, context) => {
    server.checkAddress = checkAddress(words, word, context.env);
  }),
  serverNumber('port', 'port for checks', (server, value) => (server.checkPort = value), { min: 0, max: 65535 }),
  interval('inter', 'pause between checks'),
  interval('fastinter', 'pause between checks while the state is changing'),
  interval('downinter', 'pause between checks of a server that is down'),
  positive('rise', 'successes before it is up'),
  positive('fall', 'failures before it is down'),
  serverValue('check-proto', 'protocol of checks', (server, word, words, context) => {
    if (!['h1', 'h2', 'fcgi', 'none'].includes(word.text))
      words.fail(`'check-proto' :  unknown MUX protocol '${word.text}'`, word);
    server.checkProto = word.text;
    if (word.text === 'fcgi') {
      context.notDone(word, `server … check-proto ${word.text}`, 'FastCGI is not spoken', 'refused');
    }
  }),
  serverFlag('check-send-proxy', 'a PROXY header in front of checks', (server) => (server.checkSendProxy = true)),
  serverFlag('no-check-send-proxy', "undoes 'check-send-proxy'", (server) => (server.checkSendProxy = false)),
  serverFlag('check-via-socks4', 'checks through the SOCKS4 proxy', (server) => (server.checkViaSocks4 = true)),
  serverServed('check-reuse-pool', 0, 'checks over idle connections', 'each check makes a connection', {
    since: '3.3',
  }),
  serverServed('no-check-reuse-pool', 0, "undoes 'check-reuse-pool'", 'each check makes a connection', {
    since: '3.3',
  }),
  serverServed('check-pool-conn-name', 1, 'name of connections for checks', 'each check makes a connection', {
    since: '3.3',
  }),
  serverServed('healthcheck', 1, 'a healthcheck section to use', "the backend's own check is made", { since: '3.3' }),
  choice(
    'observe',
    'watch real traffic for errors',
    ['none', 'layer4', 'layer7'],
    (got) => `'observe' expects one of 'none', 'layer4', 'layer7' but got '${got}'`,
    (server, value) => (server.observe = value === 'none' ? undefined : value),
  ),
  serverNumber('error-limit', 'errors seen before on-error', (server, value) => (server.errorLimit = value), {
    min: 1,
    complaint: () => 'error-limit has to be > 0.',
  }),
  choice(
    'on-error',
    'what observed errors lead to',
    ['fastinter', 'fail-check', 'sudden-death', 'mark-down'],
    (got) => `'on-error' expects one of 'fastinter', 'fail-check', 'sudden-death' or 'mark-down' but got '${got}'`,
    (server, value) => (server.onError = value),
  ),
  choice(
    'on-marked-down',
    'what going down leads to',
    ['shutdown-sessions'],
    (got) => `'on-marked-down' expects 'shutdown-sessions' but got '${got}'`,
    (server, value) => (server.onMarkedDown = value),
  ),
  choice(
    'on-marked-up',
    'what coming up leads to',
    ['shutdown-backup-sessions'],
    (got) => `'on-marked-up' expects 'shutdown-backup-sessions' but got '${got}'`,
    (server, value) => (server.onMarkedUp = value),
  ),
  serverValue('slowstart', 'how long weight and maxconn grow after coming up', (server, _word, words) => {
    words.back();
    server.slowstart = duration(words, undefined, 's');
  }),
  serverValue('track', "another server's state", (server, word) => (server.track = word), {
    missing: "'track' expects [<proxy>/]<server> as argument.",
  }),
  serverFlag('disabled', 'begins in maintenance', (server) => (server.disabled = true)),
  serverFlag('enabled', "undoes 'disabled'", (server) => (server.disabled = false)),
  serverServed('init-state', 1, 'state before the first check', 'a server begins up, as before HAProxy 3.1', {
    since: '3.1',
  }),
  serverFlag('agent-check', 'asks an agent for weight and state', (server) => (server.agentCheck = true)),
  serverFlag('no-agent-check', "undoes 'agent-check'", (server) => (server.agentCheck = false)),
  serverValue('agent-addr', "the agent's address", (server, word, words) => {
    if (isIP(word.text) === 0 && !/^[\w.-]+$/.test(word.text)) {
      words.fail(`parsing agent-addr failed. Check if '${word.text}' is correct address..`, word);
    }
    server.agentAddress = word.text;
  }),
  serverNumber('agent-port', "the agent's port", (server, value) => (server.agentPort = value), { min: 0, max: 65535 }),
  serverValue('agent-inter', 'pause between questions to the agent', (server, word, words) => {
    words.back();
    const value = duration(words);
    if (value === 0) words.fail("invalid value 0 for argument 'agent-inter'.", word);
    server.agentInter = value;
  }),
  serverValue('agent-send', 'text sent to the agent', (server, word) => (server.agentSend = word.text)),
];
