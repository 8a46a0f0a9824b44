import { readData, readDefinition, readKey, type RemoteTable, sameKeys } from '../protocol/peers/entries.js';
import { PeerProtocolError, Reader } from '../protocol/peers/integers.js';
import { longMessage, TableMessage } from '../protocol/peers/messages.js';
import type { ReceivedNames } from '../protocol/peers/names.js';
import { Writer } from '../protocol/peers/integers.js';
import type { PeersSection } from '../state/peers.js';
import type { SharedTable } from '../state/stick-table/table.js';

/** A table that the peer talks of. */
interface Subject {
  readonly remote: RemoteTable;
  /** undefined = we have none that is like it: its entries are read over. */
  readonly table: SharedTable | undefined;
  /** Number of the last change that came, and of the last one that was confirmed. */
  received: number;
  confirmed: number;
}

/** What one connection learns from its peer. */
export class Learning {
  private readonly subjects = new Map<number, Subject>();
  private subject: Subject | undefined = undefined;

  constructor(
    private readonly section: PeersSection,
    readonly names: ReceivedNames,
  ) {}

  /** @throws PeerProtocolError */
  message(type: number, data: Buffer): void {
    const from = new Reader(data);
    switch (type as TableMessage) {
      case TableMessage.Definition:
        this.define(readDefinition(from));
        return;
      case TableMessage.Switch:
        this.subject = this.subjects.get(from.integer());
        return;
      case TableMessage.Update:
      case TableMessage.IncrementalUpdate:
      case TableMessage.TimedUpdate:
      case TableMessage.TimedIncrementalUpdate:
        this.update(type, from);
        return;
      case TableMessage.Ack:
        return;
    }
  }

  private define(remote: RemoteTable): void {
    const known = this.subjects.get(remote.id);
    const found = this.section.tables.find(({ name }) => name === remote.name)?.table;
    const table = found !== undefined && sameKeys(found, remote) ? found : undefined;
    this.subject = { remote, table, received: known?.received ?? 0, confirmed: known?.confirmed ?? 0 };
    this.subjects.set(remote.id, this.subject);
  }

  private update(type: TableMessage, from: Reader): void {
    const { subject } = this;
    if (subject === undefined) throw new PeerProtocolError('an entry of no table');
    const incremental = type === TableMessage.IncrementalUpdate || type === TableMessage.TimedIncrementalUpdate;
    subject.received = incremental ? (subject.received + 1) >>> 0 : from.uint32();
    const timed = type === TableMessage.TimedUpdate || type === TableMessage.TimedIncrementalUpdate;
    const life = timed ? from.uint32() : undefined;
    const { table, remote } = subject;
    if (table === undefined) return;
    const entry = table.hold(readKey(from, table));
    if (entry === 0) return;
    try {
      readData(from, remote, table, entry, this.names);
    } finally {
      table.releaseRemote(entry, life);
    }
  }

  /** Confirms what has come since the last time. */
  *confirmations(): Generator<Buffer> {
    for (const [id, subject] of this.subjects) {
      if (subject.received === subject.confirmed) continue;
      subject.confirmed = subject.received;
      const out = new Writer();
      out.integer(id);
      out.uint32(subject.received);
      yield longMessage(TableMessage.Ack, out.view());
    }
  }

  /** Tables that the peer has told of, for `show peers`. */
  get tables(): readonly Subject[] {
    return [...this.subjects.values()];
  }
}
