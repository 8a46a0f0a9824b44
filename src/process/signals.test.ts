import { afterEach, expect, test } from 'vitest';
import { holdSignals, type Serving } from './signals.js';

const SIGNALS = ['SIGUSR1', 'SIGUSR2', 'SIGHUP', 'SIGQUIT', 'SIGTTOU', 'SIGTTIN'] as const;

function recorder(): { readonly serving: Serving; readonly done: string[] } {
  const done: string[] = [];
  const note = (what: string) => (): void => void done.push(what);
  const serving = {
    stopSoftly: note('stop'),
    dumpState: note('state'),
    dumpMemory: note('memory'),
    pause: note('pause'),
    resume: note('resume'),
  };
  return { serving, done };
}

afterEach(() => {
  for (const signal of SIGNALS) process.removeAllListeners(signal);
});

test('each has its meaning; only the first SIGUSR1 counts', () => {
  const { serving, done } = recorder();
  holdSignals()(serving);
  for (const signal of [...SIGNALS, ...SIGNALS]) process.emit(signal);
  expect(done).toEqual(['stop', 'state', 'memory', 'pause', 'resume', 'state', 'memory', 'pause', 'resume']);
});

test('what comes before the program serves is obeyed then, in its order', () => {
  const { serving, done } = recorder();
  const begin = holdSignals();
  for (const signal of ['SIGTTIN', 'SIGUSR1', 'SIGHUP', 'SIGUSR1'] as const) process.emit(signal);
  expect(done).toEqual([]);
  begin(serving);
  expect(done).toEqual(['resume', 'stop', 'state']);
  process.emit('SIGHUP');
  expect(done.at(-1)).toBe('state');
});
