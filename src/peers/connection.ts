import type { Transport, TransportOwner } from '../core/transport.js';
import { PeerProtocolError, Reader, Writer } from '../protocol/peers/integers.js';
import {
  Control,
  ErrorType,
  helloText,
  MessageClass,
  MessageSplitter,
  readHello,
  shortMessage,
  Status,
  TableMessage,
} from '../protocol/peers/messages.js';
import { ReceivedNames, SentNames } from '../protocol/peers/names.js';
import type { PeersSection } from '../state/peers.js';
import { Learning } from './learning.js';
import type { Peer } from './peer.js';

/** A head of more than this is no hello. */
const LONGEST_HELLO = 1024;
/** Bytes on their way at which sending waits for the peer. */
const HIGH_WATER = 256 * 1024;

/** What a connection needs of its section. */
export interface ConnectionUser {
  readonly section: PeersSection;
  /** Monotonic ms. */
  now(): number;
  /** A hello has come. @returns the peer that may go on, or what it is answered */
  greeted(remote: string, local: string): Peer | Status;
  /** Both sides know each other. */
  opened(connection: PeerConnection): void;
  /** Something has come: the peer is alive. */
  heard(connection: PeerConnection): void;
  control(connection: PeerConnection, type: Control): void;
  /** @param error what was wrong with it, '' = nothing */
  closed(connection: PeerConnection, error: string): void;
}

/**
 * A connection between two peers (peers.txt):
 *
 *     Hello ─► (ours: Answer ─►) Open
 */
export class PeerConnection implements TransportOwner {
  /** Whom it is with; undefined until it has said so. */
  peer: Peer | undefined;
  open = false;
  readonly learning: Learning;
  readonly sentNames = new SentNames();
  readonly out = new Writer();
  /** When something was last heard, and said, ms of the group's clock. */
  lastHeard = 0;
  lastSaid = 0;
  status = '';
  private greeting = '';
  private readonly splitter = new MessageSplitter();
  private over = false;

  /** @param ours the peer that we connect to; undefined = it has connected to us */
  constructor(
    readonly transport: Transport,
    private readonly user: ConnectionUser,
    readonly ours: Peer | undefined,
  ) {
    this.peer = ours;
    this.learning = new Learning(user.section, new ReceivedNames());
  }

  /** More can be sent now. */
  get writable(): boolean {
    return this.open && !this.transport.closed && this.transport.pendingBytes < HIGH_WATER;
  }

  onConnect(): void {
    const { section } = this.user;
    if (this.ours !== undefined) this.say(helloText(this.ours.name, section.local, process.pid));
  }

  onData(buffer: Buffer, length: number): void {
    if (this.over) return;
    try {
      const bytes = this.open ? buffer.subarray(0, length) : this.greet(buffer, length);
      if (bytes === undefined) return;
      this.splitter.push(bytes, (kind, type, data) => this.message(kind, type, data));
    } catch (error) {
      if (!(error instanceof PeerProtocolError)) throw error;
      this.fail(error.message, shortMessage(MessageClass.Error, ErrorType.Protocol));
    }
  }

  onEnd(): void {
    this.transport.destroy();
  }

  onDrain(): void {
    this.peer?.push();
  }

  onClose(error: string): void {
    if (this.over) return;
    this.over = true;
    this.open = false;
    this.user.closed(this, error);
  }

  send(message: Buffer): void {
    if (this.transport.closed) return;
    this.lastSaid = this.user.now();
    this.transport.write(message, 0, message.length);
  }

  private say(text: string): void {
    if (!this.transport.closed) this.transport.writeLatin1(text);
  }

  close(): void {
    this.transport.destroy();
  }

  /** Says why, and closes. */
  private fail(error: string, message: Buffer): void {
    this.send(message);
    this.over = true;
    this.open = false;
    this.transport.end();
    this.transport.destroy();
    this.user.closed(this, error);
  }

  // --- the handshake ---

  /** @returns what has come behind the handshake; undefined while it goes on */
  private greet(buffer: Buffer, length: number): Buffer | undefined {
    this.greeting += buffer.latin1Slice(0, length);
    const wanted = this.ours === undefined ? 3 : 1;
    const lines = this.greeting.split('\n');
    if (lines.length <= wanted) {
      if (this.greeting.length > LONGEST_HELLO) this.transport.destroy();
      return undefined;
    }
    const used = lines.slice(0, wanted).reduce((sum, line) => sum + line.length + 1, 0);
    const rest = Buffer.from(this.greeting.slice(used), 'latin1');
    const accepted = this.ours === undefined ? this.answerHello(lines) : this.readAnswer(lines[0]);
    if (!accepted) return undefined;
    this.open = true;
    this.user.opened(this);
    return rest;
  }

  private answerHello([first, second, third]: string[]): boolean {
    const hello = readHello(first, second, third);
    const answer = typeof hello === 'number' ? hello : this.user.greeted(hello.remote, hello.local);
    if (typeof answer === 'number') {
      this.say(`${answer}\n`);
      this.transport.end();
      this.over = true;
      return false;
    }
    this.peer = answer;
    this.say(`${Status.Success}\n`);
    this.status = 'ESTA';
    return true;
  }

  private readAnswer(line: string): boolean {
    this.status = line;
    if (Number(line) === Status.Success) return true;
    this.transport.destroy();
    return false;
  }

  // --- messages ---

  private message(kind: number, type: number, data: Buffer): boolean {
    this.user.heard(this);
    if (kind === (MessageClass.Control as number)) this.user.control(this, type);
    else if (kind === (MessageClass.StickTable as number)) this.tableMessage(type, data);
    else {
      // the peer gives up, or speaks of what nobody knows
      this.transport.destroy();
      return false;
    }
    return !this.over;
  }

  private tableMessage(type: number, data: Buffer): void {
    if (type !== (TableMessage.Ack as number)) {
      this.learning.message(type, data);
      return;
    }
    const from = new Reader(data);
    const id = from.integer();
    this.peer?.acknowledge(id, from.uint32());
  }
}
