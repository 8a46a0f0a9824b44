import { expect, test } from 'vitest';
import type { Transport } from '../../core/transport.js';
import { Output } from './output.js';

function transport(written: string[]): Transport {
  const writeLatin1 = (text: string): boolean => {
    written.push(text);
    return true;
  };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the rest is not called
  return { writeLatin1 } as unknown as Transport;
}

/** An answer whose pieces come when the test says so. */
function later(endless: boolean): { pieces: AsyncIterable<string>; say: (piece: string | undefined) => Promise<void> } {
  let waiting: ((result: IteratorResult<string, undefined>) => void) | undefined;
  const iterator: AsyncIterator<string, undefined> = {
    next: () => new Promise((resolve) => (waiting = resolve)),
    return: () => Promise.resolve({ done: true, value: undefined }),
  };
  return {
    pieces: { ...(endless ? { endless: true } : {}), [Symbol.asyncIterator]: () => iterator },
    async say(piece) {
      waiting?.(piece === undefined ? { done: true, value: undefined } : { done: false, value: piece });
      await new Promise(setImmediate);
    },
  };
}

test('whatever is typed ends an answer that waits for events', async () => {
  const { pieces, say } = later(true);
  const written: string[] = [];
  let ended = 0;
  const output = new Output(pieces, transport(written), () => ended++);
  output.pump();
  await say('event\n');
  expect(output.interrupt()).toBe(true);
  await say('too late\n');
  expect([written, ended]).toEqual([['event\n'], 1]);
  expect(output.interrupt()).toBe(false);
});

test('one that takes its time goes on: what is typed is the next command', async () => {
  const { pieces, say } = later(false);
  const written: string[] = [];
  let ended = 0;
  const output = new Output(pieces, transport(written), () => ended++);
  output.pump();
  expect(output.interrupt()).toBe(false);
  await say('answer\n');
  await say(undefined);
  expect([written, ended]).toEqual([['answer\n'], 1]);
});
