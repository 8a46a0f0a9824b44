import { PeerProtocolError, Reader, Writer } from './integers.js';

/** Messages of the peers protocol 2.1 (peers.txt). */

export const enum MessageClass {
  Control = 0,
  Error = 1,
  StickTable = 10,
}

export const enum Control {
  ResyncRequest = 0,
  ResyncFinished = 1,
  ResyncPartial = 2,
  ResyncConfirm = 3,
  Heartbeat = 4,
}

export const enum ErrorType {
  Protocol = 0,
  SizeLimit = 1,
}

export const enum TableMessage {
  Update = 128,
  IncrementalUpdate = 129,
  Definition = 130,
  Switch = 131,
  Ack = 132,
  /** With the entry's remaining life. */
  TimedUpdate = 133,
  TimedIncrementalUpdate = 134,
}

/** Types from here on carry data, and its length. */
const FIRST_LONG = 128;
/** Longer ones are not for us: HAProxy's fit its buffer. */
const LONGEST = 1 << 20;

export const PROTOCOL = 'HAProxyS';
export const VERSION = '2.1';

/** Answers to a hello message. */
export const enum Status {
  Success = 200,
  TryAgain = 300,
  ProtocolError = 501,
  BadVersion = 502,
  LocalMismatch = 503,
  RemoteMismatch = 504,
}

/** The three lines with which a peer begins. */
export function helloText(remote: string, local: string, pid: number): string {
  return `${PROTOCOL} ${VERSION}\n${remote}\n${local} ${pid} 1\n`;
}

export interface Hello {
  /** Whom it takes us for. */
  readonly remote: string;
  readonly local: string;
  /** 2.0 knows neither heartbeats nor times. */
  readonly minor: number;
}

/** @returns what is wrong with it, when it is no hello of a version that we speak */
export function readHello(first: string, second: string, third: string): Hello | Status {
  const [, protocol, major, minor] = /^(\S+) (\d+)\.(\d+)$/.exec(first) ?? [];
  if (protocol !== PROTOCOL) return Status.ProtocolError;
  if (major !== '2') return Status.BadVersion;
  const local = third.split(' ')[0];
  return local === '' ? Status.ProtocolError : { remote: second, local, minor: Number(minor) };
}

/** A message without data. */
export const shortMessage = (kind: MessageClass, type: number): Buffer => Buffer.from([kind, type]);

/** A message with data. */
export function longMessage(type: TableMessage, data: Buffer): Buffer {
  const head = new Writer();
  head.byte(MessageClass.StickTable);
  head.byte(type);
  head.integer(data.length);
  head.raw(data);
  return head.take();
}

/** Cuts what arrives into messages. */
export class MessageSplitter {
  private rest = Buffer.alloc(0);

  /**
   * @param each gets every complete message; `data` is valid until it returns. It may say false to stop.
   * @throws PeerProtocolError
   */
  push(buffer: Buffer, each: (kind: number, type: number, data: Buffer) => boolean): void {
    const bytes = this.rest.length === 0 ? buffer : Buffer.concat([this.rest, buffer]);
    let at = 0;
    while (bytes.length - at >= 2) {
      const type = bytes[at + 1];
      let start = at + 2;
      let length = 0;
      if (type >= FIRST_LONG) {
        const header = lengthAt(bytes, start);
        if (header === undefined) break;
        ({ start, length } = header);
        if (bytes.length - start < length) break;
      }
      const kind = bytes[at];
      at = start + length;
      if (!each(kind, type, bytes.subarray(start, at))) return;
    }
    // what is left is copied: the buffer is the connection's
    this.rest = Buffer.from(bytes.subarray(at));
  }
}

/** @returns undefined while the length itself has not arrived completely */
function lengthAt(bytes: Buffer, at: number): { start: number; length: number } | undefined {
  let last = at;
  if (last >= bytes.length) return undefined;
  if (bytes[last] >= 0xf0) {
    do last++;
    while (last < bytes.length && bytes[last] >= 0x80);
    if (last >= bytes.length) return undefined;
  }
  const reader = new Reader(bytes, at, last + 1);
  const length = reader.integer();
  if (length > LONGEST) throw new PeerProtocolError('message too long');
  return { start: reader.at, length };
}
