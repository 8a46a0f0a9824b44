import { lookup } from 'node:dns';
import { isIP } from 'node:net';
import type { ServerModel } from '../../../config/model.js';
import type { TlsConnector } from '../../../core/tls.js';
import type { ConnectSpec, Transport, TransportOwner, TransportProvider } from '../../../core/transport.js';
import type { Ring, RingReader } from './ring.js';

/** A server of a ring, compiled. */
export interface RingServer {
  readonly model: Pick<ServerModel, 'name' | 'address' | 'logProto'>;
  readonly tls: TlsConnector | undefined;
}

export interface ForwarderTimes {
  /** ms, 0 = none */
  readonly connect: number;
  readonly server: number;
  /** ms between two attempts; HAProxy tries each second */
  readonly retry?: number;
}

const RETRY = 1000;
/** Lines are gathered up to this many bytes before they are written. */
const GATHERED = 16_384;

/**
 * Sends the lines of a ring to a syslog server over TCP, from the oldest that is there. A server that went away gets, as
 * from HAProxy, the ring from its beginning when it is back: nothing is missed, some lines come twice.
 */
export class RingForwarder implements TransportOwner {
  private transport: Transport | undefined = undefined;
  private reader: RingReader | undefined = undefined;
  private connected = false;
  private scheduled = false;
  private waiting = false;
  private stopped = false;
  private deadline: NodeJS.Timeout | undefined = undefined;

  constructor(
    private readonly ring: Ring,
    private readonly server: RingServer,
    private readonly times: ForwarderTimes,
    private readonly transports: TransportProvider,
  ) {}

  start(): void {
    const { host } = this.server.model.address;
    if (this.server.model.address.kind !== 'ip' || isIP(host) !== 0) this.connect(host);
    else {
      lookup(host, { family: this.server.model.address.family ?? 0 }, (error, address) => {
        if (error === null) this.connect(address);
        else this.again();
      });
    }
  }

  private connect(address: string): void {
    if (this.stopped) return;
    const { address: target } = this.server.model;
    const { tls } = this.server;
    const ip = target.kind === 'ip';
    const spec: ConnectSpec = {
      address: ip ? address || (target.family === 6 ? '::1' : '127.0.0.1') : '',
      port: ip ? target.port : 0,
      path: ip ? '' : target.kind === 'abns' ? `\0${target.host}` : target.host,
      sourceAddress: '',
      sourcePort: 0,
      ...(tls === undefined ? {} : { tls }),
    };
    this.limit(this.times.connect);
    this.transport = this.transports.connect(spec, this);
  }

  /** Ends what does not go on in time. */
  private limit(time: number): void {
    clearTimeout(this.deadline);
    this.deadline = undefined;
    if (time > 0) this.deadline = setTimeout(() => this.transport?.destroy(), time).unref();
  }

  onConnect(): void {
    this.limit(0);
    this.connected = true;
    this.reader = this.ring.follow(() => this.schedule());
    this.pump();
  }

  /** Lines of one turn of the event loop go out together. */
  private schedule(): void {
    if (this.scheduled || this.waiting) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      this.pump();
    });
  }

  private pump(): void {
    const { transport, reader } = this;
    if (transport === undefined || reader === undefined) return;
    while (this.connected && !this.waiting) {
      const bytes = this.gather(reader);
      if (bytes.length === 0) return;
      if (transport.write(bytes, 0, bytes.length)) continue;
      this.waiting = true;
      this.limit(this.times.server);
    }
  }

  private gather(reader: RingReader): Buffer {
    const counted = this.server.model.logProto === 'octet-count';
    let text = '';
    while (text.length < GATHERED) {
      const line = reader.next();
      if (line === undefined) break;
      // RFC 6587 section 3.4
      text += counted ? `${line.length} ${line}` : `${line}\n`;
    }
    return Buffer.from(text, 'latin1');
  }

  onDrain(): void {
    this.limit(0);
    this.waiting = false;
    this.pump();
  }

  /** Syslog servers have nothing to say. */
  onData(): void {}

  onEnd(): void {
    this.transport?.destroy();
  }

  onClose(): void {
    this.limit(0);
    this.reader?.close();
    this.reader = undefined;
    this.transport = undefined;
    this.connected = false;
    this.waiting = false;
    this.again();
  }

  private again(): void {
    if (!this.stopped) this.deadline = setTimeout(() => this.start(), this.times.retry ?? RETRY).unref();
  }

  /** Sends what it can at once, and ends. */
  stop(): void {
    if (this.stopped) return;
    this.pump();
    this.stopped = true;
    clearTimeout(this.deadline);
    if (!this.connected) this.transport?.destroy();
    else {
      this.transport?.end();
      this.limit(RETRY);
    }
  }
}
