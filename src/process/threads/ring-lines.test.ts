import { expect, test } from 'vitest';
import type { RingModel } from '../../config/model.js';
import { DistantRings, type RingLines } from './ring-lines.js';

const turn = (): Promise<void> => new Promise((over) => setImmediate(over));

function rings(...names: string[]): { distant: DistantRings; told: RingLines[] } {
  const told: RingLines[] = [];
  const models = names.map((name): RingModel => {
    const span = { source: { file: 'x', line: 1, text: '' }, column: 1, length: 1 };
    const times = { timeoutConnect: undefined, timeoutServer: undefined };
    return { name, span, description: name, format: 'raw', maxLength: 99, size: 99, servers: [], ...times };
  });
  return { told, distant: new DistantRings(models, (lines) => told.push(lines)) };
}

test('lines of one turn travel together, for each ring', async () => {
  const { distant, told } = rings('a', 'b');
  distant.get('a')?.write('1', 16);
  distant.get('b')?.write('2', 17);
  distant.get('a')?.write('3', 16);
  expect(told).toEqual([]);
  await turn();
  distant.get('a')?.write('4', 16);
  await turn();
  expect(told).toEqual([
    { ring: 'a', lines: [{ text: '1', facility: 16 }, { text: '3', facility: 16 }] }, // prettier-ignore
    { ring: 'b', lines: [{ text: '2', facility: 17 }] },
    { ring: 'a', lines: [{ text: '4', facility: 16 }] },
  ]);
  expect(distant.get('c')).toBeUndefined();
});

test('a main thread that takes nothing is not drowned', async () => {
  const { distant, told } = rings('a');
  const line = 'x'.repeat(100_000);
  for (let i = 0; i < 20; i++) distant.get('a')?.write(line, 16);
  await turn();
  expect([told[0].lines.length, distant.lost]).toEqual([10, 10]);
  distant.taken(1_000_000);
  distant.get('a')?.write(line, 16);
  expect(distant.lost).toBe(10);
});
