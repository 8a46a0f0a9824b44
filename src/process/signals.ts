import { constants } from 'node:os';

/** What the signals of management manual 4 do to a serving process. */
export interface Serving {
  /** SIGUSR1, once: no new connections, the others end by themselves. */
  stopSoftly(): void;
  /** SIGHUP: the state of all proxies and servers. */
  dumpState(): void;
  /** SIGQUIT: memory in use. */
  dumpMemory(): void;
  /** SIGTTOU, SIGTTIN: another process wants the ports; it did not get them. */
  pause(): void;
  resume(): void;
}

/**
 * Obeys signals. SIGTERM and SIGINT are left to the system: they end the program at once, with the exit status that says
 * so, as they do HAProxy's. SIGUSR2 means something to a master process only.
 */
export function obeySignals(serving: Serving): void {
  let stopping = false;
  on('SIGUSR1', () => {
    // a second one must neither end the first's work nor start Node's debugger
    if (stopping) return;
    stopping = true;
    serving.stopSoftly();
  });
  on('SIGUSR2', () => undefined);
  on('SIGHUP', () => serving.dumpState());
  on('SIGQUIT', () => serving.dumpMemory());
  on('SIGTTOU', () => serving.pause());
  on('SIGTTIN', () => serving.resume());
}

/** Listens to a signal where the platform has it. */
export function on(signal: NodeJS.Signals, act: () => void): void {
  if (signal in constants.signals) process.on(signal, act);
}

/** SIGQUIT's answer: HAProxy shows its pools, this program the memory that Node looks after. */
export function memoryText(): string {
  const { rss, heapTotal, heapUsed, external, arrayBuffers } = process.memoryUsage();
  return [
    'Dumping memory usage.',
    `  - Process : ${rss} bytes resident`,
    `  - Heap : ${heapTotal} bytes allocated, ${heapUsed} used`,
    `  - Buffers : ${arrayBuffers} bytes`,
    `  - External : ${external} bytes`,
    '',
  ].join('\n');
}
