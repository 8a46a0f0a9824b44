import { expect, test } from 'vitest';
import { Accounts } from './auth.js';

const accounts = new Accounts([
  { user: 'admin1', password: 'AdMiN123' },
  { user: 'empty', password: '' },
  { user: 'colons', password: 'a:b:c' },
]);
const basic = (text: string): string => `Basic ${Buffer.from(text, 'latin1').toString('base64')}`;

test.each([
  [basic('admin1:AdMiN123'), true],
  [basic('empty:'), true],
  [basic('colons:a:b:c'), true],
  [`${basic('admin1:AdMiN123')} `, true],
  [basic('admin1:admin123'), false],
  [basic('admin1:AdMiN1234'), false],
  [basic('admin1'), false],
  [basic(''), false],
  ['Basic', false],
  ['Basic !!!', false],
  ['Digest username="admin1"', false],
  ['', false],
  [undefined, false],
])('%s', (authorization, accepted) => {
  expect(accounts.accept(authorization)).toBe(accepted);
});

test('no accounts let nobody in', () => {
  expect(new Accounts([]).accept(basic('a:b'))).toBe(false);
  expect(new Accounts([]).accept(undefined)).toBe(false);
});
