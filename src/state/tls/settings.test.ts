import { describe, expect, test } from 'vitest';
import type { TlsWord } from '../../config/model.js';
import { ignores, protocolsOf, readSettings, versionRange } from './settings.js';

const word = (text: string) => ({ text, span: { source: { file: 'x', line: 1, text }, column: 1, length: 1 } });

const WITH_VALUE = /^(?:ssl-m|cipher|alpn|verify|ca-|crt|sni)/;

/** Parameters as they stand on a line. */
function parameters(line: string): TlsWord[] {
  const words = line.split(' ').filter((text) => text !== '');
  const found: TlsWord[] = [];
  for (let at = 0; at < words.length; at++) {
    const keyword = word(words[at]);
    found.push({ keyword, value: WITH_VALUE.test(keyword.text) ? word(words[++at]) : undefined });
  }
  return found;
}

describe('versions', () => {
  test.each([
    ['', 'TLSv1.2 TLSv1.3', undefined],
    ['ssl-min-ver TLSv1.0', 'TLSv1 TLSv1.3', undefined],
    ['ssl-max-ver TLSv1.2', 'TLSv1.2 TLSv1.2', undefined],
    ['ssl-min-ver SSLv3 ssl-max-ver TLSv1.1', 'TLSv1 TLSv1.1', undefined],
    ['force-tlsv12', 'TLSv1.2 TLSv1.2', undefined],
    ['no-tlsv13', 'TLSv1.2 TLSv1.2', undefined],
    ['no-tlsv12', 'TLSv1.3 TLSv1.3', undefined],
    ['force-tlsv12 no-tlsv12', 'TLSv1.2 TLSv1.2', 'flags-ignored'],
    ['no-tlsv12 no-tlsv13', undefined, undefined],
    ['force-sslv3', undefined, undefined],
    ['ssl-min-ver TLSv1.3 ssl-max-ver TLSv1.2', undefined, undefined],
  ])("'%s' speaks %s", (line, expected, problem) => {
    const { range, problem: found } = versionRange(readSettings(parameters(line)));
    expect(range === undefined ? undefined : `${range.minVersion} ${range.maxVersion}`).toBe(expected);
    expect(found).toBe(problem);
  });
});

test('later parameters go before earlier ones, lines before defaults', () => {
  const defaults = parameters('ciphers A ssl-min-ver TLSv1.0 no-tls-tickets');
  const settings = readSettings(defaults, parameters('ciphers B ssl-max-ver TLSv1.1 tls-tickets'));
  expect(settings.ciphers?.text).toBe('B');
  expect(settings.tickets).toBe(true);
  expect(versionRange(settings).range).toEqual({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1' });
});

test.each([
  [undefined, 10, false],
  ['all', 10, true],
  ['10,18', 10, true],
  ['10,18', 20, false],
])('errors to overlook: %s, %i: %s', (list, result, expected) => {
  expect(ignores(list === undefined ? undefined : word(list))(result)).toBe(expected);
});

test('protocols', () => {
  expect(protocolsOf(word('h2,http/1.1'))).toEqual(['h2', 'http/1.1']);
  expect(protocolsOf(word(','))).toEqual([]);
  expect(protocolsOf(undefined)).toEqual([]);
});
