/**
 * Origin and load generator in one process: `load.js`; commands by IPC:
 * { port, kind: 'ping' | 'bulk' | 'connect', connections, milliseconds } -> { operations }
 */
import type { Transport, TransportOwner } from '../src/core/transport.js';
import { chooseTransport } from '../src/protocol/transport/index.js';

const provider = chooseTransport('handle');
const MIB = 1 << 20;
const PING = 'x'.repeat(64);
const block = Buffer.alloc(256 * 1024, 'b');

/** A byte 'b' asks for 1 MiB; anything else is echoed. */
class OriginEnd implements TransportOwner {
  private readonly transport: Transport;
  private left = 0;
  constructor(transport: Transport) {
    this.transport = transport;
    transport.owner = this;
    transport.start();
  }
  onConnect(): void {}
  onData(buffer: Buffer, length: number): void {
    if (buffer[0] !== 98) {
      this.transport.write(buffer, 0, length);
      return;
    }
    this.left += MIB;
    this.onDrain();
  }
  onDrain(): void {
    while (this.left > 0) {
      this.left -= block.length;
      if (!this.transport.write(block, 0, block.length)) return;
    }
  }
  onEnd(): void {
    this.transport.end();
  }
  onClose(): void {}
}

interface Task {
  port: number;
  kind: 'ping' | 'bulk' | 'connect';
  connections: number;
  milliseconds: number;
}

class Client implements TransportOwner {
  operations = 0;
  stopped = false;
  private transport!: Transport;
  private missing = 0;
  private readonly task: Task;
  constructor(task: Task) {
    this.task = task;
    this.open();
  }
  private open(): void {
    const { port } = this.task;
    this.transport = provider.connect({ address: '127.0.0.1', port, path: '', sourceAddress: '', sourcePort: 0 }, this);
  }
  private ask(): void {
    if (this.stopped) return this.transport.destroy();
    const bulk = this.task.kind === 'bulk';
    this.missing = bulk ? MIB : PING.length;
    this.transport.writeLatin1(bulk ? 'b' : PING);
  }
  onConnect(): void {
    this.ask();
  }
  onData(_buffer: Buffer, length: number): void {
    this.missing -= length;
    if (this.missing > 0) return;
    this.operations++;
    if (this.task.kind === 'connect') this.transport.end();
    else this.ask();
  }
  onEnd(): void {}
  onDrain(): void {}
  onClose(error: string): void {
    if (error !== '') throw new Error(error);
    if (!this.stopped && this.task.kind === 'connect') this.open();
  }
}

process.on('message', (task: Task) => {
  const clients = Array.from({ length: task.connections }, () => new Client(task));
  setTimeout(() => {
    for (const client of clients) client.stopped = true;
    process.send?.({ operations: clients.reduce((sum, client) => sum + client.operations, 0) });
  }, task.milliseconds);
});
void Promise.resolve(
  provider.listen(
    { address: '127.0.0.1', port: 0, path: '', fd: -1, backlog: 4096, v6only: false },
    (transport) => void new OriginEnd(transport),
  ),
).then((listener) => process.send?.({ port: listener.local.port }));
process.on('disconnect', () => process.exit(0));
