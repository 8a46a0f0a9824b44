import type { Frontend } from '../state/frontend.js';

/** What the runtime API does to frontends' listening sockets. */
export interface FrontendControl {
  /** Stops accepting; connections go on. */
  pause(frontend: Frontend): void;
  /** Accepts again. */
  resume(frontend: Frontend): void;
  /** Gives the ports back for good. */
  stop(frontend: Frontend): void;
  /** The frontend's `maxconn` is another one now. */
  limited(frontend: Frontend): void;
  /** A limit was raised: who waits may come in. */
  makeRoom(): void;
}
