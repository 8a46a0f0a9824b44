import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { Clock } from './clock.js';
import { setFaultHandler } from './fault.js';
import { TimerWheel } from './timer-wheel.js';
import type { Timed } from './timer-wheel.js';

let time = 0;
let pending: { at: number; ring: () => void } | null = null;
let alarms = 0;
let wheel: TimerWheel;

beforeEach(() => {
  time = 1003.7;
  pending = null;
  alarms = 0;
  wheel = new TimerWheel(new Clock(() => time), (ring, delay) => {
    alarms++;
    const mine = { at: time + delay, ring };
    pending = mine;
    return () => {
      if (pending === mine) pending = null;
    };
  });
});

/** Lets the time pass, ringing alarms when they are due, as an event loop would. */
function runUntil(end: number): void {
  while (pending !== null && pending.at <= end) {
    const { at, ring } = pending;
    pending = null;
    time = Math.max(time, at);
    ring();
  }
  time = end;
}

class Entry implements Timed {
  at = 0;
  get deadline(): number {
    return this.at;
  }
  set deadline(at: number) {
    this.at = at;
  }
  slot = -1;
  previousTimed: Timed | null = null;
  nextTimed: Timed | null = null;
  fired: number[] = [];
  action: () => void = () => undefined;
  onTimeout(): void {
    this.fired.push(time);
    this.action();
  }
}

/** One alarm, `late` ms after its time; nothing when none is set. */
function runUntilLate(late: number): void {
  if (pending === null) return;
  const { at, ring } = pending;
  pending = null;
  time = Math.max(time, at + late);
  ring();
}

/** Fails when the wheel looks at it without end. */
class Impatient extends Entry {
  #looks = 0;
  override get deadline(): number {
    if (++this.#looks > 10_000) throw new Error('looked at without end');
    return this.at;
  }
  override set deadline(at: number) {
    this.at = at;
  }
}

describe('TimerWheel', () => {
  test.each([0, 1, 7, 8, 9, 50, 2000, 8184, 8192, 8193, 30_000, 86_400_000])(
    '%i ms: never early, at most 20 ms late',
    (delay) => {
      const entry = new Entry();
      const start = time;
      wheel.arm(entry, delay);
      runUntil(start + delay + 100);
      expect(entry.fired).toHaveLength(1);
      expect(entry.fired[0] - start).toBeGreaterThanOrEqual(delay);
      expect(entry.fired[0] - start).toBeLessThanOrEqual(delay + 20);
    },
  );

  test('a thousand timeouts at odd moments all keep their time', () => {
    const entries = Array.from({ length: 1000 }, (_, i) => ({
      entry: new Entry(),
      start: 0,
      delay: (i * 7919) % 20_011,
    }));
    for (const each of entries) {
      runUntil(time + 3.3);
      each.start = time;
      wheel.arm(each.entry, each.delay);
    }
    runUntil(time + 25_000);
    for (const { entry, start, delay } of entries) {
      expect(entry.fired).toHaveLength(1);
      expect(entry.fired[0] - start).toBeGreaterThanOrEqual(delay);
      expect(entry.fired[0] - start).toBeLessThanOrEqual(delay + 20);
    }
  });

  test('moving later is lazy and moving earlier works', () => {
    const entry = new Entry();
    wheel.arm(entry, 100);
    runUntil(time + 50);
    const slot = entry.slot;
    wheel.arm(entry, 1000);
    expect(entry.slot).toBe(slot);
    const start = time;
    runUntil(start + 500);
    expect(entry.fired).toEqual([]);
    wheel.arm(entry, 20);
    runUntil(start + 5000);
    expect(entry.fired).toHaveLength(1);
    expect(entry.fired[0] - start).toBeGreaterThanOrEqual(520);
    expect(entry.fired[0] - start).toBeLessThanOrEqual(540);
  });

  test('nothing armed, nothing wakes; a far timeout wakes at most once in eight seconds', () => {
    const entry = new Entry();
    wheel.arm(entry, 60_000);
    runUntil(time + 61_000);
    expect(alarms).toBeLessThanOrEqual(10);
    expect(wheel.size).toBe(0);
    expect(pending).toBeNull();
    wheel.arm(entry, 100);
    wheel.disarm(entry);
    wheel.disarm(entry);
    const before = alarms;
    runUntil(time + 100_000);
    expect(alarms).toBe(before);
    expect(entry.fired).toHaveLength(1);
  });

  test('a callback may re-arm itself and disarm its neighbours', () => {
    const a = new Entry();
    const b = new Entry();
    const c = new Entry();
    for (const entry of [a, b, c]) wheel.arm(entry, 10);
    const others = (self: Entry): void => [a, b, c].filter((x) => x !== self).forEach((x) => wheel.disarm(x));
    for (const entry of [a, b, c]) entry.action = () => others(entry);
    c.action = () => {
      others(c);
      if (c.fired.length < 3) wheel.arm(c, 30);
    };
    runUntil(time + 1000);
    expect(a.fired.length + b.fired.length + c.fired.length).toBe(3);
    expect(c.fired).toHaveLength(3);
  });

  test('a late loop fires everything overdue, once', () => {
    const entries = Array.from({ length: 50 }, () => new Entry());
    entries.forEach((entry, i) => wheel.arm(entry, i * 400));
    time += 100_000;
    runUntil(time);
    expect(entries.every((entry) => entry.fired.length === 1)).toBe(true);
  });

  test.each([0, 7, 8, 9, 16, 17, 8184, 8192, 8200, 20_000])('alone, far away, in a loop that is %i ms late', (late) => {
    const entry = new Impatient();
    wheel.arm(entry, 60_000);
    const start = time;
    while (entry.fired.length === 0 && time < start + 200_000) runUntilLate(late);
    expect(entry.fired[0] - start).toBeGreaterThanOrEqual(60_000);
    expect(entry.fired[0] - start).toBeLessThanOrEqual(60_000 + late + 20);
    expect([wheel.size, entry.fired.length]).toEqual([0, 1]);
  });

  test('however late the loop is, each fires once, when it was last told to or after', () => {
    const moves = fc.array(fc.tuple(fc.nat(3), fc.nat(40_000), fc.nat(20_000)), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(moves, (steps) => {
        const entries = Array.from({ length: 4 }, () => new Impatient());
        for (const [which, delay, late] of steps) {
          wheel.arm(entries[which], delay);
          runUntilLate(late);
        }
        const pending = entries.filter(({ slot }) => slot >= 0);
        const before = pending.map(({ fired }) => fired.length);
        const due = pending.map(({ deadline }) => deadline);
        runUntil(time + 100_000);
        pending.forEach(({ fired }, i) => {
          expect(fired.length).toBe(before[i] + 1);
          expect(fired.at(-1)).toBeGreaterThanOrEqual(due[i]);
          expect(fired.at(-1)).toBeLessThanOrEqual(due[i] + 20);
        });
        expect(wheel.size).toBe(0);
      }),
      { numRuns: 2000 },
    );
  });

  test('a throwing callback is reported and stops nobody', () => {
    const faults: unknown[] = [];
    const before = setFaultHandler((_, error) => faults.push(error));
    const bad = new Entry();
    const good = new Entry();
    bad.action = () => {
      throw new Error('bug');
    };
    wheel.arm(good, 10);
    wheel.arm(bad, 10);
    runUntil(time + 100);
    setFaultHandler(before);
    expect(faults).toHaveLength(1);
    expect(good.fired).toHaveLength(1);
  });

  test('with the real clock: 40 ms is between 40 and 80', async () => {
    const real = new TimerWheel();
    const entry = new Entry();
    const start = performance.now();
    const keepAlive = setInterval(() => undefined, 1000);
    await new Promise<void>((done) => {
      entry.action = done;
      real.arm(entry, 40);
    });
    clearInterval(keepAlive);
    expect(performance.now() - start).toBeGreaterThanOrEqual(40);
  });
});

describe('Clock', () => {
  test('recent() stands still during an event', () => {
    const clock = new Clock(() => time);
    expect(clock.enter()).toBe(1003.7);
    time += 5;
    expect(clock.recent()).toBe(1003.7);
    expect(clock.now()).toBe(1008.7);
    clock.leave();
    expect(clock.recent()).toBe(1008.7);
  });
});
