/** A TCP proxy that is nothing but the relay: `relay.js handle|socket|pipe PORT ORIGIN_PORT`. For micro-transport.mjs. */
import * as net from 'node:net';
import type { Transport, TransportOwner } from '../src/core/transport.js';
import { timers } from '../src/base/timer-wheel.js';
import type { Timed } from '../src/base/timer-wheel.js';
import { chooseTransport } from '../src/protocol/transport/index.js';
import { Relay } from '../src/protocol/transport/relay.js';
import type { RelayHooks, RelaySide } from '../src/protocol/transport/relay.js';

const [, , kind, port, originPort] = process.argv;
const TIMEOUT = 50_000;

/** The least a session does: two timeouts and two byte counters. */
class Session implements TransportOwner, RelayHooks, Timed {
  deadline = 0;
  slot = -1;
  previousTimed: Timed | null = null;
  nextTimed: Timed | null = null;
  readonly counts = { client: 0, server: 0 };
  private readonly client: Transport;
  private readonly server: Transport;
  private relay: Relay | null = null;

  constructor(client: Transport, connect: (owner: TransportOwner) => Transport) {
    this.client = client;
    client.owner = this;
    this.server = connect(this);
    timers.arm(this, TIMEOUT);
  }
  onTimeout(): void {
    this.client.destroy();
    this.server.destroy();
  }
  onConnect(): void {
    this.relay = new Relay(this.client, this.server, this);
    this.relay.start();
  }
  onData(): void {}
  onEnd(): void {}
  onDrain(): void {}
  onClose(): void {
    timers.disarm(this);
    this.onTimeout();
  }
  onBytes(side: RelaySide, count: number): void {
    this.counts[side] += count;
    timers.arm(this, TIMEOUT);
  }
  onDrained(): void {
    timers.arm(this, TIMEOUT);
  }
  onHalfClosed(): void {}
  onFinished(): void {
    timers.disarm(this);
  }
}

if (kind === 'pipe') {
  net
    .createServer({ noDelay: true, allowHalfOpen: true }, (client) => {
      const server = net.connect({ port: Number(originPort), host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
      client.pipe(server).pipe(client);
      client.on('error', () => server.destroy());
      server.on('error', () => client.destroy());
    })
    .listen(Number(port), '127.0.0.1', 4096);
} else {
  const provider = chooseTransport(kind === 'socket' ? 'socket' : 'handle');
  const to = { address: '127.0.0.1', port: Number(originPort), path: '', sourceAddress: '', sourcePort: 0 };
  void provider.listen(
    { address: '127.0.0.1', port: Number(port), path: '', fd: -1, backlog: 4096, v6only: false },
    (client) => void new Session(client, (owner) => provider.connect(to, owner)),
  );
}
process.on('SIGTERM', () => process.exit(0));
