import { setImmediate as nextTurn } from 'node:timers/promises';
import type { BindModel } from '../config/model.js';
import { ListenError } from '../core/transport.js';
import { Acceptor } from '../listener/acceptor.js';
import { bindListener, bindProblem } from '../listener/bind.js';
import type { Session } from '../listener/session.js';
import { HANDOVER_SUFFIX, offerSockets, type OpenListeners } from '../protocol/transport/handover.js';
import { removeQuietly } from '../protocol/transport/listening.js';
import type { Engine } from '../session/engine.js';
import type { CompiledRuntime } from '../state/compile.js';
import type { Frontend, Listener } from '../state/frontend.js';

/** What others do about the ports. */
export interface PortsOwner {
  /** A connection is over, so that one that waits may come in. */
  roomMade(): void;
  /** The last connection of a frontend is over. */
  idle(): void;
  say(severity: 'alert' | 'warning', message: string): void;
}

/** All ports of the frontends, and who came in by them. */
export class Ports {
  readonly acceptors: Acceptor[] = [];
  private readonly withdrawals: (() => void)[] = [];
  private paused = false;

  /** @param listening what is open now, for a successor */
  constructor(
    private readonly runtime: CompiledRuntime,
    private readonly engine: Engine,
    private readonly listening: OpenListeners,
    private readonly owner: PortsOwner,
  ) {}

  of(frontend: Frontend): Acceptor | undefined {
    return this.acceptors.find((acceptor) => acceptor.frontend === frontend);
  }

  get sessions(): Session[] {
    return this.acceptors.flatMap(({ sessions }) => [...sessions]);
  }

  makeRoom(): void {
    for (const acceptor of this.acceptors) acceptor.makeRoom();
  }

  /** @returns what went wrong, in HAProxy's words; then forget() what did open */
  async open(): Promise<string[]> {
    const problems: string[] = [];
    const { owner } = this;
    for (const frontend of this.runtime.frontends) {
      const acceptor = new Acceptor(
        frontend,
        this.engine,
        () => owner.roomMade(),
        () => owner.idle(),
      );
      this.acceptors.push(acceptor);
      problems.push(...(await this.bind(acceptor, () => true)));
    }
    return problems;
  }

  forget(): void {
    this.close();
    this.acceptors.length = 0;
  }

  private async bind(acceptor: Acceptor, which: (listener: Listener) => boolean): Promise<string[]> {
    const problems: string[] = [];
    for (const listener of acceptor.frontend.listeners.filter(which)) {
      try {
        await bindListener(acceptor, listener, this.engine.transports);
      } catch (error) {
        if (!(error instanceof ListenError)) throw error;
        problems.push(bindProblem(listener, error));
      }
    }
    return problems;
  }

  /** SIGTTOU: gives the TCP ports back, for another process to take. What is connected goes on. */
  async pause(release: () => void): Promise<void> {
    if (this.paused) return;
    this.paused = true;
    await backlogAccepted();
    release();
    for (const acceptor of this.acceptors) {
      acceptor.release();
      this.owner.say('warning', `Paused frontend ${acceptor.frontend.name}.`);
    }
  }

  /** SIGTTIN: the other process did not take them, so they are opened again. @returns false if they were not paused */
  async resume(): Promise<boolean> {
    if (!this.paused) return false;
    this.paused = false;
    for (const acceptor of this.acceptors) {
      const problems = acceptor.frontend.disabled
        ? []
        : await this.bind(acceptor, (listener) => listener.bindAddress.kind === 'ip');
      for (const problem of problems) this.owner.say('alert', problem);
      if (problems.length === 0) this.owner.say('warning', `Resumed frontend ${acceptor.frontend.name}.`);
    }
    return true;
  }

  /** `stats socket … expose-fd listeners`: a successor may take the ports over (`-x`). */
  offer(sockets: readonly { readonly bind: BindModel }[]): void {
    for (const { bind } of sockets) {
      const [address] = bind.addresses;
      if (bind.exposeFd === undefined || address.kind !== 'unix') continue;
      const offered = offerSockets(address.host, bind.mode, this.listening);
      if (typeof offered === 'string') {
        this.owner.say('warning', `expose-fd: listening sockets cannot be offered (${offered})`);
      } else this.withdrawals.push(offered);
    }
  }

  /** A successor that knows the path may take the ports over. What goes wrong is no matter: it has other ways. */
  offerAt(path: string): void {
    const offered = offerSockets(path, 0o600, this.listening);
    if (typeof offered === 'string') return;
    this.withdrawals.push(() => {
      offered();
      removeQuietly(path + HANDOVER_SUFFIX); // with other rights by now it stays, and nobody answers
    });
  }

  /** Nobody else comes in. */
  close(): void {
    for (const withdraw of this.withdrawals.splice(0)) withdraw();
    for (const acceptor of this.acceptors) acceptor.close();
  }
}

/** One turn of the event loop accepts all that wait: those in the queue of a socket that closes are reset by the kernel. */
export async function backlogAccepted(): Promise<void> {
  await nextTurn();
  await nextTurn();
}
