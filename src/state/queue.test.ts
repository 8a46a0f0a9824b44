import { expect, test } from 'vitest';
import { PendingQueue, queueWords, type Pending, type QueueHead } from './queue.js';

const entry = (priorityClass = 0, priorityOffset = 0): Pending => ({
  queuePrevious: undefined,
  queueNext: undefined,
  queue: undefined,
  priorityClass,
  priorityOffset,
  queueTime: 0,
  queueOrder: 0,
  queueServed: 0,
});

/** The same queue in several threads. */
function threads(count: number): PendingQueue[] {
  const words = new Int32Array(new SharedArrayBuffer(4 * queueWords(count)));
  const arrivals = new Int32Array(new SharedArrayBuffer(4));
  return Array.from({ length: count }, (_, thread) => new PendingQueue(words, arrivals, thread));
}

function leader(queue: PendingQueue): number {
  const head: QueueHead = { thread: -1, priorityClass: 0, queueTime: 0, queueOrder: 0 };
  queue.lead(head);
  return head.thread;
}

test('first come, first served, over all threads', () => {
  const [a, b] = threads(2);
  expect(leader(a)).toBe(-1);
  const first = entry();
  b.add(first);
  a.add(entry());
  expect([a.length, b.length, a.ownLength, b.ownLength]).toEqual([2, 2, 1, 1]);
  expect(leader(a)).toBe(1);
  b.serve(first);
  expect([leader(a), leader(b), a.served, b.served]).toEqual([0, 0, 1, 1]);
});

test('a lower class goes first, in whichever thread', () => {
  const [a, b] = threads(2);
  a.add(entry(5));
  b.add(entry(5));
  const urgent = entry(-1);
  b.add(urgent);
  expect(leader(a)).toBe(1);
  expect(b.first).toBe(urgent);
  b.remove(urgent);
  expect(leader(a)).toBe(0);
});

test('an offset moves a stream within its class', () => {
  const [a, b] = threads(2);
  const [late, plain, early] = [entry(0, 100_000), entry(), entry(0, -100_000)];
  for (const each of [late, plain, early]) a.add(each);
  expect(a.first).toBe(early);
  b.add(entry(0, -200_000));
  expect(leader(a)).toBe(1);
  a.remove(early);
  expect(a.first).toBe(plain);
});

test('the order survives its own overflow', () => {
  const words = new Int32Array(queueWords(2));
  const arrivals = Int32Array.of(2 ** 31 - 2);
  const [a, b] = [0, 1].map((thread) => new PendingQueue(words, arrivals, thread));
  a.add(entry());
  b.add(entry());
  expect(leader(b)).toBe(0);
});

test('of two queues the one whose first came earlier leads', () => {
  const arrivals = new Int32Array(1);
  const own = new PendingQueue(new Int32Array(queueWords(1)), arrivals);
  const shared = new PendingQueue(new Int32Array(queueWords(1)), arrivals);
  shared.add(entry());
  own.add(entry());
  const head: QueueHead = { thread: -1, priorityClass: 0, queueTime: 0, queueOrder: 0 };
  expect([own.lead(head), shared.lead(head)]).toEqual([true, true]);
  expect(own.lead(head)).toBe(false);
});

test('its turn: how many were served since it came', () => {
  const [queue] = threads(1);
  const [one, two, three] = [entry(), entry(), entry()];
  for (const each of [one, two, three]) queue.add(each);
  queue.serve(one);
  queue.remove(two);
  expect(queue.turnOf(three)).toBe(2);
});

test('a thread that is gone leaves nobody behind', () => {
  const [a, b] = threads(2);
  a.add(entry());
  b.add(entry());
  a.forgetThread(1);
  expect([a.length, leader(a)]).toEqual([1, 0]);
});
