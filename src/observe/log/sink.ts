import type { LogLevel, LogSink } from '../../core/log.js';
import type { LogModel } from '../../config/model.js';
import { forwardedHead, type ReceivedLine } from './forward/line.js';
import { LogHeader } from './header.js';
import type { LogFormatName, LogIdentity } from './header.js';
import { Sampling } from './sampling.js';
import type { LogTarget } from './target.js';

/** A sink that also passes on lines of others (`log-forward`). */
export interface LineSink extends LogSink {
  forward(line: ReceivedLine): void;
}

/** Which lines a `log` line takes, and as what level. */
export class LineFilter {
  private readonly sampling: Sampling | undefined;

  constructor(private readonly model: Pick<LogModel, 'sample' | 'maxLevel' | 'minLevel'>) {
    this.sampling = model.sample && new Sampling(model.sample.ranges, model.sample.size);
  }

  /** @returns the level to be shown, -1 = the line is not taken */
  shown(level: number): number {
    if (level > this.model.maxLevel) return -1;
    if (this.sampling !== undefined && !this.sampling.take()) return -1;
    return Math.max(level, this.model.minLevel);
  }
}

type SinkModel = Pick<
  LogModel,
  'target' | 'length' | 'sample' | 'facility' | 'maxLevel' | 'minLevel' | 'format' | 'formatGiven'
>;

/** One `log` line of the configuration: filters, format, length, and the target it writes to. */
export class FormattedSink implements LineSink {
  private readonly header: LogHeader;
  private readonly filter: LineFilter;
  private readonly longest: number;

  constructor(
    private readonly model: SinkModel,
    format: LogFormatName,
    identity: LogIdentity,
    private readonly target: LogTarget,
  ) {
    this.header = new LogHeader(format, model.facility, identity);
    this.filter = new LineFilter(model);
    this.longest = longestText(model, format);
  }

  send(level: LogLevel, message: string, tag: string, structured = ''): void {
    const shown = this.filter.shown(level);
    if (shown >= 0) this.write(this.header.text(shown, tag, structured) + message, this.longest);
  }

  /** Without a `format` the line keeps the one that it came in. */
  forward(line: ReceivedLine): void {
    const shown = this.filter.shown(line.level);
    if (shown < 0) return;
    const format = this.model.formatGiven === true ? this.model.format : undefined;
    const longest = longestText(this.model, 'local');
    this.write(forwardedHead(line, format, shown, this.model.facility, this.header) + line.text, longest);
  }

  private write(text: string, longest: number): void {
    this.target.write(text.length > longest ? text.slice(0, longest) + '\n' : text + '\n');
  }
}

/**
 * `len` counts the header, and the newline only where HAProxy 2.6 lets it count: in raw lines of its own and on
 * descriptors.
 * Through a stream (HAProxy: an implicit ring) lines are not truncated.
 */
function longestText(model: Pick<LogModel, 'target' | 'length'>, format: LogFormatName): number {
  if (model.target.kind === 'tcp') return Number.POSITIVE_INFINITY;
  return format === 'raw' || model.target.kind === 'fd' ? model.length - 1 : model.length;
}
