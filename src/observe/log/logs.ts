import { hostname } from 'node:os';
import type { Span } from '../../config/diagnostics.js';
import type { GlobalModel, LogModel, ProxyModel } from '../../config/model.js';
import type { ProxyLogger } from '../../core/log.js';
import type { LogFormats } from '../../state/compile-log.js';
import { logProblem } from './problem.js';
import { createProxyLogger } from './proxy-logger.js';
import { LogSinks } from './sinks.js';

/** Operators' filters, halog's too, look for this name; HAProxy takes it from its own file name. */
const DEFAULT_TAG = 'haproxy';

/** The logs of one process or thread: every `log` line of the configuration, and the loggers made of them. */
export class Logs {
  private readonly sinks: LogSinks;

  /** @param now Date.now() */
  constructor(
    private readonly global: Pick<GlobalModel, 'logs' | 'logTag' | 'logSendHostname'>,
    pid: number,
    now: () => number,
  ) {
    const sendHostname = global.logSendHostname;
    this.sinks = new LogSinks({
      tag: global.logTag ?? DEFAULT_TAG,
      pid,
      hostname: sendHostname === '' ? hostname() : sendHostname,
      now,
    });
  }

  /** Lines lost so far (`DroppedLogs` of `show info`). */
  get dropped(): number {
    return this.sinks.dropped;
  }

  /** The logger of one proxy. Opens its sockets. */
  createLogger(proxy: ProxyModel, formats: Pick<LogFormats, 'line' | 'errorLine' | 'structured'>): ProxyLogger {
    const { options } = proxy;
    return createProxyLogger({
      mode: proxy.mode,
      sinks: logsOf(proxy, this.global.logs).map((model) => this.sinks.open(model)),
      tag: proxy.logTag ?? '',
      line: formats.line,
      errorLine: formats.errorLine,
      structured: formats.structured,
      dontlognull: options.dontlognull === true,
      dontlogNormal: options['dontlog-normal'] === true,
      separateErrors: options['log-separate-errors'] === true,
    });
  }

  /** Ends all sinks after what they can still send. */
  close(): void {
    this.sinks.close();
  }
}

/** `log global` stands for the lines of the global section. */
function logsOf(proxy: ProxyModel, global: readonly LogModel[]): readonly LogModel[] {
  return proxy.logGlobal ? [...global, ...proxy.logs] : proxy.logs;
}

interface LoggingConfig {
  readonly global: Pick<GlobalModel, 'logs'>;
  readonly proxies: readonly ProxyModel[];
}

/** The `log` lines whose lines will be lost on this machine, for warnings at start; each once. */
export function lostLogs(config: LoggingConfig): { readonly span: Span; readonly message: string }[] {
  const models = new Set(config.proxies.flatMap((proxy) => logsOf(proxy, config.global.logs)));
  return [...models].flatMap((model) => {
    const message = logProblem(model);
    return message === undefined ? [] : [{ span: model.span, message }];
  });
}
