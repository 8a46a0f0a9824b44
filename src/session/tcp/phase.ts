/** Where a session is; gives the second termination character (manual 8.5). */
export const enum TcpPhase {
  /** `tcp-request content` rules look at what arrives. */
  Inspect,
  Queue,
  TurnAround,
  Connect,
  Data,
  Done,
}

/** That character, by phase. */
export const PHASE_LETTER = ['R', 'Q', 'C', 'C', 'D', '-'];
