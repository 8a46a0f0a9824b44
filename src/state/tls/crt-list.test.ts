import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readCrtList } from './crt-list.js';

const folder = mkdtempSync(join(tmpdir(), 'crt-list-'));
afterAll(() => rmSync(folder, { recursive: true }));

function read(text: string) {
  const path = join(folder, 'list');
  writeFileSync(path, text);
  return readCrtList(path).lines.map(({ path: file, parameters = [], filters, warnings }) => ({
    file: file.text,
    line: file.span.source.line,
    parameters: parameters.map(({ keyword, value }) => `${keyword.text}=${value?.text ?? ''}`),
    filters,
    warnings: warnings.length,
  }));
}

test("the manual's example (5.1 crt-list)", () => {
  const text = `cert1.pem !*
# comment

cert2.pem [alpn h2,http/1.1]
certW.pem                   *.domain.tld !secure.domain.tld
certS.pem [curves X25519:P-256 ciphers ECDHE-ECDSA-AES256-GCM-SHA384] secure.domain.tld
`;
  expect(read(text)).toEqual([
    { file: 'cert1.pem', line: 1, parameters: [], filters: ['!*'], warnings: 0 },
    { file: 'cert2.pem', line: 4, parameters: ['alpn=h2,http/1.1'], filters: [], warnings: 0 },
    { file: 'certW.pem', line: 5, parameters: [], filters: ['*.domain.tld', '!secure.domain.tld'], warnings: 0 },
    {
      file: 'certS.pem',
      line: 6,
      parameters: ['curves=X25519:P-256', 'ciphers=ECDHE-ECDSA-AES256-GCM-SHA384'],
      filters: ['secure.domain.tld'],
      warnings: 0,
    },
  ]);
});

test('what is not acted on is warned about', () => {
  const [found] = read('a.pem [allow-0rtt verify none]');
  expect(found).toMatchObject({ parameters: ['allow-0rtt=', 'verify=none'], warnings: 1 });
});

test.each([
  ['a.pem # no comment', ['#', 'no', 'comment'], 0],
  ['a.pem [alpn h2', ['alpn', 'h2'], 1],
  ['a.pem x [alpn h2] y', ['y'], 1],
])('names as HAProxy reads them: %s', (text, filters, warnings) =>
  expect(read(text)[0]).toMatchObject({ filters, warnings }),
);

test.each([
  ['a.pem [frobnicate x]', ']: unknown ssl keyword frobnicate'],
  ['a.pem [alpn]', "]: ssl args out of '[]' for alpn"],
  ['a.pem [alpn h2] [x]', "]: too many '['"],
  ['a.pem ] x', "]: missing '['"],
  ['[alpn h2] x', ']: file must start with a cert'],
  ['a.pem [ssl-min-ver TLSv9]', "'TLSv9' : unknown ssl/tls version"],
  ['a.pem [verify maybe]', "'verify' : unknown verify method 'maybe'"],
])('%s: %s', (text, message) => expect(() => read(text)).toThrow(message));

test('a list that is not there', () => {
  expect(() => readCrtList('/nonexistent')).toThrow("cannot open file '/nonexistent' : No such file or directory");
});
