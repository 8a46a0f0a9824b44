import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { reportFault } from '../base/fault.js';
import type { ConnectSpec, ListenSpec, Transport, TransportListener, TransportProvider } from '../core/transport.js';
import { Control, MessageClass, shortMessage, Status } from '../protocol/peers/messages.js';
import type { PeerListener, PeersSection } from '../state/peers.js';
import { socketPath } from '../state/socket-path.js';
import { PeerConnection, type ConnectionUser } from './connection.js';
import { Peer } from './peer.js';

/** Time, injectable. */
export interface PeerClock {
  /** Monotonic ms. */
  now(): number;
  /** Calls `run` in `ms`. @returns what cancels it */
  after(ms: number, run: () => void): () => void;
  /** [0, 1) */
  random(): number;
}

/** How long a peer may be silent, a handshake may take, and others are waited for to tell everything, ms. */
const SILENCE = 5000;
/** What is said at the latest, ms. */
const HEARTBEAT = 3000;
/** How often it is seen to that all this is so, ms. */
const ROUND = 500;
/** A connection that broke is made again within this time, so that two peers do not do so at the same time, ms. */
const [SOON, SPREAD] = [50, 2000] as const;

/** How long a new process waits for what others can tell it, before it serves its first client, ms. */
const PATIENCE = 500;

/** The peers of one section: who is connected, and who tells whom what (peers-v2.0.txt, III). */
export class PeerGroup implements ConnectionUser {
  readonly peers: readonly Peer[];
  private readonly self: Peer;
  private readonly listeners: TransportListener[] = [];
  private readonly connections = new Set<PeerConnection>();
  /** All that others could tell is known. */
  private complete = false;
  private started = false;
  private resyncLimit = 0;
  private cancelRound: () => void = () => undefined;
  private stopping = false;
  /** Times that tables were looked at. */
  rounds = 0;
  private onReady: (() => void) | undefined = undefined;
  private onTold: (() => void) | undefined = undefined;

  constructor(
    readonly section: PeersSection,
    private readonly transports: TransportProvider,
    private readonly clock: PeerClock,
  ) {
    const tables = section.tables.map(({ table }) => table);
    const names = section.tables.map(({ name }) => name);
    const make = (name: string, remote: Peer['remote']): Peer =>
      new Peer(name, remote, tables, names, () => this.complete);
    this.self = make(section.local, undefined);
    this.peers = [this.self, ...section.remotes.map((remote) => make(remote.name, remote))];
  }

  /** What it listens on, for a master process that opens it instead. */
  wanted(): { readonly spec: ListenSpec; readonly listener: PeerListener }[] {
    return this.section.listeners.map((listener) => ({ spec: listenSpec(listener), listener }));
  }

  /** Opens its ports, unless they are open. @throws ListenError */
  async open(): Promise<void> {
    if (this.listeners.length > 0) return;
    for (const { spec } of this.wanted()) {
      this.listeners.push(await this.transports.listen(spec, (transport) => this.accept(transport)));
    }
  }

  /**
   * Connects to the others, and asks one of them for all it knows. HAProxy waits for its predecessor to tell first; who
   * asks at once knows its clients' servers before they come. The predecessor may tell as well.
   * @returns resolves when there is no use in waiting any longer before clients are served
   */
  start(): Promise<void> {
    if (this.started) return Promise.resolve();
    this.started = true;
    this.resyncLimit = this.clock.now() + SILENCE;
    for (const peer of this.peers) if (!peer.local) this.connect(peer);
    for (const { table } of this.section.tables) table.watch(() => this.pushAll());
    this.round();
    if (this.peers.every(({ pending }) => pending === undefined) && !this.section.remotes.some(({ spec }) => spec))
      return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.clock.after(PATIENCE, resolve);
      this.onReady = () => {
        cancel();
        resolve();
      };
    });
  }

  /** Whoever could tell something has, or cannot be reached. */
  private checkReady(): void {
    if (this.onReady === undefined || this.peers.some(({ pending, asked }) => pending !== undefined || asked)) return;
    this.onReady();
    this.onReady = undefined;
  }

  /** Takes no new connections. */
  closePorts(): void {
    for (const listener of this.listeners.splice(0)) listener.close();
  }

  /**
   * The process ends softly: the one that takes over listens where this one did, and is told everything.
   * Resolves when it was, or when there is none.
   */
  async handOver(): Promise<void> {
    this.stopping = true;
    this.closePorts();
    for (const connection of this.connections) connection.close();
    const { self } = this.section;
    if (self !== undefined && this.section.tables.some(({ table }) => table.used > 0)) {
      await new Promise<void>((resolve) => {
        const cancel = this.clock.after(SILENCE, resolve);
        this.onTold = () => {
          cancel();
          resolve();
        };
        void this.dial(this.self, self).then((begun) => {
          if (!begun) this.onTold?.();
        });
      });
    }
    this.stop();
  }

  stop(): void {
    this.stopping = true;
    this.cancelRound();
    this.closePorts();
    for (const peer of this.peers) peer.cancelRetry?.();
    for (const connection of this.connections) connection.close();
  }

  now(): number {
    return this.clock.now();
  }

  /** How long the others are waited for to tell what is not known, ms; 0 = no more. */
  get resyncTimeout(): number {
    return this.finished ? 0 : Math.max(0, this.resyncLimit - this.clock.now());
  }

  /** When something is said at the latest, ms from now. */
  heartbeatIn({ lastSaid }: PeerConnection): number {
    return Math.max(0, lastSaid + HEARTBEAT - this.clock.now());
  }

  addressOf({ remote }: Peer): string {
    const spec = remote === undefined ? this.section.self : remote.spec;
    if (spec === undefined) return this.section.listeners[0]?.address.text ?? '-';
    return spec.path === '' ? `${spec.address}:${spec.port}` : spec.path;
  }

  get finished(): boolean {
    return this.complete;
  }

  // --- connections ---

  private accept(transport: Transport): void {
    const { tls } = this.section;
    const secured = tls === undefined ? transport : tls.secure(transport);
    this.adopt(new PeerConnection(secured, this, undefined));
    secured.start();
  }

  private connect(peer: Peer): void {
    const { remote } = peer;
    if (remote?.spec === undefined || this.stopping || peer.connection !== undefined || peer.pending !== undefined)
      return;
    void this.dial(peer, remote.spec).then((begun) => {
      if (!begun) this.retry(peer, SILENCE);
    });
  }

  /** @returns false when its name does not resolve */
  private async dial(peer: Peer, spec: ConnectSpec): Promise<boolean> {
    let { address } = spec;
    if (address !== '' && isIP(address) === 0) {
      try {
        ({ address } = await lookup(address));
      } catch {
        return false;
      }
    }
    const owner = { onConnect() {}, onData() {}, onEnd() {}, onDrain() {}, onClose() {} };
    const transport = this.transports.connect({ ...spec, address }, owner);
    const connection = new PeerConnection(transport, this, peer);
    peer.pending = connection;
    this.adopt(connection);
    return true;
  }

  private adopt(connection: PeerConnection): void {
    connection.lastHeard = connection.lastSaid = this.clock.now();
    connection.transport.owner = connection;
    this.connections.add(connection);
  }

  private retry(peer: Peer, delay: number): void {
    if (this.stopping || peer.local) return;
    peer.cancelRetry?.();
    peer.cancelRetry = this.clock.after(delay, () => this.connect(peer));
  }

  greeted(remote: string, local: string): Peer | Status {
    if (remote !== this.section.local) return Status.LocalMismatch;
    const peer = this.peers.find(({ name }) => name === local);
    if (peer === undefined) return Status.RemoteMismatch;
    if (this.stopping) return Status.TryAgain;
    const other = peer.connection ?? peer.pending;
    if (other !== undefined && peer.local) return Status.TryAgain;
    // the one that was made last stays
    peer.connection = undefined;
    peer.pending = undefined;
    if (other !== undefined) peer.collisions++;
    other?.close();
    return peer;
  }

  opened(connection: PeerConnection): void {
    const peer = connection.peer as Peer;
    if (peer.pending === connection) peer.pending = undefined;
    peer.cancelRetry?.();
    peer.lastStatus = 'ESTA';
    peer.lastHandshake = this.clock.now();
    peer.begin(connection);
    // a process that ends tells its successor all without having been asked
    if (connection.ours === peer && peer.local) peer.teachAll();
    this.ask();
    peer.push();
  }

  heard(connection: PeerConnection): void {
    connection.lastHeard = this.clock.now();
  }

  closed(connection: PeerConnection, error: string): void {
    this.connections.delete(connection);
    const { peer } = connection;
    if (peer === undefined) return;
    if (error !== '' && connection.status !== '') peer.protocolErrors++;
    if (peer.local) this.onTold?.();
    const current = peer.connection === connection;
    if (!current && peer.pending !== connection) return;
    peer.connection = undefined;
    peer.pending = undefined;
    peer.lastStatus = connection.status === '' ? 'CONN' : connection.status;
    peer.teaching = false;
    if (peer.asked) {
      peer.asked = false;
      this.resyncLimit = this.clock.now() + SILENCE;
    }
    this.checkReady();
    this.retry(peer, current ? SOON + Math.floor(this.clock.random() * SPREAD) : SILENCE);
  }

  // --- who tells whom everything ---

  control(connection: PeerConnection, type: Control): void {
    const peer = connection.peer as Peer;
    switch (type) {
      case Control.ResyncRequest:
        peer.teachAll();
        return;
      case Control.ResyncFinished:
      case Control.ResyncPartial:
        this.told(peer, type === Control.ResyncFinished);
        connection.send(shortMessage(MessageClass.Control, Control.ResyncConfirm));
        return;
      case Control.ResyncConfirm:
        if (peer.local) this.onTold?.();
        return;
      case Control.Heartbeat:
        peer.heartbeatsReceived++;
    }
  }

  /** A peer has told all it knows. */
  private told(peer: Peer, all: boolean): void {
    if (!peer.asked && !peer.local) return;
    peer.asked = false;
    if (all) this.complete = true;
    else {
      peer.partial = true;
      this.resyncLimit = this.clock.now() + SILENCE;
      this.ask();
    }
    this.checkReady();
  }

  /** Asks one of those that are connected for everything. */
  private ask(): void {
    if (this.complete || this.peers.some(({ asked }) => asked)) return;
    const candidates = this.peers.filter(
      ({ local, partial, connection }) => !local && !partial && connection?.open === true,
    );
    const peer = candidates[Math.floor(this.clock.random() * candidates.length)];
    if (peer?.connection === undefined) return;
    peer.asked = true;
    this.resyncLimit = this.clock.now() + SILENCE;
    peer.connection.send(shortMessage(MessageClass.Control, Control.ResyncRequest));
  }

  // --- time ---

  /** Looks for something new to tell, and for those who have fallen silent. */
  private round(): void {
    this.cancelRound = this.clock.after(ROUND, () => {
      try {
        this.look();
      } catch (error) {
        reportFault(`peers ${this.section.name}`, error);
      }
      if (!this.stopping || this.connections.size > 0) this.round();
    });
  }

  /** Something new is known. */
  private pushAll(): void {
    for (const { connection } of this.peers) if (connection?.open === true) connection.peer?.push();
  }

  private look(): void {
    const now = this.clock.now();
    this.rounds++;
    if (!this.complete && now >= this.resyncLimit) this.giveUpWaiting(now);
    for (const connection of this.connections) {
      if (now - connection.lastHeard >= SILENCE) {
        if (connection.open && connection.peer !== undefined) connection.peer.silences++;
        connection.close();
      } else if (connection.open) this.talk(connection, now);
    }
  }

  private talk(connection: PeerConnection, now: number): void {
    connection.peer?.push();
    if (now - connection.lastSaid < HEARTBEAT) return;
    connection.send(shortMessage(MessageClass.Control, Control.Heartbeat));
    if (connection.peer !== undefined) connection.peer.heartbeatsSent++;
  }

  /** Nobody has told what we do not know: the next is asked, or it is left at that. */
  private giveUpWaiting(now: number): void {
    const waited = this.peers.find(({ asked }) => asked);
    if (waited === undefined) this.complete = true;
    else {
      waited.asked = false;
      waited.partial = true;
      this.resyncLimit = now + SILENCE;
      this.ask();
    }
  }
}

function listenSpec({ bind, address }: PeerListener): ListenSpec {
  const ip = address.kind === 'ip';
  return {
    address: ip ? address.host || (address.family === 6 ? '::' : '0.0.0.0') : '',
    port: ip ? address.port : 0,
    path: socketPath(address),
    fd: address.kind === 'fd' ? address.fd : -1,
    backlog: bind.backlog ?? 128,
    v6only: bind.v6only || (address.family === 6 && !bind.v4v6),
  };
}
