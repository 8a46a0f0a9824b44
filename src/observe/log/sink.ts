import type { LogLevel, LogSink } from '../../core/log.js';
import type { LogModel } from '../../config/model.js';
import { LogHeader } from './header.js';
import type { LogFormatName, LogIdentity } from './header.js';
import { Sampling } from './sampling.js';
import type { LogTarget } from './target.js';

/** One `log` line of the configuration: filters, format, length, and the target it writes to. */
export class FormattedSink implements LogSink {
  private readonly header: LogHeader;
  private readonly sampling: Sampling | undefined;
  private readonly longest: number;

  constructor(
    private readonly model: Pick<LogModel, 'target' | 'length' | 'sample' | 'facility' | 'maxLevel' | 'minLevel'>,
    format: LogFormatName,
    identity: LogIdentity,
    private readonly target: LogTarget,
  ) {
    this.header = new LogHeader(format, model.facility, identity);
    this.sampling = model.sample && new Sampling(model.sample.ranges, model.sample.size);
    this.longest = longestText(model, format);
  }

  send(level: LogLevel, message: string, tag: string, structured = ''): void {
    const severity: number = level;
    if (severity > this.model.maxLevel) return;
    if (this.sampling !== undefined && !this.sampling.take()) return;
    const shown = Math.max(severity, this.model.minLevel);
    const text = this.header.text(shown, tag, structured) + message;
    this.target.write(text.length > this.longest ? text.slice(0, this.longest) + '\n' : text + '\n');
  }
}

/**
 * `len` counts the header, and the newline only where HAProxy 2.6 lets it count: in raw lines and on descriptors.
 * Through a stream (HAProxy: an implicit ring) lines are not truncated.
 */
function longestText(model: Pick<LogModel, 'target' | 'length'>, format: LogFormatName): number {
  if (model.target.kind === 'tcp') return Number.POSITIVE_INFINITY;
  return format === 'raw' || model.target.kind === 'fd' ? model.length - 1 : model.length;
}
