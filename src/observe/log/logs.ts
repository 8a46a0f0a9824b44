import { hostname } from 'node:os';
import type { Span } from '../../config/diagnostics.js';
import type { ConfigModel, GlobalModel, LogForwardModel, LogModel, ProxyModel } from '../../config/model.js';
import type { LogLevel, ProxyLogger } from '../../core/log.js';
import type { LogFormats } from '../../state/compile-log.js';
import type { Facts } from './json/facts.js';
import { JsonSink } from './json/sink.js';
import { logProblem } from './problem.js';
import { createProxyLogger } from './proxy-logger.js';
import { Rings } from './ring/index.js';
import type { RingWriter } from './ring/sink.js';
import type { LineSink } from './sink.js';
import { LogSinks } from './sinks.js';

/** Operators' filters, halog's too, look for this name; HAProxy takes it from its own file name. */
const DEFAULT_TAG = 'haproxy';

/** Rings, or ways to them. */
interface RingWriters {
  get(name: string): RingWriter | undefined;
  /** Lines lost on the way. */
  readonly lost: number;
}

/** The parts of a configuration that logs are made of. */
export type LoggingModel = Pick<ConfigModel, 'rings'> & {
  readonly global: Pick<GlobalModel, 'logs' | 'logTag' | 'logSendHostname'>;
};

/** The logs of one process or thread: every `log` line of the configuration, and the loggers made of them. */
export class Logs {
  private readonly sinks: LogSinks;
  private processSinks: JsonSink[] | undefined = undefined;
  private readonly global: Pick<GlobalModel, 'logs' | 'logTag' | 'logSendHostname'>;
  /** Rings of this process; in other threads than the main one they stay empty. */
  readonly rings: Rings;

  /** @param now Date.now(). @param writers where lines for rings go; default: into them */
  constructor(
    { global, rings }: LoggingModel,
    pid: number,
    now: () => number,
    private readonly writers?: RingWriters,
  ) {
    this.global = global;
    const sendHostname = global.logSendHostname;
    const identity = {
      tag: global.logTag ?? DEFAULT_TAG,
      pid,
      hostname: sendHostname === '' ? hostname() : sendHostname,
      now,
    };
    this.rings = new Rings(rings, identity);
    this.sinks = new LogSinks(identity, (name) => (writers ?? this.rings).get(name));
  }

  /** Lines lost so far (`DroppedLogs` of `show info`). */
  get dropped(): number {
    return this.sinks.dropped + (this.writers ?? this.rings).lost;
  }

  /**
   * What the program itself has to say, for the global lines of `format json`.
   * @returns whether the terminal need not say it too: it, or its neighbour, has the object
   */
  announce(level: LogLevel, message: string, facts: Facts = {}): boolean {
    this.processSinks ??= this.global.logs.flatMap((model) => {
      const mayBe = model.format === 'json' || model.target.kind === 'ring';
      const sink = mayBe ? this.sinks.open(model) : undefined;
      return sink instanceof JsonSink ? [sink] : [];
    });
    for (const sink of this.processSinks) sink.sendObject(level, message, '', facts);
    return this.replacesText;
  }

  /** A global line of `format json` goes to a descriptor: text beside it would spoil what reads it. */
  get replacesText(): boolean {
    return this.global.logs.some(({ format, target }) => format === 'json' && target.kind === 'fd');
  }

  /** The logger of one proxy. Opens its sockets. */
  createLogger(proxy: ProxyModel, formats: Pick<LogFormats, 'line' | 'errorLine' | 'structured'>): ProxyLogger {
    const { options } = proxy;
    const sinks = logsOf(proxy, this.global.logs).map((model) => this.sinks.open(model));
    return createProxyLogger({
      name: proxy.name,
      mode: proxy.mode,
      sinks: sinks.filter((sink) => !(sink instanceof JsonSink)),
      objects: sinks.filter((sink) => sink instanceof JsonSink),
      ownText: proxy.logFormat?.kind === 'custom',
      tag: proxy.logTag ?? '',
      line: formats.line,
      errorLine: formats.errorLine,
      structured: formats.structured,
      dontlognull: options.dontlognull === true,
      dontlogNormal: options['dontlog-normal'] === true,
      separateErrors: options['log-separate-errors'] === true,
    });
  }

  /** Where a `log-forward` section passes lines on to. Opens its sockets. */
  openForward(section: LogForwardModel): LineSink[] {
    return logsOf(section, this.global.logs).map((model) => this.sinks.open(model));
  }

  /** Lines of other threads. */
  takeLines(ring: string, lines: readonly { readonly text: string; readonly facility: number }[]): void {
    const sink = this.rings.get(ring);
    for (const { text, facility } of lines) sink?.write(text, facility);
  }

  /** Ends all sinks after what they can still send. */
  close(): void {
    this.rings.stop();
    this.sinks.close();
  }
}

/** `log global` stands for the lines of the global section. */
function logsOf(proxy: Pick<ProxyModel, 'logs' | 'logGlobal'>, global: readonly LogModel[]): readonly LogModel[] {
  return proxy.logGlobal ? [...global, ...proxy.logs] : proxy.logs;
}

interface LoggingConfig {
  readonly global: Pick<GlobalModel, 'logs'>;
  readonly proxies: readonly ProxyModel[];
  readonly logForwards: readonly LogForwardModel[];
}

/** The `log` lines whose lines will be lost on this machine, for warnings at start; each once. */
export function lostLogs(config: LoggingConfig): { readonly span: Span; readonly message: string }[] {
  const sections = [...config.proxies, ...config.logForwards];
  const models = new Set(sections.flatMap((section) => logsOf(section, config.global.logs)));
  return [...models].flatMap((model) => {
    const message = logProblem(model);
    return message === undefined ? [] : [{ span: model.span, message }];
  });
}
