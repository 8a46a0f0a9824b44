import { expect, test } from 'vitest';
import { parseStateFile, STATE_FILE_HEADER } from './server-state-file.js';

const line = '4 be1 2 s2 127.0.0.1 2 8 5 10 84 15 3 4 6 18 0 0 - 9002 - 0 99 127.0.0.4 127.0.0.5 98';

test('a line as HAProxy 2.6 writes it', () => {
  expect(parseStateFile(`${STATE_FILE_HEADER}${line}\n`)).toEqual([
    {
      backendId: 4,
      backendName: 'be1',
      id: 2,
      name: 's2',
      address: '127.0.0.1',
      state: 2,
      admin: 8,
      userWeight: 5,
      initialWeight: 10,
      sinceChange: 84,
      checkStatus: 'L7OK',
      checkState: 6,
      hostname: '',
      port: 9002,
      service: '',
      checkPort: 99,
      checkAddress: '127.0.0.4',
      agentState: 18,
      agentPort: 98,
      agentAddress: '127.0.0.5',
    },
  ]);
});

test('an older, shorter line', () => {
  const short = line.split(' ').slice(0, 19).join(' ');
  expect(parseStateFile(`1\n${short}\n`)).toMatchObject([{ name: 's2', checkPort: 0, checkAddress: '' }]);
});

test.each([
  ['too few fields', '4 be1 2 s2 127.0.0.1 2'],
  ['a state that does not exist', line.replace(' 2 8 5 ', ' 7 8 5 ')],
  ['a weight beyond the limit', line.replace(' 5 10 ', ' 257 10 ')],
  ['a check status that does not exist', line.replace(' 15 3 ', ' 14 3 ')],
  ['no number', line.replace(' 9002 ', ' port ')],
])('%s is left out', (_what, text) => expect(parseStateFile(`1\n${text}\n`)).toEqual([]));

test('another version', () => expect(parseStateFile(`2\n${line}\n`)).toBe("unsupported format version '2'"));
