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
    expect([...model.httpRequest, ...model.httpResponse].map(line)).toEqual([expected]);
    expect(hints[0]).toMatch(/^write 'http-re(quest|sponse) /);
  });
});

describe('rewriting rules that do not', () => {
  test.each([
    'reqrep ^GET\\ /old\\ HTTP/1.0 GET\\ /new\\ HTTP/1.0',
    'reqrep ^([^\\ ]*)\\ /a\\ (.*) \\\\1\\ /b\\ \\\\2',
    'reqidel ^X-.*:',
    'reqideny ^User-Agent:.*bot',
    'rsprep ^Server:(.*) X-Server:\\\\1',
    'reqadd nonsense',
    'reqsetbe ^GET b',
  ])('%s', (old) => {
    const { model, notDone } = readProxy(old);
    expect(notDone).toEqual([`${old.split(' ')[0]} (refused)`]);
    expect([...model.httpRequest, ...model.httpResponse]).toEqual([]);
  });
});

test('block', () => {
  const { model, hints } = readProxy('block if a !b');
  expect(model.httpRequest.map(line)).toEqual(['http-request|deny|if|a|!b']);
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
