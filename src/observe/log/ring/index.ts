import type { RingModel } from '../../../config/model.js';
import type { TransportProvider } from '../../../core/transport.js';
import type { CompiledRing } from '../../../state/compile-log-sections.js';
import type { LogIdentity } from '../header.js';
import { RingForwarder } from './forwarder.js';
import { RingSink } from './sink.js';

export type { RingSink } from './sink.js';

/** All rings of a process. They exist before anything is connected, so that nothing said early is missed. */
export class Rings {
  private readonly sinks = new Map<string, RingSink>();
  private forwarders: RingForwarder[] = [];

  constructor(models: readonly RingModel[], identity: LogIdentity) {
    for (const model of models) this.sinks.set(model.name, new RingSink(model, identity));
  }

  get(name: string): RingSink | undefined {
    return this.sinks.get(name);
  }

  all(): Iterable<RingSink> {
    return this.sinks.values();
  }

  /** Lines lost in all of them. */
  get lost(): number {
    let lost = 0;
    for (const { ring } of this.sinks.values()) lost += ring.lost;
    return lost;
  }

  /** Connects to the servers. */
  start(compiled: readonly CompiledRing[], transports: TransportProvider): void {
    for (const { model, servers } of compiled) {
      const sink = this.sinks.get(model.name);
      if (sink === undefined) continue;
      const times = { connect: model.timeoutConnect ?? 0, server: model.timeoutServer ?? 0 };
      for (const server of servers) this.forwarders.push(new RingForwarder(sink.ring, server, times, transports));
    }
    for (const forwarder of this.forwarders) forwarder.start();
  }

  stop(): void {
    for (const forwarder of this.forwarders) forwarder.stop();
    this.forwarders = [];
  }
}
