import { LogLevel } from '../../../core/log.js';
import type { LogModel, RingModel } from '../../../config/model.js';
import { forwardedHead, type ReceivedLine } from '../forward/line.js';
import { LogHeader, type LogIdentity } from '../header.js';
import { LineFilter, type LineSink } from '../sink.js';
import { Ring } from './ring.js';

/** Where the lines of a ring go: into it, or to the thread that has it. */
export interface RingWriter {
  readonly model: Pick<RingModel, 'format'>;
  /** @param text with its head, without a newline */
  write(text: string, facility: number): void;
}

/** A `ring` section that lines are written to. */
export class RingSink implements RingWriter {
  readonly ring: Ring;

  constructor(
    readonly model: Pick<RingModel, 'name' | 'description' | 'size' | 'maxLength' | 'format'>,
    private readonly identity: LogIdentity,
  ) {
    this.ring = new Ring(model.size);
  }

  /** When lines were lost before this one, that is said first, as HAProxy does. */
  write(text: string, facility: number): void {
    const { ring } = this;
    if (ring.dropped > 0 && !this.confess(facility)) {
      ring.dropped++;
      ring.lost++;
    } else ring.write(this.cut(text));
  }

  private cut(text: string): string {
    return text.length > this.model.maxLength ? text.slice(0, this.model.maxLength) : text;
  }

  private confess(facility: number): boolean {
    const { dropped, lost } = this.ring;
    const head = new LogHeader(this.model.format, facility, this.identity).text(LogLevel.Notice, '', '');
    const told = this.ring.write(this.cut(`${head}${dropped} event${dropped === 1 ? '' : 's'} dropped`));
    // an attempt that fails is no event that was lost
    this.ring.dropped = told ? 0 : dropped;
    this.ring.lost = lost;
    return told;
  }
}

/** A `log ring@…` line: the ring says how lines look, the line what it takes. */
export class RingLineSink implements LineSink {
  private readonly header: LogHeader;
  private readonly filter: LineFilter;

  constructor(
    private readonly model: LogModel,
    identity: LogIdentity,
    private readonly ring: RingWriter,
  ) {
    this.header = new LogHeader(ring.model.format, model.facility, identity);
    this.filter = new LineFilter(model);
  }

  send(level: LogLevel, message: string, tag: string, structured = ''): void {
    const shown = this.filter.shown(level);
    if (shown < 0) return;
    this.ring.write(this.header.text(shown, tag, structured) + this.cut(message), this.model.facility);
  }

  forward(line: ReceivedLine): void {
    const shown = this.filter.shown(line.level);
    if (shown < 0) return;
    const head = forwardedHead(line, this.ring.model.format, shown, this.model.facility, this.header);
    this.ring.write(head + this.cut(line.text), this.model.facility);
  }

  /** `len` is that of the text here; the ring's `maxlen` counts the head too. */
  private cut(text: string): string {
    return text.length > this.model.length ? text.slice(0, this.model.length) : text;
  }
}
