import { LogLevel } from '../../core/log.js';
import type { LogSink, ObjectSink, ProxyLogger } from '../../core/log.js';
import type { ConnectionFailure, LogFacts, StreamContext } from '../../core/stream.js';
import { connectLine, failureLine } from './connect-line.js';
import { streamFacts, streamMessage, type Facts } from './json/facts.js';

/** The value of `http-request set-log-level silent`. */
const SILENT = 8;
const LEVELS: readonly LogLevel[] = [
  LogLevel.Emerg,
  LogLevel.Alert,
  LogLevel.Crit,
  LogLevel.Err,
  LogLevel.Warning,
  LogLevel.Notice,
  LogLevel.Info,
  LogLevel.Debug,
];
const FIRST_SERVER_ERROR = 500;

/** Failures (`fc_err`) of connections whose client sent nothing, or not in time. */
const SAID_NOTHING: ReadonlySet<number> = new Set([11, 12, 13, 18, 19, 20, 24, 26]);

export interface ProxyLoggerSettings {
  /** The proxy's name, for objects. */
  readonly name?: string;
  readonly mode: 'http' | 'tcp';
  readonly sinks: readonly LogSink[];
  /** Lines of `format json`. */
  readonly objects?: readonly ObjectSink[];
  /** `log-format`: its text is wanted in objects too. */
  readonly ownText?: boolean;
  /** `log-tag` of the proxy, '' = the program's. */
  readonly tag: string;
  /** Writes the line (`option httplog`, `tcplog`, `log-format`); undefined = the default `Connect from` line. */
  readonly line: ((stream: StreamContext) => string) | undefined;
  /** `error-log-format`; undefined = HAProxy's own line. */
  readonly errorLine?: ((stream: StreamContext) => string) | undefined;
  /** `log-format-sd`; undefined = none. */
  readonly structured: ((stream: StreamContext) => string) | undefined;
  /** `option dontlognull`: nothing is logged for a connection on which the client sent nothing. */
  readonly dontlognull: boolean;
  /** `option dontlog-normal`: only what went wrong is logged. */
  readonly dontlogNormal: boolean;
  /** `option log-separate-errors`: what went wrong is logged as `err`. */
  readonly separateErrors: boolean;
}

/** The logger of one proxy. */
export function createProxyLogger(settings: ProxyLoggerSettings): ProxyLogger {
  return new StreamLogger(settings);
}

class StreamLogger implements ProxyLogger {
  readonly active: boolean;
  readonly atStart: boolean;
  readonly writesObjects: boolean;
  private readonly objects: readonly ObjectSink[];
  /** For requests that never were. */
  private readonly errorLine: (stream: StreamContext) => string;
  /** Lines written so far (%lc). */
  private lines = 0;

  constructor(private readonly settings: ProxyLoggerSettings) {
    this.objects = settings.objects ?? [];
    this.writesObjects = this.objects.length > 0;
    this.active = settings.sinks.length > 0 || this.writesObjects;
    this.atStart = settings.line === undefined;
    this.errorLine = settings.errorLine ?? settings.line ?? ((stream) => connectLine(stream, settings.mode));
  }

  stream(stream: StreamContext): void {
    const { settings } = this;
    if (!this.active) return;
    if (settings.line === undefined) {
      // written before anything is known of the stream, so that no option applies; what never became a request has none
      if (settings.mode === 'tcp' || stream.log.requestLine !== '')
        this.event(LogLevel.Info, connectLine(stream, settings.mode));
      return;
    }
    const facts = stream.log;
    if (facts.level === SILENT || (settings.dontlognull && facts.bytesIn === 0)) return;
    const failed = wentWrong(facts, settings.mode);
    if (settings.dontlogNormal && !failed) return;
    facts.logCounter = this.lines++;
    const structured = settings.structured === undefined ? '' : settings.structured(stream);
    const level = this.levelOf(facts, failed);
    // what never became a request has no stream in HAProxy: its line is that of a failed connection
    const line = facts.requestLine === '' && settings.mode === 'http' ? this.errorLine : settings.line;
    if (settings.sinks.length > 0) this.send(level, line(stream), structured);
    if (this.writesObjects) this.sendStream(level, stream, line);
  }

  failed(stream: StreamContext, failure: ConnectionFailure): void {
    const { settings } = this;
    // as in HAProxy, the default format has no line for these
    if (!this.active || settings.line === undefined || (settings.dontlognull && SAID_NOTHING.has(failure.code))) return;
    const line = settings.errorLine?.(stream) ?? failureLine(stream, failure);
    const level = settings.separateErrors ? LogLevel.Err : LogLevel.Info;
    this.send(level, line, '');
    this.sendObjects(level, line, { proxy: settings.name });
  }

  event(level: LogLevel, message: string): void {
    this.send(level, message, '');
    this.sendObjects(level, message, { proxy: this.settings.name });
  }

  private sendStream(level: LogLevel, stream: StreamContext, line: (stream: StreamContext) => string): void {
    const { mode, ownText } = this.settings;
    const message = ownText === true ? line(stream) : streamMessage(stream, mode);
    this.sendObjects(level, message, streamFacts(stream, mode));
  }

  private sendObjects(level: LogLevel, message: string, facts: Facts): void {
    for (const sink of this.objects) sink.sendObject(level, message, this.settings.tag, facts);
  }

  private levelOf(facts: LogFacts, failed: boolean): LogLevel {
    if (facts.level >= 0) return LEVELS[facts.level];
    return failed && this.settings.separateErrors ? LogLevel.Err : LogLevel.Info;
  }

  private send(level: LogLevel, message: string, structured: string): void {
    const { sinks, tag } = this.settings;
    for (let i = 0; i < sinks.length; i++) sinks[i].send(level, message, tag, structured);
  }
}

/**
 * What HAProxy counts as an error here: redispatched or retried, ended by a timeout, an abort or a rule (`L` is
 * the proxy's own answer), or a status from 500 on.
 */
function wentWrong(facts: LogFacts, mode: 'http' | 'tcp'): boolean {
  if (facts.redispatched || (mode === 'http' && facts.status >= FIRST_SERVER_ERROR)) return true;
  const cause = facts.termination[0];
  return cause === '-' ? facts.retries > 0 : cause !== 'L';
}
