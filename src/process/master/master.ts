import type { ProgramModel } from '../../config/model.js';
import type { WantedSocket } from './assignment.js';
import { Children, type Child } from './children.js';
import { asMessage, type ToMaster } from './messages.js';
import { MasterSockets } from './sockets.js';
import { spawnProgram, spawnWorker, type WorkerOrders } from './spawn.js';
import { isOrderly, statusText } from './status.js';

/** What a master needs to know of a configuration that has no errors. */
export interface Blueprint {
  readonly sources: WorkerOrders['sources'];
  readonly sockets: readonly WantedSocket[];
  readonly sameNumber: readonly number[];
  readonly programs: readonly ProgramModel[];
  readonly noExitOnFailure: boolean;
  readonly maxReloads: number | undefined;
}

/** The master's surroundings. */
export interface MasterHost {
  /** Reads the configuration and prints what is wrong with it. @returns undefined when it must not be used */
  load(): Promise<Blueprint | undefined>;
  say(severity: 'alert' | 'warning' | 'notice', message: string): void;
  /** Another configuration: who speaks is said again before the next warning. */
  introduceAgain(): void;
  /** systemd, if it listens. */
  notify(state: string): void;
  /** In the background: children have no terminal once they serve. */
  readonly background: boolean;
}

/**
 * The master of master-worker mode (management manual 4, configuration manual 3.1 `master-worker`): it holds the
 * listening sockets, starts a worker that serves, and another one for each new configuration, which takes over before
 * the former is told to leave. It never serves itself.
 */
export class Master {
  readonly children = new Children();
  readonly startedAt = performance.now();
  /** Reloads so far, and how many of the last ones failed. */
  reloads = 0;
  failed = 0;
  #blueprint: Blueprint | undefined = undefined;
  readonly #sockets = new MasterSockets();
  #stopping = false;
  #failing = false;
  #ended = false;
  #status = 0;
  #busy = false;
  #again = false;
  #finish: (status: number) => void = () => undefined;
  /** Resolves with the program's exit code when the last child is gone. */
  readonly finished = new Promise<number>((resolve) => (this.#finish = resolve));

  constructor(private readonly host: MasterHost) {}

  #started: () => void = () => undefined;
  /** Resolves when the first start is over, well or badly. */
  readonly started = new Promise<void>((resolve) => (this.#started = resolve));
  /** The first start is not over. */
  starting = true;

  /** First start. @returns undefined once a worker serves, else the exit code */
  async start(): Promise<number | undefined> {
    this.#busy = true;
    const started = await this.#begin(true);
    this.#busy = false;
    this.starting = false;
    this.#started();
    if (started !== 0) return started;
    this.host.notify(`READY=1\nMAINPID=${process.pid}`);
    if (this.#again) void this.reload();
    return undefined;
  }

  /** SIGUSR2: a worker with the configuration as it is now takes over. The former serves on when that fails. */
  async reload(): Promise<void> {
    if (this.#stopping) return;
    this.#again = this.#busy;
    if (this.#busy) return;
    this.#busy = true;
    this.host.say('notice', 'Reloading HAProxy');
    this.host.notify('RELOADING=1');
    this.reloads++;
    for (const child of this.children.all) child.reloads++;
    const former = [...this.children.all];
    this.host.introduceAgain();
    if ((await this.#begin(false)) === 0) {
      this.failed = 0;
      this.#dismiss(former);
    } else {
      this.failed++;
      this.host.say('warning', 'Loading failure!');
    }
    this.host.introduceAgain();
    this.host.notify(`READY=1\nMAINPID=${process.pid}`);
    this.#busy = false;
    if (this.#again) await this.reload();
  }

  /** SIGTERM, SIGINT: all children end now. SIGUSR1: when their connections have ended. */
  stop(signal: 'SIGTERM' | 'SIGINT' | 'SIGUSR1'): void {
    if (!this.#stopping) {
      this.host.introduceAgain();
      this.host.say('warning', 'Exiting Master process...');
      this.host.notify('STOPPING=1');
    }
    this.#stopping = true;
    // one that does not serve yet cannot end softly
    if (signal === 'SIGUSR1') this.children.signal('SIGTERM', ({ ready }) => !ready);
    this.children.signal(signal, ({ ready }) => ready || signal !== 'SIGUSR1');
    this.#endIfAlone();
  }

  /** Starts what the configuration says now. @returns 0 once it serves, else the exit code that says why not */
  async #begin(first: boolean): Promise<number> {
    const blueprint = await this.host.load();
    if (blueprint === undefined || this.#stopping) return 1;
    const problems = this.#sockets.propose(blueprint.sockets);
    if (problems.length > 0) {
      for (const problem of problems) this.host.say('alert', problem);
      this.host.say('alert', '[haproxy.main()] Some protocols failed to start their listeners! Exiting.');
      return 1;
    }
    const status = await this.#startWorker(blueprint);
    if (status !== 0) {
      this.#sockets.drop();
      return status;
    }
    this.#sockets.keep();
    this.#blueprint = blueprint;
    for (const program of blueprint.programs) if (first || program.startOnReload) this.#startProgram(program);
    this.host.say('notice', 'Loading success.');
    return 0;
  }

  /** @returns 0 once it listens, else how it ended */
  async #startWorker({ sources, sameNumber }: Blueprint): Promise<number> {
    const worker = spawnWorker({ sources, sameNumber, descriptors: this.#sockets.descriptors });
    if (worker.pid === 0) {
      this.host.say('alert', '[haproxy.main()] Cannot fork.');
      return 1;
    }
    this.host.say('notice', `New worker (${worker.pid}) forked`);
    return new Promise((resolve) => {
      this.children.add(worker, (child, status) => {
        if (child.ready) this.#gone(child, status);
        else {
          // 0 is what a worker answers that was stopped before it served
          resolve(status === 0 ? 1 : status);
          this.#endIfAlone();
        }
      });
      worker.process.on('message', (value) => {
        if (asMessage<ToMaster>(value, ['listening'])?.kind !== 'listening') return;
        worker.ready = true;
        if (this.host.background) worker.process.send({ kind: 'leave-terminal' });
        resolve(0);
      });
    });
  }

  #startProgram(program: ProgramModel): void {
    const child = spawnProgram(program, this.host.background);
    if (child.pid === 0) {
      child.process.once('error', (error) => {
        const reason = 'code' in error && error.code === 'ENOENT' ? 'No such file or directory' : error.message;
        this.host.say('alert', `Cannot execute ${program.command[0]}: ${reason}`);
        this.#fail(1);
      });
      return;
    }
    this.host.say('notice', `New program '${program.name}' (${child.pid}) forked`);
    this.children.add(child, (gone, status) => this.#gone(gone, status));
  }

  /** A new worker serves: those before it finish what they have. */
  #dismiss(former: readonly Child[]): void {
    for (const child of former) {
      child.leaving = true;
      child.process.kill('SIGUSR1');
    }
    const most = this.#blueprint?.maxReloads ?? Infinity;
    this.children.signal('SIGTERM', ({ kind, leaving, reloads }) => kind === 'worker' && leaving && reloads > most);
  }

  #gone({ kind, name, pid, leaving }: Child, status: number): void {
    const what = kind === 'worker' ? `worker (${pid})` : `program '${name}' (${pid})`;
    const text = `${leaving ? 'Former' : 'Current'} ${what} exited with code ${statusText(status)}`;
    this.host.say(leaving || status === 0 ? 'warning' : 'alert', text);
    // SIGTERM is an end like any other; SIGINT is none, but the exit code tells of it
    if (!leaving && this.#status === 0 && status !== 143) this.#status = status;
    if (!leaving && !isOrderly(status)) this.#fail(status);
    this.#endIfAlone();
  }

  /** A child of the current configuration ended badly. */
  #fail(status: number): void {
    if (this.#status === 0) this.#status = status;
    if (this.#failing || this.#blueprint?.noExitOnFailure === true) return this.#endIfAlone();
    this.fail(status);
  }

  /** Ends all children, and then the program with this exit code. */
  fail(status: number): void {
    if (this.#status === 0) this.#status = status;
    this.#failing = true;
    this.#stopping = true;
    this.host.say('alert', 'exit-on-failure: killing every processes with SIGTERM');
    this.children.signal('SIGTERM');
    this.#endIfAlone();
  }

  #endIfAlone(): void {
    if (this.#ended || this.children.all.length > 0 || (this.#busy && !this.#stopping)) return;
    this.#ended = true;
    this.host.say('warning', `All workers exited. Exiting... (${this.#status})`);
    this.#sockets.close();
    this.#finish(this.#status);
  }
}
