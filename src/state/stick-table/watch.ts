import { Head } from './memory.js';

/** Who is told of changes of a table. */
export interface Watcher {
  /** A change was made in this thread. Call without the lock. */
  tell(): void;
}

/** In threads other than the one that watches. */
export function distantWatcher(head: Int32Array): Watcher {
  return { tell: () => void Atomics.notify(head, Head.Changes, 1) };
}

/**
 * Calls `changed` after changes: soon, and once for many.
 * @param threads others make changes, too
 */
export function watcher(head: Int32Array, threads: boolean, changed: () => void): Watcher {
  let due = false;
  const tell = (): void => {
    if (due) return;
    due = true;
    setImmediate(() => {
      due = false;
      changed();
    });
  };
  if (threads) void hearThreads(head, tell);
  return { tell };
}

async function hearThreads(head: Int32Array, tell: () => void): Promise<void> {
  for (;;) {
    const wait = Atomics.waitAsync(head, Head.Changes, head[Head.Changes]);
    if (wait.async) await wait.value;
    tell();
  }
}
