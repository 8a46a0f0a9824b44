import { decodeMessage, type AnswerProblem, type Received } from '../../protocol/dns/message.js';
import { TcpLink, UdpLink, type NameserverLink, type NameserverPlace, type Receive } from '../../protocol/dns/link.js';
import type { AddressModel } from '../../config/model.js';

/** What `show resolvers` counts, in its order. */
export const RESOLVER_COUNTERS = [
  'sent',
  'snd_error',
  'valid',
  'update',
  'cname',
  'cname_error',
  'any_err',
  'nx',
  'timeout',
  'refused',
  'other',
  'invalid',
  'too_big',
  'truncated',
  'outdated',
] as const;
export type ResolverCounter = (typeof RESOLVER_COUNTERS)[number];

export type OpenLink = (transport: 'udp' | 'tcp', place: NameserverPlace, receive: Receive) => NameserverLink;

export const openLink: OpenLink = (transport, place, receive) =>
  transport === 'udp' ? new UdpLink(place, receive) : new TcpLink(place, receive);

/** A name server of a section: its link and its figures. */
export class Nameserver {
  readonly counters = Object.fromEntries(RESOLVER_COUNTERS.map((name) => [name, 0])) as Record<ResolverCounter, number>;
  readonly #link: NameserverLink;

  constructor(
    readonly name: string,
    address: AddressModel,
    payloadSize: number,
    open: OpenLink,
    receive: (from: Nameserver, message: Received) => void,
  ) {
    const { host, port, family = host.includes(':') ? 6 : 4, transport } = address;
    this.#link = open(transport === 'stream' ? 'tcp' : 'udp', { host, port, family }, (bytes) => {
      if (bytes.length > payloadSize) {
        this.counters.too_big++;
        return;
      }
      const message = decodeMessage(bytes);
      if (message === undefined) this.counters.invalid++;
      else receive(this, message);
    });
  }

  ask(question: Buffer): void {
    this.counters.sent++;
    this.#link.send(question, () => this.counters.snd_error++);
  }

  countProblem(problem: AnswerProblem): void {
    this.counters[problem]++;
  }

  close(): void {
    this.#link.close();
  }
}
