import type { Transport } from '../../core/transport.js';

/** Up to this many bytes a body part is joined to the head's text: one write instead of two. */
const JOIN_LIMIT = 4096;

/**
 * Gathers what one event produces for one connection, so that it leaves in as few writes as possible:
 *
 *     text (a head, a reply)  +  buffer[start..end) (body bytes, still in the read buffer)
 *
 * Bytes are not copied: flush() before the read callback returns.
 */
export class Output {
  private text = '';
  private buffer: Buffer | undefined = undefined;
  private start = 0;
  private end = 0;

  get empty(): boolean {
    return this.text === '' && this.buffer === undefined;
  }

  addText(transport: Transport, text: string): void {
    if (this.buffer !== undefined) this.flush(transport);
    this.text += text;
  }

  addBytes(transport: Transport, buffer: Buffer, start: number, end: number): void {
    if (start >= end) return;
    if (this.buffer === buffer && this.end === start) {
      this.end = end;
      return;
    }
    if (this.buffer !== undefined) this.flush(transport);
    this.buffer = buffer;
    this.start = start;
    this.end = end;
  }

  /** @returns true when the kernel took everything */
  flush(transport: Transport): boolean {
    const { text, buffer, start, end } = this;
    if (buffer === undefined) {
      if (text === '') return true;
      this.text = '';
      return transport.writeLatin1(text);
    }
    this.buffer = undefined;
    if (text === '') return transport.write(buffer, start, end);
    this.text = '';
    if (end - start <= JOIN_LIMIT) return transport.writeLatin1(text + buffer.latin1Slice(start, end));
    transport.writeLatin1(text);
    return transport.write(buffer, start, end);
  }

  discard(): void {
    this.text = '';
    this.buffer = undefined;
  }
}
