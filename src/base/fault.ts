/**
 * What to do with an exception that escaped from code that must not throw (an owner's callback, a timer): the one
 * connection concerned is closed by whoever caught it, and the bug is reported here. Never thrown on.
 */
export type FaultHandler = (where: string, error: unknown) => void;

let handler: FaultHandler = (where, error) => {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`[ALERT]    (${process.pid}) : internal error in ${where}: ${text}\n`);
};

/** Replaces the report (default: one line and the stack on stderr). @returns the handler that was there */
export function setFaultHandler(next: FaultHandler): FaultHandler {
  const before = handler;
  handler = next;
  return before;
}

/** Reports a caught bug; a handler that throws itself is ignored. */
export function reportFault(where: string, error: unknown): void {
  try {
    handler(where, error);
  } catch {
    // Reporting is the last resort: nothing is left to tell.
  }
}
