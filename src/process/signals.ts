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

const ACTS: Partial<Record<NodeJS.Signals, (serving: Serving) => void>> = {
  SIGUSR1: (serving) => serving.stopSoftly(),
  SIGUSR2: () => undefined,
  SIGHUP: (serving) => serving.dumpState(),
  SIGQUIT: (serving) => serving.dumpMemory(),
  SIGTTOU: (serving) => serving.pause(),
  SIGTTIN: (serving) => serving.resume(),
};

/**
 * Obeys signals. Those that come before there is something to obey wait for that, as with HAProxy, which blocks them:
 * otherwise they would end or stop the program, and SIGUSR1 start Node's debugger. SIGTERM and SIGINT are left to the
 * system: they end the program at once, with the exit status that says so, as they do HAProxy's. SIGUSR2 means something
 * to a master process only.
 * @returns to be called once the program serves
 */
export function holdSignals(): (serving: Serving) => void {
  let serving: Serving | undefined;
  let stopping = false;
  const early: (() => void)[] = [];
  for (const [signal, act] of Object.entries(ACTS)) {
    const obey = (): void => {
      if (serving === undefined) early.push(obey);
      else if (signal !== 'SIGUSR1') act(serving);
      else if (!stopping) {
        // a second one must not end the first's work
        stopping = true;
        act(serving);
      }
    };
    on(signal as NodeJS.Signals, obey);
  }
  return (ready) => {
    serving = ready;
    for (const obey of early.splice(0)) obey();
  };
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
