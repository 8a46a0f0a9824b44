import type { BindModel, AddressModel } from '../config/model.js';
import { ListenError, type ListenSpec, type TransportProvider } from '../core/transport.js';
import { bindReason } from '../listener/bind.js';
import type { PeersSection } from '../state/peers.js';
import { type PeerClock, PeerGroup } from './group.js';

/** All `peers` sections of a process. They are the main thread's business, whoever fills the tables. */
export class Peers {
  readonly groups: readonly PeerGroup[];

  constructor(sections: readonly PeersSection[], transports: TransportProvider, clock: PeerClock) {
    this.groups = sections.map((section) => new PeerGroup(section, transports, clock));
  }

  /**
   * Opens the ports and asks the others for what they know.
   * @returns what went wrong, in HAProxy's words; nothing is open then
   */
  async open(): Promise<string[]> {
    for (const group of this.groups) {
      try {
        await group.open();
      } catch (error) {
        if (!(error instanceof ListenError)) throw error;
        this.closePorts();
        const [listener] = group.section.listeners;
        return [problemText(listener.bind, listener.address, group.section.name, error.code)];
      }
    }
    await Promise.all(this.groups.map((group) => group.start()));
    return [];
  }

  /** All addresses, for a master process that opens them instead. */
  wanted(): { readonly spec: ListenSpec; problem(code: string): string }[] {
    return this.groups.flatMap((group) =>
      group.wanted().map(({ spec, listener: { bind, address } }) => ({
        spec,
        problem: (code: string) => problemText(bind, address, group.section.name, code),
      })),
    );
  }

  closePorts(): void {
    for (const group of this.groups) group.closePorts();
  }

  /** The process ends softly: its successor is told everything. */
  async handOver(): Promise<void> {
    await Promise.all(this.groups.map((group) => group.handOver()));
  }

  stop(): void {
    for (const group of this.groups) group.stop();
  }
}

function problemText({ span }: BindModel, address: AddressModel, section: string, code: string): string {
  return `Binding [${span.source.file}:${span.source.line}] for peers ${section}: ${bindReason(code)} for [${address.text}]`;
}
