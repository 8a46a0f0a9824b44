import { expect, test } from 'vitest';
import { Outbox } from './outbox.js';

test('one after the other; what fails is lost, and complained about once', async () => {
  const problems: string[] = [];
  const sent: number[] = [];
  let finish: () => void = () => {};
  const box = new Outbox<number>(
    (message) =>
      new Promise((resolve) => {
        sent.push(message);
        finish = () => resolve(message === 2 || message === 3 || message === 5 ? `no ${message}` : undefined);
      }),
    (problem) => problems.push(problem),
  );
  for (let message = 1; message <= 6; message++) box.add(message);
  for (let message = 1; message <= 6; message++) {
    expect(sent).toHaveLength(message);
    finish();
    await new Promise(setImmediate);
  }
  expect(problems).toEqual(['no 2', 'no 5']);
  expect(box.lost).toBe(3);
});

test('what nobody takes does not grow without bound', () => {
  const box = new Outbox<number>(
    () => new Promise(() => {}),
    () => {},
  );
  for (let message = 0; message < 2000; message++) box.add(message);
  expect(box.lost).toBe(999);
  box.stop();
  expect(box.lost).toBe(1999);
});
