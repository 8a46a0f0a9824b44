import { expect, test } from 'vitest';
import { cryptPassword, isKnownCrypt } from './crypt.js';

// Made with `openssl passwd` and crypt(3).
test.each([
  ['Secret Pass', '$1$abcdefgh$3sTKzLtsq1cL8W81oJW8d.'],
  ['Secret Pass', '$5$saltsalt$PM68goXWFa3nwJm/D/ocSh5Fm7U.ZekrJRFoqbJw3jD'],
  [
    'a long password that is longer than sixty-four bytes, really so long it is',
    '$6$rounds12$RnLoz93oW3EJ5N7pSI1B/XAlGh2X39xU5RcuW.Ce15KQQ/QJ3WPiN5AP1xu/ur3v9UHvVfKStqxdjI6lC.1wQ1',
  ],
  ['pw', '$5$rounds=1400$anotherlongsalt$tRNTZvC7qLoe1TOxXFrqZifM/bqsTrMCwHHD7kkrI/.'],
])('%j', (password, hash) => {
  expect(isKnownCrypt(hash)).toBe(true);
  expect(cryptPassword(password, hash)).toBe(hash);
  expect(cryptPassword(`${password}x`, hash)).not.toBe(hash);
});

test('other methods are not understood', () => {
  expect(isKnownCrypt('abJnggxhB/yWI')).toBe(false);
  expect(cryptPassword('x', 'abJnggxhB/yWI')).toBeUndefined();
});
