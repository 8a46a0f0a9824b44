import type { ChildProcess } from 'node:child_process';
import { exitStatus } from './status.js';

/** A process that the master started. */
export interface Child {
  readonly kind: 'worker' | 'program';
  /** `worker`, or the name of the program section. */
  readonly name: string;
  readonly pid: number;
  readonly process: ChildProcess;
  /** performance.now() at its start. */
  readonly startedAt: number;
  /** Reloads that it has survived. */
  reloads: number;
  /** It belongs to an earlier configuration and is to leave. */
  leaving: boolean;
  /** A worker: serves. A program: has been started. */
  ready: boolean;
}

/** All living children, in the order of their start. */
export class Children {
  readonly #children: Child[] = [];

  /** @param onExit called once it is gone from the list. @param status see exitStatus() */
  add(child: Child, onExit: (child: Child, status: number) => void): void {
    this.#children.push(child);
    child.process.once('exit', (code, signal) => {
      this.#children.splice(this.#children.indexOf(child), 1);
      onExit(child, exitStatus(code, signal));
    });
  }

  get all(): readonly Child[] {
    return this.#children;
  }

  /** @param leaving those of earlier configurations, or those of the current one */
  of(kind: Child['kind'], leaving: boolean): readonly Child[] {
    return this.#children.filter((child) => child.kind === kind && child.leaving === leaving);
  }

  signal(signal: NodeJS.Signals, which: (child: Child) => boolean = () => true): void {
    for (const child of this.#children) if (which(child)) child.process.kill(signal);
  }
}
