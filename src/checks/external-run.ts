import { spawn, type ChildProcess } from 'node:child_process';
import type { CheckResult } from '../core/check.js';
import type { CheckTarget } from './plan.js';
import { connectTime, type CheckClock, type CheckTimeouts } from './timing.js';

const NOT_USED = 'NOT_USED';
/** What a shell's exit status is when the program cannot be started. */
const CANNOT_START = 255;
/** A signal ended it. */
const KILLED = -1;

/** One run of `external-check command` (manual 4.2): its exit status is the verdict. */
export class ExternalRun {
  readonly #started: number;
  readonly #cancelTimer: () => void;
  readonly #child: ChildProcess;
  #over = false;

  constructor(
    target: CheckTarget,
    timeouts: CheckTimeouts,
    readonly clock: CheckClock,
    readonly done: (result: CheckResult) => void,
  ) {
    this.#started = clock.now();
    const { command, proxyAddress, proxyPort, serverAddress, serverPort } = target.program;
    const args = [proxyAddress, proxyPort, serverAddress, serverPort].map((word) => word || NOT_USED);
    this.#child = spawn(command, args, { env: environment(target), stdio: ['ignore', 'inherit', 'inherit'] });
    // A program that cannot be started has no `exit`.
    this.#child.once('error', () => this.#finish(CANNOT_START));
    this.#child.once('exit', (code) => this.#finish(code ?? KILLED));
    this.#cancelTimer = clock.after(timeouts.check > 0 ? timeouts.check : connectTime(timeouts), () => this.#expire());
  }

  /** Ends the program without an answer. */
  cancel(): void {
    this.#over = true;
    this.#cancelTimer();
    this.#child.kill('SIGTERM');
  }

  #expire(): void {
    if (this.#over) return;
    this.#child.kill('SIGTERM');
    this.#report('PROCTOUT', 0);
  }

  #finish(code: number): void {
    if (!this.#over) this.#report(code === 0 ? 'PROCOK' : 'PROCERR', code);
  }

  #report(status: 'PROCOK' | 'PROCERR' | 'PROCTOUT', code: number): void {
    this.#over = true;
    this.#cancelTimer();
    this.done({ status, code, info: '', durationMs: Math.floor(this.clock.now() - this.#started) });
  }
}

/** Nothing of our own environment, as in HAProxy. */
function environment({ program, backend, name }: CheckTarget): NodeJS.ProcessEnv {
  return {
    HAPROXY_PROXY_NAME: backend.name,
    HAPROXY_PROXY_ID: String(program.proxyId),
    HAPROXY_PROXY_ADDR: program.proxyAddress,
    HAPROXY_PROXY_PORT: program.proxyPort,
    HAPROXY_SERVER_NAME: name,
    HAPROXY_SERVER_ID: String(program.serverId),
    HAPROXY_SERVER_ADDR: program.serverAddress,
    HAPROXY_SERVER_PORT: program.serverPort,
    HAPROXY_SERVER_MAXCONN: String(program.maxconn),
    HAPROXY_SERVER_CURCONN: String(program.connections),
    HAPROXY_SERVER_SSL: program.ssl ? '1' : '0',
    HAPROXY_SERVER_PROTO: backend.mode === 'http' ? 'h1' : 'tcp',
    PATH: program.path,
  };
}
