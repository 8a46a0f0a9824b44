import { connect, type Socket } from 'node:net';
import { ACK, DEFAULT_TABLE_SIZE, FrameFlag, FrameType, PREFACE } from '../../src/protocol/h2/codes.js';
import { FieldList, HpackDecoder } from '../../src/protocol/h2/hpack-decoder.js';
import { HpackEncoder } from '../../src/protocol/h2/hpack-encoder.js';
import { atEnd } from './cleanup.js';
import { until } from './poll.js';

export type Fields = readonly (readonly [name: string, value: string])[];

/** What came back on one stream. */
export interface H2Answer {
  /** Interim heads, then the final one; fields in order. */
  readonly heads: string[][];
  body: string;
  trailers: string[] | undefined;
  /** 'end', or the code of RST_STREAM. */
  ending: 'open' | 'end' | `reset ${number}`;
}

/** One frame as bytes. */
export function frame(type: number, flags: number, stream: number, payload: Buffer | string = ''): Buffer {
  const bytes = typeof payload === 'string' ? Buffer.from(payload, 'latin1') : payload;
  const header = Buffer.alloc(9);
  header.writeUIntBE(bytes.length, 0, 3);
  header[3] = type;
  header[4] = flags;
  header.writeUInt32BE(stream, 5);
  return Buffer.concat([header, bytes]);
}

const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};

/** An HTTP/2 client without manners: sends what it is told, and writes down what comes back. */
export class H2Peer {
  readonly answers = new Map<number, H2Answer>();
  /** Last stream and code of GOAWAY. */
  goAway: string | undefined = undefined;
  settings: [number, number][] = [];
  pongs = 0;
  ending: 'open' | 'eof' | 'reset' = 'open';
  port = 0;
  /** Answers every DATA frame with as much window. */
  generous = true;
  /** Acknowledges settings. */
  polite = true;
  readonly #encoder = new HpackEncoder();
  readonly #decoder = new HpackDecoder(DEFAULT_TABLE_SIZE, 65_536);
  #received = Buffer.alloc(0);

  private constructor(readonly socket: Socket) {
    socket.on('data', (bytes) => this.#take(bytes));
    socket.on('end', () => (this.ending = 'eof'));
    socket.on('error', () => (this.ending = 'reset'));
    atEnd(() => void socket.destroy());
  }

  /** @param settings identifiers and values @param hello false: not even the preface */
  static async connect(port: number, settings: readonly [number, number][] = [], hello = true): Promise<H2Peer> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
    const peer = new H2Peer(socket);
    await new Promise<void>((connected, fail) => {
      socket.once('connect', connected);
      socket.once('error', fail);
    });
    peer.port = socket.localPort ?? 0;
    if (hello) peer.hello(settings);
    return peer;
  }

  hello(settings: readonly [number, number][] = []): void {
    const payload = settings.map(([id, value]) => {
      const bytes = Buffer.alloc(6);
      bytes.writeUInt16BE(id);
      bytes.writeUInt32BE(value, 2);
      return bytes;
    });
    this.send(Buffer.concat([PREFACE, frame(FrameType.Settings, 0, 0, Buffer.concat(payload))]));
  }

  send(bytes: Buffer | string): void {
    if (!this.socket.destroyed) this.socket.write(bytes);
  }

  block(fields: Fields): Buffer {
    const buffer = Buffer.alloc(fields.reduce((sum, [name, value]) => sum + HpackEncoder.room(name, value), 16));
    let at = this.#encoder.begin(buffer, 0);
    for (const [name, value] of fields) at = this.#encoder.field(buffer, at, name, value);
    return buffer.subarray(0, at);
  }

  headers(stream: number, fields: Fields, end = true): void {
    const flags = FrameFlag.EndHeaders | (end ? FrameFlag.EndStream : 0);
    this.send(frame(FrameType.Headers, flags, stream, this.block(fields)));
  }

  data(stream: number, data: string, end = true): void {
    this.send(frame(FrameType.Data, end ? FrameFlag.EndStream : 0, stream, data));
  }

  window(stream: number, increment: number): void {
    this.send(frame(FrameType.WindowUpdate, 0, stream, uint32(increment)));
  }

  reset(stream: number, code: number): void {
    this.send(frame(FrameType.RstStream, 0, stream, uint32(code)));
  }

  /** A stream that has ended, or whose connection has. */
  async answer(stream: number, ms = 10_000): Promise<H2Answer> {
    const over = (): boolean => this.ending !== 'open' || (this.answers.get(stream)?.ending ?? 'open') !== 'open';
    await until(`the end of stream ${stream}`, over, ms);
    return this.of(stream);
  }

  of(stream: number): H2Answer {
    let answer = this.answers.get(stream);
    if (answer === undefined) {
      answer = { heads: [], body: '', trailers: undefined, ending: 'open' };
      this.answers.set(stream, answer);
    }
    return answer;
  }

  close(): void {
    this.socket.destroy();
  }

  #take(bytes: Buffer): void {
    this.#received = Buffer.concat([this.#received, bytes]);
    for (;;) {
      if (this.#received.length < 9) return;
      const length = this.#received.readUIntBE(0, 3);
      if (this.#received.length < 9 + length) return;
      const [type, flags, stream] = [this.#received[3], this.#received[4], this.#received.readUInt32BE(5)];
      const payload = this.#received.subarray(9, 9 + length);
      this.#received = this.#received.subarray(9 + length);
      this.#frame(type, flags, stream, payload);
    }
  }

  #frame(type: FrameType, flags: number, stream: number, payload: Buffer): void {
    switch (type) {
      case FrameType.Headers:
        this.#head(stream, payload);
        break;
      case FrameType.Data:
        this.of(stream).body += payload.toString('latin1');
        if (this.generous && payload.length > 0) {
          this.window(0, payload.length);
          if ((flags & FrameFlag.EndStream) === 0) this.window(stream, payload.length);
        }
        break;
      case FrameType.RstStream:
        if (this.of(stream).ending === 'open') this.of(stream).ending = `reset ${payload.readUInt32BE()}`;
        return;
      case FrameType.GoAway:
        this.goAway = `${payload.readUInt32BE()} ${payload.readUInt32BE(4)}`;
        return;
      case FrameType.Ping:
        this.pongs++;
        return;
      case FrameType.Settings:
        for (let at = 0; at < payload.length; at += 6)
          this.settings.push([payload.readUInt16BE(at), payload.readUInt32BE(at + 2)]);
        if ((flags & ACK) === 0 && this.polite) this.send(frame(FrameType.Settings, ACK, 0));
        return;
      default:
        return;
    }
    if ((flags & FrameFlag.EndStream) !== 0) this.of(stream).ending = 'end';
  }

  #head(stream: number, payload: Buffer): void {
    const fields = new FieldList();
    if (!this.#decoder.decode(payload, 0, payload.length, fields, 1000, 1_000_000)) throw new Error('broken block');
    const lines = Array.from({ length: fields.count }, (_, i) => `${fields.names[i]}: ${fields.values[i]}`);
    const answer = this.of(stream);
    if (lines.some((line) => line.startsWith(':status'))) answer.heads.push(lines);
    else answer.trailers = lines;
  }
}
