import { timers } from '../../base/timer-wheel.js';
import type { Backend } from '../../state/backend.js';
import { Phase } from './phase.js';
import type { HttpStream } from './stream.js';

/** Bytes both ways after a 101 or the answer to a CONNECT. One per stream, reused with it. */
export class Tunnel {
  /** `http-request set-timeout tunnel`, ms; -1 = not set. */
  timeout = -1;

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
    timers.disarm(client);
    client.flush();
    client.becomeTunnel();
    stream.upstream.flush();
    if (client.peerEnded) this.clientEnded();
    this.arm();
  }

  clientData(buffer: Buffer, length: number): void {
    const { upstream, client, log } = this.stream;
    log.bytesIn += length;
    upstream.sendBytes(buffer, 0, length);
    this.arm();
    if (!upstream.flush() && upstream.congested) client.pauseReading();
  }

  serverData(buffer: Buffer, start: number, end: number): void {
    const { upstream, client, log } = this.stream;
    log.bytesOut += end - start;
    client.sendBytes(buffer, start, end);
    this.arm();
    if (!client.flush() && client.congested) upstream.pauseReading();
  }

  clientEnded(): void {
    this.stream.upstream.end();
  }

  serverEnded(): void {
    const { client, ending } = this.stream;
    client.transport.end();
    if (client.peerEnded) ending.finish();
  }

  timedOut(side: 'client' | 'server'): void {
    this.stream.log.termination = side === 'client' ? 'cD' : 'sD';
    this.stream.ending.finish();
  }

  /** Something moved. */
  arm(): void {
    const { tunnel, server } = (this.stream.backend as Backend).timeouts;
    this.stream.arm(this.timeout >= 0 ? this.timeout : tunnel || server);
  }
}
