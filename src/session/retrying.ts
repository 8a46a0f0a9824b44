import type { Backend } from '../state/backend.js';
import type { Server } from '../state/server.js';
import { mayUse } from '../upstream/direct.js';
import { nextAttempt } from '../upstream/retry.js';
import type { Failure } from './rescue.js';

/** Trying at once what was just refused would only fail again: HAProxy waits a second, or the connect timeout. */
const TURN_AROUND = 1000;

/** Attempts to reach a server. How one is made differs between HTTP and TCP, what follows when it fails does not. */
export interface Retrying {
  /** A server that failed: another is preferred. */
  avoid: Server | undefined;
  /** Why the stream is on its server (Stick bits). */
  readonly stick: number;
  readonly stream: {
    readonly backend: Backend | undefined;
    readonly server: Server | undefined;
    readonly log: { retries: number };
  };
  /** Chooses a server, or waits for one. */
  findServer(): void;
  /** Connects to a server whose slot is the stream's. */
  attempt(server: Server): void;
  /** Gives the slot back. */
  dropServer(): void;
  /** Waits before the next attempt. @param ms how long */
  turnAround(ms: number): void;
  /** No further attempt is made. */
  giveUp(failure: Failure): void;
}

/** The connection to `stream.server` failed: once more, elsewhere, or no more (manual 4.2 `retries`, `redispatch`). */
export function retryConnect(attempts: Retrying, failure: Failure): void {
  const { stream } = attempts;
  const backend = stream.backend as Backend;
  const server = stream.server as Server;
  backend.onTraffic?.(server, false, 'layer4');
  const next = nextAttempt(backend, server, stream.log.retries, attempts.stick);
  if (next === 'give-up') {
    attempts.giveUp(failure);
    return;
  }
  stream.log.retries++;
  const pause = Math.min(TURN_AROUND, backend.timeouts.connect || TURN_AROUND);
  if (next === 'redispatch') {
    attempts.avoid = server;
    attempts.dropServer();
    if (failure === 'connect-refused' && backend.balancer.deterministic) attempts.turnAround(pause);
    else attempts.findServer();
  } else if (failure === 'connect-refused') attempts.turnAround(pause);
  else attempts.attempt(server);
}

/** The wait is over: the same server again if it is still there. */
export function afterTurnAround(attempts: Retrying): void {
  const { server } = attempts.stream;
  if (server !== undefined && mayUse(server, attempts.stick)) {
    attempts.attempt(server);
    return;
  }
  if (server !== undefined) {
    attempts.avoid = server;
    attempts.dropServer();
  }
  attempts.findServer();
}
