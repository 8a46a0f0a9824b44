import { parentPort, workerData } from 'node:worker_threads';
import { reportFault } from '../../base/fault.js';
import type { ThreadStart, ToMain } from './messages.js';
import { ThreadApp } from './thread-app.js';

/** The program as a thread: see ThreadPool. */
export function runThread(): void {
  const main = parentPort;
  if (main === null) return;
  process.on('uncaughtException', (error) => reportFault('the event loop', error));
  process.on('unhandledRejection', (error) => reportFault('a promise', error));
  try {
    new ThreadApp(workerData as ThreadStart, main).open();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    main.postMessage({ kind: 'failed', why } satisfies ToMain);
  }
}
