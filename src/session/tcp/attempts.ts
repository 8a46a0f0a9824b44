import { clock } from '../../base/clock.js';
import { timers } from '../../base/timer-wheel.js';
import type { Transport } from '../../core/transport.js';
import type { Backend } from '../../state/backend.js';
import type { Pending, PendingQueue } from '../../state/queue.js';
import type { Server } from '../../state/server.js';
import { giveUpQueue, leave, place, type Placeable } from '../../upstream/placement.js';
import { greetingFor } from '../../upstream/dial.js';
import { connectSpec } from '../../upstream/target.js';
import type { Failure } from '../rescue.js';
import { retryConnect, type Retrying } from '../retrying.js';
import { serverFailure } from '../server-failure.js';
import { tallyConnect } from '../tally.js';
import { Dialer } from './dialer.js';
import { TcpPhase } from './phase.js';
import type { TcpSession } from './session.js';

/** The way of a session to a server, as often as it takes: a place in a queue, a connection, another when that fails. */
export class TcpAttempts implements Placeable, Retrying {
  queuePrevious: Pending | undefined = undefined;
  queueNext: Pending | undefined = undefined;
  queue: PendingQueue | undefined = undefined;
  queueOrder = 0;
  queueServed = 0;
  priorityClass = 0;
  priorityOffset = 0;
  queueTime = 0;
  avoid: Server | undefined = undefined;
  wanted: Server | undefined = undefined;
  stick = 0;
  previousServer: Server | undefined = undefined;
  private dialer: Dialer | undefined = undefined;

  constructor(readonly stream: TcpSession) {}

  findServer(): void {
    const { stream } = this;
    stream.phase = TcpPhase.Queue;
    const backend = stream.backend as Backend;
    const placement = place(this, backend);
    if (placement === 'queued') stream.arm(backend.timeouts.queue);
    else if (placement === 'no-server') {
      stream.phase = TcpPhase.Connect;
      stream.log.serverFailure = undefined;
      stream.fail('no-server');
    } else if (placement === 'queue-full') stream.fail('queue-full');
  }

  placed(server: Server): void {
    const { stream } = this;
    stream.server = server;
    stream.log.serverName = server.name;
    stream.timers.queueEnd = clock.recent();
    this.attempt(server);
  }

  unplaced(): void {
    this.findServer();
  }

  attempt(server: Server): void {
    const { stream } = this;
    tallyConnect(stream, server, this.previousServer);
    this.previousServer = server;
    stream.phase = TcpPhase.Connect;
    const spec = connectSpec(server, stream);
    stream.log.serverEndpoint = { address: spec.address, port: spec.port, family: spec.address.includes(':') ? 6 : 4 };
    const dialer = new Dialer(this);
    this.dialer = dialer;
    dialer.dial(stream.engine.transports, spec, greetingFor(server, stream));
    stream.arm((stream.backend as Backend).timeouts.connect);
  }

  connected(upstream: Transport): void {
    this.dialer = undefined;
    this.stream.connected(upstream);
  }

  connectFailed(error: string, transport: Transport | undefined): void {
    this.dialer = undefined;
    this.stream.log.serverFailure = serverFailure(transport);
    this.failed(error === 'ETIMEDOUT' ? 'connect-timeout' : 'connect-refused');
  }

  /** The connection did not come about. */
  failed(failure: Failure): void {
    timers.disarm(this.stream);
    this.dialer?.cancel();
    this.dialer = undefined;
    retryConnect(this, failure);
  }

  turnAround(ms: number): void {
    this.stream.phase = TcpPhase.TurnAround;
    this.stream.arm(ms);
  }

  giveUp(failure: Failure): void {
    this.stream.fail(failure);
  }

  dropServer(): void {
    const { server } = this.stream;
    this.stream.server = undefined;
    if (server !== undefined) leave(server);
  }

  /** Nobody wants a server any more. */
  stop(): void {
    const { backend } = this.stream;
    this.dialer?.cancel();
    if (this.queue !== undefined && backend !== undefined) giveUpQueue(this, backend);
  }
}
