import { describe, expect, test } from 'vitest';
import { readProxy, newProxy } from '../testing.js';

const line = (rule: { words: readonly { text: string }[] }): string => rule.words.map((word) => word.text).join('|');

describe('rewriting rules that mean exactly the same today', () => {
  test.each([
    ['reqadd X-Forwarded-Proto:\\ https', 'http-request|add-header|X-Forwarded-Proto|https'],
    ['reqadd X-P:\\ 100% if a', 'http-request|add-header|X-P|100%%|if|a'],
    [
      'rspadd Strict-Transport-Security:\\ max-age=15768000',
      'http-response|add-header|Strict-Transport-Security|max-age=15768000',
    ],
    ['reqidel ^X-Forwarded-For:', 'http-request|del-header|X-Forwarded-For'],
    ['reqidel ^X-Forwarded-For:.*', 'http-request|del-header|X-Forwarded-For'],
    ['rspidel ^Server:.*$', 'http-response|del-header|Server'],
    [
      'rspirep ^Location:\\ http://(.*) Location:\\ https://\\\\1',
      'http-response|replace-header|Location|(?i)^http://(.*)|https://\\1',
    ],
    ['rsprep ^Server:(.*) Server:\\ x', 'http-response|replace-header|Server|^(.*)|x'],
    ['reqrep ^([^\\\\\\ ]*)\\\\\\ /old/(.*) \\\\1\\\\\\ /new/\\\\2', 'http-request|replace-uri|^/old/(.*)|/new/\\1'],
    ['reqirep ^([^\\ :]*)\\ /a(b|c)/(.*) \\\\1\\ /\\\\2/\\\\3', 'http-request|replace-uri|(?i)^/a(b|c)/(.*)|/\\1/\\2'],
  ])('%s', (old, expected) => {
    const { model, error, hints, notDone } = readProxy(old);
    expect([error, notDone]).toEqual([undefined, []]);
    expect([...model.oldRequest, ...model.oldResponse].map(line)).toEqual([expected]);
    expect(hints[0]).toMatch(/^write 'http-re(quest|sponse) /);
  });
});

describe('rewriting rules that mean something else than any rule of today run as they are', () => {
  test.each([
    ['reqrep ^GET\\ /old\\ HTTP/1.0 GET\\ /new\\ HTTP/1.0', "'http-request replace-uri REGEX FORMAT'"],
    ['reqidel ^X-.*:', "'http-request del-header ^X-.*$ -m reg'"],
    ['reqdel ^Cookie:.*S= if a', "'http-request del-header Cookie if a { req.fhdr(Cookie) -m reg ^.*S= }'"],
    ['rspidel ^X-[AB]:.*$ unless a', "'http-response del-header ^X-[AB]$ -m reg unless a'"],
    ['reqideny ^User-Agent:.*bot', "'http-request deny if { req.fhdr(User-Agent) -m reg -i ^.*bot }'"],
    [
      'reqtarpit ^[^:\\ ]*\\ .*\\.(css|js)\\ HTTP if a',
      `'http-request set-var-fmt(txn.line) "%[method] %[url] HTTP/%[req.ver]"', 'http-request tarpit if a { var(txn.line) -m reg ^[^:\\ ]*\\ .*.(css|js)\\ HTTP }'`,
    ],
    ['reqiallow ^Host:\\ www\\\\. if a', "'http-request allow if a { req.fhdr(Host) -m reg -i ^www\\\\. }'"],
    ['rspideny ^X-Secret:', "'http-response deny if { res.fhdr(X-Secret) -m found }'"],
    ['rsprep ^Server:(.*) X-Server:\\\\1', "'http-response replace-header Server ^(.*) \\\\1'"],
    ['reqpass ^Host:', "'http-request set-var(txn.pass) bool(true) if { req.fhdr(Host) -m found }'"],
  ])('%s', (old, nearest) => {
    const { model, notDone, hints, error } = readProxy(old);
    expect([error, notDone]).toEqual([undefined, []]);
    expect([...model.oldRequest, ...model.oldResponse].map((rule) => rule.words[0].text)).toEqual([old.split(' ')[0]]);
    expect(hints).toEqual([`it runs as it did; the nearest today: ${nearest}`]);
  });

  test('reqsetbe chooses before use_backend', () => {
    const proxy = newProxy('frontend');
    readProxy('use_backend other', proxy);
    readProxy('reqsetbe ^GET b', proxy);
    expect(proxy.useBackends.map(line)).toEqual([
      'use_backend|b|if|{|var(txn.reqsetbe)|-m|str|b|}',
      'use_backend|other',
    ]);
  });

  test('what is no header cannot be added', () => {
    expect(readProxy('reqadd nonsense').error).toBe("'reqadd' expects 'Name: value'.");
  });
});

test('block', () => {
  const { model, hints } = readProxy('block if a !b');
  expect(model.blocks.map(line)).toEqual(['http-request|deny|if|a|!b']);
  expect(hints).toEqual(["write 'http-request deny if a !b'"]);
});

test('monitor-net answers before anything else', () => {
  const proxy = newProxy('listen');
  readProxy('http-request deny', proxy);
  readProxy('monitor-net 10.0.0.0/8', proxy);
  expect(line(proxy.httpRequest[0])).toBe('http-request|return|status|200|if|{|src|10.0.0.0/8|}');
});

test.each([
  ['redispatch', "write 'option redispatch'"],
  ['option forceclose', "write 'option httpclose'"],
  ['mode health', "write 'mode http' and 'http-request return status 200'"],
  ['srvtimeout 5s', "write 'timeout server 5s'"],
  ['timeout clitimeout 5s', "write 'timeout client 5s'"],
])('%s: %s', (old, hint) => {
  const { error, hints } = readProxy(old);
  expect(error).toBeUndefined();
  expect(hints).toEqual([hint]);
});
