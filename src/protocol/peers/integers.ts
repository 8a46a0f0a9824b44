/** Integers of the peers protocol (peers.txt, "Encoding"): small ones in one byte, up to 64 bits in ten. */

/** Gathers a message. */
export class Writer {
  private bytes = Buffer.allocUnsafe(256);
  length = 0;

  reset(): void {
    this.length = 0;
  }

  private reserve(count: number): void {
    if (this.length + count <= this.bytes.length) return;
    const larger = Buffer.allocUnsafe(2 * (this.length + count));
    this.bytes.copy(larger, 0, 0, this.length);
    this.bytes = larger;
  }

  byte(value: number): void {
    this.reserve(1);
    this.bytes[this.length++] = value;
  }

  /** In network order. */
  uint32(value: number): void {
    this.reserve(4);
    this.bytes.writeUInt32BE(value >>> 0, this.length);
    this.length += 4;
  }

  raw(data: Uint8Array): void {
    this.reserve(data.length);
    this.bytes.set(data, this.length);
    this.length += data.length;
  }

  /** @param value an integer from 0 to 2^53 */
  integer(value: number): void {
    if (value < 0xf0) {
      this.byte(value);
      return;
    }
    this.byte((value & 0x0f) | 0xf0);
    let rest = Math.floor((value - 0xf0) / 16);
    while (rest >= 0x80) {
      this.byte((rest & 0x7f) | 0x80);
      rest = Math.floor((rest - 0x80) / 128);
    }
    this.byte(rest);
  }

  /** A copy of what was gathered. */
  take(): Buffer {
    return Buffer.from(this.bytes.subarray(0, this.length));
  }

  view(): Buffer {
    return this.bytes.subarray(0, this.length);
  }
}

/** A message that ends before its fields do, or says what cannot be. */
export class PeerProtocolError extends Error {}

/** Reads the fields of a message. Every method throws PeerProtocolError at its end. */
export class Reader {
  constructor(
    private readonly bytes: Buffer,
    public at = 0,
    readonly end = bytes.length,
  ) {}

  get left(): number {
    return this.end - this.at;
  }

  byte(): number {
    if (this.at >= this.end) throw new PeerProtocolError('truncated message');
    return this.bytes[this.at++];
  }

  uint32(): number {
    const at = this.advance(4);
    return this.bytes.readUInt32BE(at);
  }

  raw(length: number): Buffer {
    const at = this.advance(length);
    return this.bytes.subarray(at, at + length);
  }

  integer(): number {
    let value = this.byte();
    if (value < 0xf0) return value;
    for (let scale = 16; ; scale *= 128) {
      const byte = this.byte();
      value += byte * scale;
      if (byte < 0x80) return value;
      if (scale > 2 ** 60) throw new PeerProtocolError('integer too long');
    }
  }

  private advance(length: number): number {
    if (length > this.left) throw new PeerProtocolError('truncated message');
    const { at } = this;
    this.at += length;
    return at;
  }
}
