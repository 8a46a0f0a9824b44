import { Control, MessageClass, shortMessage } from '../protocol/peers/messages.js';
import type { RemotePeer } from '../state/peers.js';
import type { PeerConnection } from './connection.js';
import { Lesson } from './teaching.js';

/** Messages that are sent before others have their turn. */
const BATCH = 200;

/** Another process of the section, connected or not, and what it knows. */
export class Peer {
  connection: PeerConnection | undefined = undefined;
  /** One that we are making. */
  pending: PeerConnection | undefined = undefined;
  readonly lessons: readonly Lesson[];
  /** It asked for everything: it is told when that was sent. */
  teaching = false;
  /** We asked it for everything, and it has not said that this was all. */
  asked = false;
  /** It said that it does not know everything itself: it is not asked again. */
  partial = false;
  /** What its last connection led to. */
  lastStatus = 'NONE';
  connections = 0;
  protocolErrors = 0;
  heartbeatsSent = 0;
  heartbeatsReceived = 0;
  /** Connections that were closed because nothing was heard, and because the peer had made one as well. */
  silences = 0;
  collisions = 0;
  /** When the last handshake was over, ms; -1 = never. */
  lastHandshake = -1;
  /** Cancels the next attempt to connect. */
  cancelRetry: (() => void) | undefined = undefined;

  constructor(
    readonly name: string,
    /** undefined = ourselves: a process that takes over from this one, or that this one takes over from. */
    readonly remote: RemotePeer | undefined,
    tables: ConstructorParameters<typeof Lesson>[1][],
    names: readonly string[],
    /** Whether we know everything ourselves. */
    private readonly complete: () => boolean,
  ) {
    this.lessons = tables.map((table, index) => new Lesson(index + 1, table, names[index]));
  }

  get local(): boolean {
    return this.remote === undefined;
  }

  /** The connection is open: what it did not confirm before is told again. */
  begin(connection: PeerConnection): void {
    this.connection = connection;
    this.connections++;
    for (const lesson of this.lessons) lesson.begin();
  }

  /** It wants to know everything. */
  teachAll(): void {
    this.teaching = true;
    for (const lesson of this.lessons) lesson.teachAll();
    this.push();
  }

  acknowledge(id: number, change: number): void {
    this.lessons.find((each) => each.id === id)?.confirm(change);
  }

  /** Sends what it does not know yet, as far as the connection takes it. */
  push(): void {
    const { connection } = this;
    if (connection?.open !== true) return;
    for (const message of connection.learning.confirmations()) connection.send(message);
    for (const lesson of this.lessons) if (!this.teach(lesson, connection)) return;
    if (!this.teaching) return;
    this.teaching = false;
    const type = this.complete() ? Control.ResyncFinished : Control.ResyncPartial;
    connection.send(shortMessage(MessageClass.Control, type));
  }

  /** @returns false when there is more to tell, but not now */
  private teach(lesson: Lesson, connection: PeerConnection): boolean {
    if (!lesson.pending) return true;
    const messages = [lesson.definition(connection.out)];
    while (lesson.pending) {
      if (messages.length >= BATCH) {
        connection.send(Buffer.concat(messages.splice(0)));
        if (!connection.writable) return false;
      }
      const message = lesson.next(connection.out, connection.sentNames);
      if (message !== undefined) messages.push(message);
    }
    if (messages.length > 0) connection.send(Buffer.concat(messages));
    return true;
  }
}
