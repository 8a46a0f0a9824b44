/** What differs between two runs of the same thing is taken out of a log line; what remains must be equal. */
export interface ComparableLine {
  readonly text: string;
  /** Milliseconds, -1 where the phase was not reached. */
  readonly timers: readonly number[];
}

const DATE = /\[\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d\.\d{3}\]/;
/** TR/Tw/Tc/Tr/Ta of httplog or Tw/Tc/Tt of tcplog, with logasap's plus. */
const TIMERS = /(?<= )(-?\d+(?:\/-?\d+){1,3}\/\+?\d+)(?= )/;
/** actconn/feconn/beconn/srv_conn/retries: the first four depend on how fast earlier clients were let go. */
const CONNECTIONS = / \d+\/\d+\/\d+\/\d+\/(\+?\d+) /;

/** Splits a httplog or tcplog line. */
export function comparable(line: string): ComparableLine {
  const timers = TIMERS.exec(line)?.[1] ?? '';
  const text = line
    .replace(/^\S+:\d+ /, 'CLIENT ')
    .replace(DATE, '[DATE]')
    .replace(
      TIMERS,
      timers.replace(/\d+/g, (digits, at: number) => (timers[at - 1] === '-' ? digits : 'n')),
    )
    .replace(CONNECTIONS, ' c/c/c/c/$1 ');
  return { text, timers: timers.replace('+', '').split('/').map(Number) };
}

/** Whether no phase differs by more than `tolerance` ms. */
export function timersAgree(left: ComparableLine, right: ComparableLine, tolerance = 400): boolean {
  return left.timers.every((value, index) => Math.abs(value - right.timers[index]) <= tolerance);
}
