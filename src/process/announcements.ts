import { setFaultHandler } from '../base/fault.js';
import type { Diagnostics } from '../config/diagnostics.js';
import { BE, FE } from '../core/counters.js';
import { LogLevel, type ProxyLogger } from '../core/log.js';
import type { Logs } from '../observe/log/index.js';
import type { CompiledRuntime } from '../state/compile.js';

type Console = (severity: 'alert' | 'warning', message: string) => void;

/** What a process says of itself: on the terminal, and in logs, as HAProxy does; as objects where a log takes them. */
export class Announcer {
  constructor(
    private readonly logs: Logs,
    private readonly runtime: CompiledRuntime,
    private readonly console: Console | undefined,
  ) {}

  /** @param logger the log that is told as well */
  say(severity: 'alert' | 'warning', message: string, logger?: ProxyLogger): void {
    const level = severity === 'alert' ? LogLevel.Alert : LogLevel.Warning;
    const told = logger?.writesObjects === true ? this.logs.replacesText : this.logs.announce(level, message);
    if (!told) this.console?.(severity, message);
  }

  /**
   * What was found in the configuration, for a log of objects.
   * @returns whether the terminal need not show it
   */
  diagnostics({ list }: Diagnostics): boolean {
    for (const { severity, message, hint, span } of list) {
      if (severity === 'diag') continue;
      const level = severity === 'alert' ? LogLevel.Alert : severity === 'warning' ? LogLevel.Warning : LogLevel.Notice;
      const place = span && { file: span.source.file, line: span.source.line, column: span.column };
      this.logs.announce(level, message, { ...place, ...(hint === undefined ? {} : { hint }) });
    }
    return this.logs.replacesText;
  }

  started(): void {
    const { process: facts, frontends } = this.runtime;
    const listening = frontends.flatMap(({ listeners }) => listeners.map(({ address }) => address));
    this.logs.announce(LogLevel.Notice, 'started', { version: facts.version, listening });
    if (!this.logs.replacesText) return;
    setFaultHandler((where, error) => {
      const stack = error instanceof Error ? error.stack : String(error);
      this.logs.announce(LogLevel.Alert, `internal error in ${where}`, { error: stack });
    });
  }

  /** A soft stop begins. */
  stopping(): void {
    for (const { model, frontend, backend } of this.runtime.proxies) {
      const conns = `FE: ${frontend?.figures.sum(FE.connTot) ?? 0}, BE: ${backend?.figures.sum(BE.stot) ?? 0}`;
      this.tellProxy((frontend ?? backend)?.logger, `Proxy ${model.name} stopped (cumulated conns: ${conns}).`);
    }
  }

  /** `hard-stop-after` is over. */
  stoppingHard(): void {
    this.say('warning', 'soft-stop running for too long, performing a hard-stop.');
    for (const { figures, name, logger } of this.runtime.frontends) {
      const left = figures.sum(FE.scur);
      if (left > 0) this.tellProxy(logger, `Proxy ${name} hard-stopped (${left} remaining conns will be closed).`);
    }
  }

  stopped(): void {
    this.logs.announce(LogLevel.Notice, 'stopped');
  }

  /** As HAProxy, on stderr and in the log of the proxy. */
  private tellProxy(logger: ProxyLogger | undefined, text: string): void {
    this.say('warning', text, logger);
    logger?.event(LogLevel.Warning, text);
  }
}
