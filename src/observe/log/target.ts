/**
 * Where complete lines go: one socket or descriptor, shared by all `log` lines that name it.
 *
 * write() never throws and never blocks: a line that cannot be handed on now, or soon from a bounded buffer, is dropped
 * and counted. The proxy's traffic never waits for its log.
 */
export interface LogTarget {
  /** Lines lost so far. */
  readonly dropped: number;
  /** @param line complete, the newline included; latin1 */
  write(line: string): void;
  /** Ends the target after what it can still send. */
  close(): void;
}

/** Takes the place of a target that this machine cannot have: every line counts as dropped. */
export class NoTarget implements LogTarget {
  dropped = 0;

  write(): void {
    this.dropped++;
  }

  close(): void {}
}
