import { BodyReader } from '../../protocol/h1/body.js';
import type { H1Response } from '../../protocol/h1/head.js';
import type { ParseOptions } from '../../protocol/h1/parser.js';
import type { Carry } from '../../protocol/carry.js';

/** What rules that wait can see of a response's body. Costs nothing while nobody looks. */
export class HeldResponse {
  /** The server closed behind it. */
  ended = false;
  private probe: BodyReader | undefined = undefined;
  private scanned = -1;
  private text = '';

  /** @param source where the bytes wait, and how they are framed; undefined = nothing is held back */
  constructor(private readonly source: () => { carry: Carry; head: H1Response; options: ParseOptions } | undefined) {}

  /** The payload so far, as latin1. */
  payload(): string {
    this.scan();
    return this.text;
  }

  get complete(): boolean {
    this.scan();
    return this.ended || this.probe?.done === true;
  }

  reset(): void {
    this.ended = false;
    this.probe = undefined;
    this.scanned = -1;
    this.text = '';
  }

  private scan(): void {
    const source = this.source();
    if (source === undefined || source.carry.length === this.scanned) return;
    const { carry, head, options } = source;
    const probe = new BodyReader();
    probe.start(head.framing, head.contentLength, options.maxHeaders, options.maxHeadSize);
    if (!probe.done) probe.feed(carry.buffer, carry.start, carry.end);
    this.text = probe.data.text(carry.buffer);
    this.scanned = carry.length;
    this.probe = probe;
  }
}
