import { clock } from '../../base/clock.js';
import type { Backend } from '../../state/backend.js';
import { Phase } from './phase.js';
import type { HttpStream } from './stream.js';

/** Bytes both ways after a 101 or the answer to a CONNECT. One per stream, reused with it. */
export class Tunnel {
  /** `http-request set-timeout tunnel`, ms; -1 = not set. */
  timeout = -1;

  /** Silence that ends it, ms, 0 = none; and whose it is then. */
  private limit = 0;
  private side: 'client' | 'server' = 'client';
  /** What is left of `limit` when nothing is expected of the client any more. */
  private serverLimit = 0;
  /** The client's direction is closed. */
  private halfClosed = false;

  constructor(private readonly stream: HttpStream) {}

  reset(): void {
    this.timeout = -1;
  }

  /** The response head that opens it is on its way. */
  open(): void {
    const { stream } = this;
    const { client } = stream;
    stream.ending.logAsap();
    stream.phase = Phase.Tunnel;
    stream.closeClient = true;
    stream.closeServer = true;
    client.arm(0);
    this.limitSilence();
    client.flush();
    client.becomeTunnel();
    stream.upstream.flush();
    this.touch();
    if (client.peerEnded) this.clientEnded();
  }

  clientData(buffer: Buffer, length: number): void {
    const { upstream, client, log } = this.stream;
    log.bytesIn += length;
    upstream.sendBytes(buffer, 0, length);
    this.touch();
    if (!upstream.flush() && upstream.congested) client.pauseReading();
  }

  serverData(buffer: Buffer, start: number, end: number): void {
    const { upstream, client, log } = this.stream;
    log.bytesOut += end - start;
    client.sendBytes(buffer, start, end);
    this.touch();
    if (!client.flush() && client.congested) upstream.pauseReading();
  }

  /** FIN of the client: it may go on listening, for as long as the server has something to say. */
  clientEnded(): void {
    this.halfClose((this.stream.backend as Backend).timeouts.serverFin);
  }

  /** FIN of the server: HAProxy lets the client say nothing more either. */
  serverEnded(): void {
    this.stream.ending.finish();
  }

  /** Nothing was said for too long. */
  timedOut(): void {
    const { log, ending, backend } = this.stream;
    if (this.halfClosed) {
      if (log.termination === '--') log.termination = 'sD';
      ending.finish();
      return;
    }
    log.termination = this.side === 'client' ? 'cD' : 'sD';
    // a client that is silent for too long counts as one that has ended, unless it is too long for its server, too
    if (this.limit === this.serverLimit) ending.finish();
    else this.halfClose((backend as Backend).timeouts.serverFin);
  }

  private halfClose(fin: number): void {
    if (this.halfClosed) return;
    const { stream } = this;
    this.halfClosed = true;
    stream.upstream.end();
    if (fin > 0) {
      this.limit = fin;
      this.touch();
      return;
    }
    // the server's time goes on from where it was
    const silent = this.limit > 0 ? clock.recent() - (stream.deadline - this.limit) : 0;
    this.limit = this.serverLimit;
    stream.arm(this.limit > 0 ? Math.max(1, this.limit - silent) : 0);
  }

  /** Both directions count for both sides, so the shorter of their timeouts strikes (manual 4.2 `timeout tunnel`). */
  private limitSilence(): void {
    const { frontend, backend } = this.stream;
    const { client } = frontend.timeouts;
    const both = this.timeout >= 0 ? this.timeout : (backend as Backend).timeouts.tunnel;
    const tunnel = this.timeout >= 0 || both > 0;
    const server = this.stream.serverLimit;
    const first = client > 0 && (server === 0 || client < server);
    this.halfClosed = false;
    this.side = tunnel || first || client === server ? 'client' : 'server';
    this.serverLimit = tunnel ? both : server;
    this.limit = tunnel ? both : first ? client : server;
  }

  /** Something moved. */
  touch(): void {
    this.stream.arm(this.limit);
  }
}
