import { HpackEncoder } from './hpack-encoder.js';

/** A field block being made. One per thread: it is written into a frame before the next one begins. */
export class FieldBlock {
  buffer = Buffer.allocUnsafeSlow(4096);
  length = 0;
  private encoder!: HpackEncoder;

  begin(encoder: HpackEncoder): this {
    this.encoder = encoder;
    this.length = encoder.begin(this.buffer, 0);
    return this;
  }

  status(status: number): void {
    this.reserve(HpackEncoder.room(':status', '000'));
    this.length = this.encoder.status(this.buffer, this.length, status);
  }

  /** @param name in lower case */
  add(name: string, value: string): void {
    this.reserve(HpackEncoder.room(name, value));
    this.length = this.encoder.field(this.buffer, this.length, name, value);
  }

  private reserve(bytes: number): void {
    if (this.length + bytes <= this.buffer.length) return;
    const larger = Buffer.allocUnsafeSlow((this.length + bytes) * 2);
    this.buffer.copy(larger, 0, 0, this.length);
    this.buffer = larger;
  }
}
