import { describe, expect, test } from 'vitest';
import {
  BIND_ADDRESS,
  LOG_ADDRESS,
  parseAddress,
  parseBindAddresses,
  SERVER_ADDRESS,
  SOURCE_ADDRESS,
} from './address.js';
import { wordOf } from './keywords/testing.js';

const parse = (text: string, rules = BIND_ADDRESS) => {
  const result = parseAddress(wordOf(text), rules);
  return result.ok ? result.address : result.why;
};

describe('bind', () => {
  test.each([
    ['*:80', { kind: 'ip', host: '', port: 80, portEnd: 80 }],
    [':80', { kind: 'ip', host: '', port: 80 }],
    ['0.0.0.0:80-90', { host: '0.0.0.0', port: 80, portEnd: 90 }],
    ['[::1]:80', { host: '::1', port: 80 }],
    ['::1:80', { host: '::1', port: 80 }],
    [':::80', { host: '::', port: 80 }],
    ['localhost:8080', { host: 'localhost', port: 8080 }],
    ['ipv4@:80', { host: '', family: 4, port: 80 }],
    ['ipv6@[::]:80', { host: '::', family: 6, port: 80 }],
    ['/run/x.sock', { kind: 'unix', host: '/run/x.sock' }],
    ['unix@x.sock', { kind: 'unix', host: 'x.sock' }],
    ['abns@x', { kind: 'abns', host: 'x' }],
    ['fd@3', { kind: 'fd', fd: 3 }],
    ['sockpair@4', { kind: 'sockpair', fd: 4 }],
    ['quic4@:443', { kind: 'ip', family: 4, transport: 'quic', port: 443 }],
  ])('%s', (text, expected) => {
    expect(parse(text)).toMatchObject(expected);
  });

  test.each([
    ['1.2.3.4', "missing port specification in '1.2.3.4'"],
    [':0', "invalid port '0'"],
    [':99999', "invalid port '99999'"],
    [':80-70', "invalid port range '80-70'"],
    [':8a', "invalid character 'a' in port number '8a' in ':8a'"],
    [':+80', "port offset not permitted here in ':+80'"],
    ['[::1:80', "invalid address: '[::1' in '[::1:80'"],
    ['[::1]80', "missing port specification in '[::1]80'"],
    ['ipv6@1.2.3.4:80', "invalid address: '1.2.3.4' in 'ipv6@1.2.3.4:80'"],
    ['udp@:53', "dgram-type address not acceptable in 'udp@:53'"],
    ['fd@x', "file descriptor 'x' is not a valid integer in 'fd@x'"],
    ['foo@x', "missing port specification in 'foo@x'"],
    ['unix@', "a path is missing in 'unix@'"],
  ])('%s: %s', (text, complaint) => {
    expect(parse(text)).toBe(complaint);
  });

  test('a list, with a last comma too', () => {
    const addresses = parseBindAddresses(wordOf('10.0.0.1:80,:443,'));
    expect(addresses).toMatchObject([
      { host: '10.0.0.1', span: { column: 1, length: 11 } },
      { port: 443, span: { column: 13 } },
    ]);
  });

  test('the complaint about one of a list points at it', () => {
    expect(parseBindAddresses(wordOf(':80,1.2.3.4'))).toMatchObject({ word: { span: { column: 5, length: 7 } } });
  });
});

describe('variables are replaced outside of quotes too', () => {
  const env = new Map([
    ['X', '127.0.0.1'],
    ['P', '80'],
  ]);
  test.each([
    ['$X:${P}', { text: '$X:${P}', host: '127.0.0.1', port: 80 }],
    ['$NOPE:80', { host: '', port: 80 }],
    ['127.0.0.1:${NOPE-81}', { port: 81 }],
  ])('%s', (text, expected) => {
    expect(parseAddress(wordOf(text), BIND_ADDRESS, env)).toMatchObject({ ok: true, address: expected });
  });

  test('nothing is left', () => {
    expect(parse('${NOPE}')).toBe("'${NOPE}' resolves to an empty address (environment variable missing?)");
  });
});

describe('server', () => {
  test.each([
    ['host', { host: 'host', port: 0, portOffset: false }],
    ['host_name.internal:80', { host: 'host_name.internal', port: 80 }],
    ['1.2.3.4', { host: '1.2.3.4', port: 0 }],
    ['1.2.3.4:', { host: '1.2.3.4', port: 0 }],
    [':80', { host: '', port: 80 }],
    ['0.0.0.0:0', { host: '0.0.0.0', port: 0 }],
    [':+80', { port: 80, portOffset: true }],
    ['1.2.3.4:-80', { host: '1.2.3.4', port: -80, portOffset: true }],
    ['[::1]', { host: '::1', port: 0 }],
  ])('%s', (text, expected) => {
    expect(parse(text, SERVER_ADDRESS)).toMatchObject(expected);
  });

  test.each([
    ['1.2.3.4:80-90', "port range not permitted here in '1.2.3.4:80-90'"],
    ['1.2.3.4:99999', "invalid port '99999'"],
    ['1.2.3.4:x', "invalid character 'x' in port number 'x' in '1.2.3.4:x'"],
    ['udp@1.2.3.4:80', "dgram-type address not acceptable in 'udp@1.2.3.4:80'"],
    ['ipv4@::1:80', "invalid address: '::1' in 'ipv4@::1:80'"],
  ])('%s: %s', (text, complaint) => {
    expect(parse(text, SERVER_ADDRESS)).toBe(complaint);
  });

  test('a bare IPv6 address loses its last group to the port: say so', () => {
    const result = parseAddress(wordOf('::1'), SERVER_ADDRESS);
    expect(result).toMatchObject({ ok: false, hint: "the last colon begins the port: write '[::1]'" });
  });
});

describe('log and source', () => {
  test.each([
    ['127.0.0.1', { kind: 'ip', host: '127.0.0.1', port: 514, transport: 'dgram' }],
    ['[::1]:5140', { host: '::1', port: 5140 }],
    ['tcp@10.0.0.1:601', { transport: 'stream', port: 601 }],
    ['/dev/log', { kind: 'unix', host: '/dev/log' }],
  ])('%s', (text, expected) => {
    expect(parse(text, LOG_ADDRESS)).toMatchObject(expected);
  });

  test('a source is numeric', () => {
    expect(parse('foo', SOURCE_ADDRESS)).toBe("invalid address: 'foo' in 'foo'");
    expect(parse('1.2.3.4:1000-2000', SOURCE_ADDRESS)).toMatchObject({ port: 1000, portEnd: 2000 });
  });
});
