import { expect, test } from 'vitest';
import { avalanche, crc32, djb2, none, sdbm, wt6 } from './hash.js';

/** Answers of haproxy 2.6.12 to `%[…,sdbm] %[…,djb2] %[…,wt6] %[…,crc32]`, then the same with `(1)`. */
test.each<[string, number[]]>([
  ['a', [97, 177670, 1900802597, 3904355907, 1830748055, 3548763807, 1986649387, 1288200982]],
  ['abc', [807794786, 193485963, 2483038440, 891568578, 659243622, 2235766107, 266135527, 930845320]],
  ['/index.html', [858007926, 3776231887, 822151038, 3928116034, 4217574924, 1889807916, 2986733765, 571229468]],
  [
    'The quick brown fox jumps over the lazy dog',
    [2359783795, 885799134, 3840389189, 1095738169, 4144961173, 3419350371, 2386649459, 1090730130],
  ],
  ['\xff\x80\0\x7fz', [3965329722, 441166333, 623186306, 4184374193, 3996878406, 1910797326, 2264023649, 3490956590]],
  ['192.168.0.1', [2736327284, 3398481707, 2849228218, 2307365224, 3854749407, 4272620632, 2482563165, 3008919725]],
])('sdbm, djb2, wt6 and crc32 of %j, plain and with avalanche', (key, expected) => {
  const plain = [sdbm(key), djb2(key), wt6(key), crc32(key)];
  expect([...plain, ...plain.map(avalanche)]).toEqual(expected);
});

test('a stretch hashes as its copy', () => {
  for (const hash of [sdbm, djb2, wt6, crc32, none]) expect(hash('xx1234yy', 2, 6)).toBe(hash('1234'));
});

test.each([
  ['0', 0],
  ['4294967295', 4294967295],
  ['12ab', 12],
  ['ab', 0],
])('none(%j)', (key, expected) => expect(none(key)).toBe(expected));
