/** Where a stream is; gives the second termination character (manual 8.5). */
export const enum Phase {
  Request,
  Tarpit,
  Queue,
  /** Waiting a moment before another attempt on the same server. */
  TurnAround,
  Connect,
  Headers,
  Data,
  /** An answer of our own goes on (feed.ts). */
  Feed,
  Tunnel,
  Done,
}

/** That character, by phase. */
export const PHASE_LETTER = ['R', 'T', 'Q', 'C', 'C', 'H', 'D', 'D', 'D', '-'];
