import type { MessagePort } from 'node:worker_threads';
import type { ThreadLinks } from '../../core/threads.js';
import type { CompiledRuntime } from '../../state/compile.js';
import { serveQueues } from '../../upstream/placement.js';
import type { ToPeer } from './messages.js';

/** This thread's lines to the other ones: a port for each, so that the main thread is in nobody's way. */
export class PeerLinks implements ThreadLinks {
  private readonly ports = new Map<number, MessagePort>();

  /** @param makeRoom lets in who waited for a limit */
  constructor(
    private readonly runtime: CompiledRuntime,
    private readonly main: MessagePort,
    private readonly makeRoom: () => void,
  ) {
    for (const backend of runtime.backends) backend.links = this;
  }

  /** Another thread is there; one that died before may have had its number. */
  connect(thread: number, port: MessagePort): void {
    this.ports.get(thread)?.close();
    this.ports.set(thread, port);
    port.on('message', (message: ToPeer) => this.receive(message));
    port.unref();
  }

  slotFree(thread: number, backend: number, server: number): void {
    this.send(thread, { kind: 'slot', backend, server });
  }

  roomMade(): void {
    this.main.postMessage({ kind: 'room' } satisfies ToPeer);
    for (const thread of this.ports.keys()) this.send(thread, { kind: 'room' });
  }

  private send(thread: number, message: ToPeer): void {
    const port = thread === 0 ? this.main : this.ports.get(thread);
    port?.postMessage(message);
  }

  receive(message: ToPeer): void {
    if (message.kind === 'room') this.makeRoom();
    else serveQueues(this.runtime.backends[message.backend].servers[message.server]);
  }
}
