import { createRequire } from 'node:module';
import type { Logger, LoggerOptions } from 'pino';
import { LEVELS } from '../../../config/keywords/log-target.js';
import type { LogModel } from '../../../config/model.js';
import type { LogLevel, ObjectSink } from '../../../core/log.js';
import type { ReceivedLine } from '../forward/line.js';
import type { LogIdentity } from '../header.js';
import { LineFilter, type LineSink } from '../sink.js';
import type { Facts } from './facts.js';

type SyslogLogger = Logger<(typeof LEVELS)[number]>;

const require = createRequire(import.meta.url);

/** pino's numbers rise with severity, those of syslog fall. */
const NUMBERS = Object.fromEntries(LEVELS.map((level, index) => [level, (LEVELS.length - index) * 10]));

/** `log … format json`: each line is an object, written by pino. `len` does not apply: half an object is none. */
export class JsonSink implements LineSink, ObjectSink {
  private readonly logger: SyslogLogger;
  private readonly filter: LineFilter;

  /** @param write takes a line with its newline */
  constructor(
    model: Pick<LogModel, 'sample' | 'maxLevel' | 'minLevel'>,
    private readonly identity: LogIdentity,
    write: (line: string) => void,
  ) {
    this.filter = new LineFilter(model);
    this.logger = createLogger(identity, (line) => write(bytesOf(line)));
  }

  send(level: LogLevel, message: string, tag: string): void {
    this.sendObject(level, message, tag, {});
  }

  sendObject(level: LogLevel, message: string, tag: string, facts: Facts): void {
    const shown = this.filter.shown(level);
    if (shown >= 0) this.logger[LEVELS[shown]]({ tag: tag || this.identity.tag, ...facts }, textOf(message));
  }

  /** The program that wrote the line is told apart from the one that passes it on. */
  forward(line: ReceivedLine): void {
    const shown = this.filter.shown(line.level);
    if (shown < 0) return;
    const { time, host, tag, pid, messageId, structured } = line;
    const sender = { time, host, tag, pid, message_id: messageId, structured };
    const given = Object.entries(sender).filter(([, value]) => value !== '' && value !== '-');
    const facts = { tag: this.identity.tag, sender: Object.fromEntries(given) };
    this.logger[LEVELS[shown]](facts, textOf(line.text));
  }
}

const NOT_ASCII = /[^\0-\x7f]/;

/** Bytes (latin1) as text: what is no UTF-8 must not make a line invalid. */
const textOf = (bytes: string): string => (NOT_ASCII.test(bytes) ? Buffer.from(bytes, 'latin1').toString() : bytes);

/** The way back, for targets, which write bytes. */
const bytesOf = (text: string): string => (NOT_ASCII.test(text) ? Buffer.from(text).toString('latin1') : text);

function createLogger({ pid, hostname, now }: LogIdentity, write: (line: string) => void): SyslogLogger {
  // loaded with the first such line: most configurations have none
  const { pino } = require('pino') as typeof import('pino');
  const options: LoggerOptions<(typeof LEVELS)[number]> = {
    customLevels: NUMBERS as Record<(typeof LEVELS)[number], number>,
    useOnlyCustomLevels: true,
    level: 'debug',
    messageKey: 'message',
    base: hostname === undefined ? { pid } : { pid, host: hostname },
    timestamp: () => `,"time":"${new Date(now()).toISOString()}"`,
    formatters: { level: (label) => ({ level: label }) },
  };
  return pino(options, { write });
}
