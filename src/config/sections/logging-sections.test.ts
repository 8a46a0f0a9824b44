import { describe, expect, test } from 'vitest';
import { readConfiguration } from '../read.js';
import type { ConfigModel } from '../model.js';

function read(text: string): { model: ConfigModel; said: string[] } {
  const { model, diagnostics } = readConfiguration([{ path: 'x.cfg', text }], { env: {}, offline: true });
  return { model, said: diagnostics.list.map(({ span, message }) => `${span?.source.line}: ${message}`) };
}

/** HAProxy 2.6 says all of these, but for what it reads over. */
describe('complaints', () => {
  test.each([
    ['ring\n', ['1: missing ring name.']],
    ['ring a\nring a\n', ["2: sink named 'a' already exists."]],
    ['ring a\n foo\n', ["2: unknown statement 'foo'."]],
    ['ring a\n format foo\n', ["2: unknown format 'foo'."]],
    ['ring a\n maxlen 0\n', ["2: invalid size '0' for new sink buffer."]],
    ['ring a\n size\n', ["2: invalid size '' for new sink buffer."]],
    ['ring a\n size 10\n', ["2: ignoring new size '10' that is smaller than current size '16384' for ring 'a'."]],
    ['ring a\n maxlen 99999\n', ["1: ring 'a' event max length '99999' exceeds size, forced to size '16384'."]],
    ['ring a\n description\n', ['2: missing ring description text.']],
    ['ring a\n timeout connect\n', ["2: 'timeout connect' expects <time> as argument."]],
    ['ring a\n server s\n', ["2: 'server' expects <name> and <addr>[:<port>] as arguments."]],
    ['ring a\n server s 127.0.0.1:1\n', ["1: missing timeouts for backend 'a'."]],
    [
      'ring a\n timeout connect 1s\n timeout server 1s\n server s 127.0.0.1:1 log-proto x\n',
      ["4: 'server a/s' : 'log-proto' expects one of 'legacy' or 'octet-count' but got 'x'"],
    ],
    [
      'ring a\n timeout connect 1s\n timeout server 1s\n server s 127.0.0.1:1\n server s 127.0.0.1:2\n',
      ["5: backend 'a', another server named 's' was already defined at line 4, please use distinct names."],
    ],
    ['log-forward\n', ['1: missing name for log-forward section.']],
    ['log-forward a\n foo\n', ["2: unknown keyword 'foo' in log-forward section."]],
    ['log-forward a\n maxconn\n', ["2: 'maxconn' expects an integer argument."]],
    ['log-forward a\n timeout client\n', ['2: missing timeout client value.']],
    [
      'log-forward a\n dgram-bind 127.0.0.1\n',
      ["2: 'dgram-bind 127.0.0.1' : missing port specification in '127.0.0.1'"],
    ],
    ['log-forward a\n bind udp@127.0.0.1:1\n', ["2: 'bind' : dgram-type address not acceptable in 'udp@127.0.0.1:1'"]],
    ['log-forward a\n log 127.0.0.1\n', ['2: log : expects <address> and <facility> or global as arguments']],
    [
      'ring a\n timeout connect 1s\n timeout server 1s\n server s 127.0.0.1:1 check weight 3\n',
      ["4: server 's' : parameters other than 'log-proto', 'ssl' and those of TLS have no effect in a ring."],
    ],
    [
      'log-forward a\n bind 127.0.0.1:1 accept-proxy\n',
      [
        "2: 'log-forward: bind … accept-proxy' is not implemented: lines begin with the first byte; tsproxy would refuse to start",
      ],
    ],
    ['frontend a\nlog-forward a\n', ["2: log forward section 'a' has the same name as proxy 'a' declared at x.cfg:1."]],
    ['mailers\n', ['1: missing name for mailers section.']],
    ['mailers a\n mailer x\n', ["2: 'mailer' expects <name> and <addr>[:<port>] as arguments."]],
    ['mailers a\n mailer x 127.0.0.1\n', ["2: 'mailer x' : missing port specification in '127.0.0.1'"]],
    ['mailers a\n mailer x /x\n', ["2: 'mailer x' : TCP not supported for this address family."]],
    ['mailers a\n timeout\n', ["2: 'timeout' expects 'mail' and <time> as arguments."]],
    ['mailers a\n timeout foo 1s\n', ["2: 'timeout' expects 'mail' and <time> as arguments got 'foo'."]],
    ['mailers a\n timeout mail\n', ["2: 'timeout mail' expects <time> as argument."]],
    ['listen l\n email-alert\n', ["2: missing argument after 'email-alert'."]],
    ['listen l\n email-alert foo\n', ["2: email-alert: unknown argument 'foo'."]],
    ['listen l\n email-alert level foo\n', ["2: unknown log level 'foo' after 'level'"]],
    ['listen l\n email-alert webhook here\n', ["2: email-alert webhook: 'here' is no URL"]],
  ])('%j', (text, expected) => {
    expect(read(text).said).toEqual(expected);
  });
});

test('a ring', () => {
  const { model, said } = read(
    'ring r\n description "My buffer"\n format rfc5424\n maxlen 1200\n size 32764\n timeout connect 5s\n timeout server 10s\n' +
      ' server s 127.0.0.1:6514 log-proto octet-count\nring q\n',
  );
  expect(said).toEqual([]);
  expect(model.rings).toMatchObject([
    {
      name: 'r',
      description: 'My buffer',
      format: 'rfc5424',
      maxLength: 1200,
      size: 32764,
      timeoutConnect: 5000,
      timeoutServer: 10_000,
      servers: [{ name: 's', logProto: 'octet-count' }],
    },
    { name: 'q', description: 'q', format: 'raw', maxLength: 16_384, size: 16_384, servers: [] },
  ]);
});

test('a log-forward section', () => {
  const { model, said } = read(
    'log-forward f\n bind 127.0.0.1:1514\n dgram-bind 127.0.0.1:1514-1515\n maxconn 5\n backlog 7\n' +
      ' timeout client 3s\n log global\n log ring@r local0\n option dont-parse-log\n',
  );
  expect(said).toEqual([]);
  expect(model.logForwards).toMatchObject([
    {
      binds: [{ addresses: [{ port: 1514 }] }],
      datagramBinds: [{ addresses: [{ port: 1514, portEnd: 1515, transport: 'dgram' }] }],
      maxconn: 5,
      backlog: 7,
      timeoutClient: 3000,
      logGlobal: true,
      logs: [{ target: { kind: 'ring', name: 'r' } }],
      parsed: false,
    },
  ]);
});

test('mailers and who uses them', () => {
  const { model, said } = read(
    'mailers m\n timeout mail 20s\n mailer a 127.0.0.1:25\n mailer b mx.example:587\n' +
      'defaults\n email-alert mailers m\n email-alert from a@b\nbackend x\n email-alert to c@d\n email-alert level notice\n',
  );
  expect(said).toEqual([]);
  expect(model.mailers).toMatchObject([
    {
      timeout: 20_000,
      mailers: [
        { name: 'a', host: '127.0.0.1', port: 25 },
        { name: 'b', host: 'mx.example', port: 587 },
      ],
    },
  ]);
  expect(model.proxies[0].emailAlert).toMatchObject({
    mailers: { text: 'm' },
    from: 'a@b',
    to: 'c@d',
    level: 5,
    webhook: undefined,
  });
});
