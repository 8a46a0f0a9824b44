import type { ConnectionFailure, StreamContext } from './stream.js';

/** Syslog severities, RFC 5424 section 6.2.1. */
export const enum LogLevel {
  Emerg,
  Alert,
  Crit,
  Err,
  Warning,
  Notice,
  Info,
  Debug,
}

/** Where lines go after they are formatted: one `log` line of the configuration, with its format and filters. */
export interface LogSink {
  /**
   * Sends one line (without header and newline; latin1).
   * @param tag `log-tag` of the proxy, '' = the program's name
   * @param structured structured data (`log-format-sd`) for the rfc5424 format, none = `-`
   */
  send(level: LogLevel, message: string, tag: string, structured?: string): void;
}

/** A sink that writes objects rather than lines (`format json`). */
export interface ObjectSink extends LogSink {
  /** @param facts what is known beside the text */
  sendObject(level: LogLevel, message: string, tag: string, facts: Readonly<Record<string, unknown>>): void;
}

/** All log lines of one proxy, ready to be written to. */
export interface ProxyLogger {
  /** False when nobody listens: the session then records nothing for the log. */
  readonly active: boolean;
  /** True: stream() is to be called when the stream begins (the `Connect from` line), else at its end. */
  readonly atStart?: boolean;
  /** Events are written as objects too. */
  readonly writesObjects?: boolean;
  /** A stream ended (or, with `option logasap`, its response began). Applies dontlognull, dontlog-normal, log-separate-errors. */
  stream(stream: StreamContext): void;
  /** A connection ended before it became a session (manual 8.2.5, `error-log-format`). */
  failed?(stream: StreamContext, failure: ConnectionFailure): void;
  /** `Connect from …` etc.; also server state changes and other events. */
  event(level: LogLevel, message: string): void;
}
