import { describe, expect, test } from 'vitest';
import { LogLevel } from '../../core/log.js';
import type { LogSink } from '../../core/log.js';
import type { LogFacts, StreamContext } from '../../core/stream.js';
import type { Endpoint } from '../../core/transport.js';
import { createProxyLogger } from './proxy-logger.js';
import type { ProxyLoggerSettings } from './proxy-logger.js';

const FACTS: LogFacts = {
  requestLine: 'GET / HTTP/1.1', method: 'GET', uri: '/', version: 'HTTP/1.1', status: 200, bytesOut: 1, bytesIn: 1,
  retries: 0, redispatched: false, termination: '--', cookieState: '--', serverQueue: 0, backendQueue: 0, actConn: 1,
  feConn: 1, beConn: 0, srvConn: 0, requestCaptures: undefined, responseCaptures: undefined, requestCookie: '',
  responseCookie: '', uniqueId: '', serverName: '<NOSRV>', backendSource: undefined, serverEndpoint: undefined, level: -1,
}; // prettier-ignore

const ip = (address: string, port: number): Endpoint => ({ address, port, family: address.includes(':') ? 6 : 4 });

function stream(
  facts: Partial<LogFacts> = {},
  source = ip('1.2.3.4', 5),
  destination = ip('1.2.3.4', 81),
): StreamContext {
  const frontend = { name: 'stats', id: 2, mode: 'http' as const, currentConnections: 1, maxconn: 10 };
  const session = {
    source, destination, acceptDate: 0, acceptTick: 0, frontend, listener: { id: 7, name: '' }, requestCount: 1, silent: false, vars: undefined,
  }; // prettier-ignore
  return {
    session, frontend, backend: undefined, server: undefined, request: undefined, response: undefined, requestBuffer: '',
    responseBuffer: '', requestComplete: true, txnVars: undefined, reqVars: undefined, resVars: undefined,
    timers: { accept: 0, requestStart: 0, requestEnd: 0, queueEnd: -1, connectEnd: -1, responseHead: -1, end: 0 },
    log: { ...FACTS, ...facts },
  }; // prettier-ignore
}

const SETTINGS: ProxyLoggerSettings = {
  mode: 'http',
  sinks: [],
  tag: '',
  line: () => 'line',
  structured: undefined,
  dontlognull: false,
  dontlogNormal: false,
  separateErrors: false,
};

function logged(settings: Partial<ProxyLoggerSettings>, context: StreamContext): string[] {
  const got: string[] = [];
  const sink: LogSink = {
    send: (level, message, tag, sd) => got.push(`${level} ${message}${tag && ` ${tag}`}${sd && ` ${sd}`}`),
  };
  createProxyLogger({ ...SETTINGS, ...settings, sinks: [sink] }).stream(context);
  return got;
}

describe('the default line', () => {
  test.each([
    ['IPv4', 'http', stream(), 'Connect from 1.2.3.4:5 to 1.2.3.4:81 (stats/HTTP)'],
    ['IPv6', 'tcp', stream({}, ip('::1', 5), ip('::1', 81)), 'Connect from ::1:5 to ::1:81 (stats/TCP)'],
    ['UNIX', 'http', stream({}, { address: '', port: 0, family: 0 }), 'Connect to unix:7 (stats/HTTP)'],
  ] as const)('%s', (_, mode, context, expected) => {
    expect(logged({ line: undefined, mode }, context)).toEqual([`6 ${expected}`]);
  });

  test('is not written for what is no request', () => {
    expect(logged({ line: undefined }, stream({ requestLine: '' }))).toEqual([]);
    expect(logged({ line: undefined, mode: 'tcp' }, stream({ requestLine: '' }))).toHaveLength(1);
  });

  test('error-log-format is for what is no request, too', () => {
    const settings = { errorLine: () => 'error' };
    expect(logged(settings, stream({ requestLine: '', status: 400, termination: 'PR' }))).toEqual(['6 error']);
    expect(logged(settings, stream({ status: 503, termination: 'SC' }))).toEqual(['6 line']);
    expect(logged({ ...settings, mode: 'tcp' }, stream({ requestLine: '' }))).toEqual(['6 line']);
  });

  test('comes at the start, whatever the options', () => {
    const settings = { line: undefined, dontlogNormal: true, dontlognull: true };
    expect(logged(settings, stream({ bytesIn: 0, level: 8 }))).toHaveLength(1);
    expect(createProxyLogger({ ...SETTINGS, line: undefined }).atStart).toBe(true);
    expect(createProxyLogger(SETTINGS).atStart).toBe(false);
  });
});

describe('what went wrong', () => {
  const rows: [Partial<LogFacts>, boolean, 'http' | 'tcp'][] = [
    [{}, false, 'http'],
    [{ termination: 'LR' }, false, 'http'],
    [{ status: 404 }, false, 'http'],
    [{ status: 500 }, true, 'http'],
    [{ status: -1 }, false, 'tcp'],
    [{ termination: 'PR', status: 403 }, true, 'http'],
    [{ termination: 'CD' }, true, 'tcp'],
    [{ termination: 'sH', status: 504 }, true, 'http'],
    [{ retries: 1 }, true, 'http'],
    [{ redispatched: true }, true, 'http'],
  ];
  test.each(rows)('%o: %s (%s)', (facts, wrong, mode) => {
    expect(logged({ separateErrors: true, mode }, stream(facts))).toEqual([wrong ? '3 line' : '6 line']);
    expect(logged({ dontlogNormal: true, mode }, stream(facts))).toEqual(wrong ? ['6 line'] : []);
  });
});

describe('levels and filters', () => {
  test.each([
    ['set-log-level crit', {}, { level: 2 }, ['2 line']],
    ['set-log-level wins over log-separate-errors', { separateErrors: true }, { level: 5, status: 503 }, ['5 line']],
    ['set-log-level silent', {}, { level: 8 }, []],
    ['dontlognull, nothing sent', { dontlognull: true }, { bytesIn: 0 }, []],
    ['dontlognull, something sent', { dontlognull: true }, { bytesIn: 1 }, ['6 line']],
    ['log-tag', { tag: 'web' }, {}, ['6 line web']],
    ['log-format-sd', { structured: () => '[a]' }, {}, ['6 line [a]']],
  ])('%s', (_, settings, facts, expected) => {
    expect(logged(settings, stream(facts))).toEqual(expected);
  });

  test('events go to every sink; a logger without sinks is not active', () => {
    const got: string[] = [];
    const sinks = [1, 2].map((n): LogSink => ({ send: (level, message) => got.push(`${n}: ${level} ${message}`) }));
    createProxyLogger({ ...SETTINGS, sinks }).event(LogLevel.Alert, 'Server b/s is DOWN.');
    expect(got).toEqual(['1: 1 Server b/s is DOWN.', '2: 1 Server b/s is DOWN.']);
    const none = createProxyLogger({ ...SETTINGS, line: () => expect.fail('not asked') });
    none.stream(stream());
    expect(none.active).toBe(false);
  });
});
