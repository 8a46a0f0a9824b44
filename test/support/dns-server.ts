import dns, { type Answer, type Packet, type RecordType } from 'dns-packet';
import { createSocket, type Socket } from 'node:dgram';
import { createServer, type Server } from 'node:net';
import { atEnd } from './cleanup.js';

/** What a name has: records, an RCODE, or no answer at all. */
export type Entry = readonly Answer[] | number | 'silence';

const NO_SUCH_NAME = 3;

/** A name server in this process, over UDP and TCP on one port, whose zone changes while it answers. */
export class DnsServer {
  readonly zone = new Map<string, Entry>();
  /** Records that go beside the answers about a name. */
  readonly beside = new Map<string, readonly Answer[]>();
  /** Questions so far, as `A a.test`. */
  readonly questions: string[] = [];
  port = 0;
  readonly #datagrams: Socket = createSocket('udp4');
  readonly #connections: Server = createServer();

  static async start(zone: Readonly<Record<string, Entry>> = {}): Promise<DnsServer> {
    const server = new DnsServer();
    for (const [name, entry] of Object.entries(zone)) server.zone.set(name, entry);
    await server.#listen();
    return server;
  }

  async #listen(): Promise<void> {
    const datagrams = this.#datagrams;
    const connections = this.#connections;
    datagrams.on('message', (bytes, from) => {
      const answer = this.#answer(bytes);
      if (answer !== undefined) datagrams.send(answer, from.port, from.address);
    });
    connections.on('connection', (socket) => {
      let received = Buffer.alloc(0);
      socket.on('error', () => undefined);
      socket.on('data', (bytes: Buffer) => {
        received = Buffer.concat([received, bytes]);
        while (received.length >= 2 && received.length >= 2 + received.readUInt16BE()) {
          const end = 2 + received.readUInt16BE();
          const answer = this.#answer(received.subarray(2, end));
          received = received.subarray(end);
          if (answer === undefined) continue;
          const length = Buffer.alloc(2);
          length.writeUInt16BE(answer.length);
          socket.write(length);
          socket.write(answer);
        }
      });
    });
    await new Promise<void>((bound) => connections.listen(0, '127.0.0.1', bound));
    const place = connections.address();
    this.port = typeof place === 'object' && place !== null ? place.port : 0;
    await new Promise<void>((bound) => datagrams.bind(this.port, '127.0.0.1', bound));
    atEnd(() => {
      datagrams.close();
      connections.close();
    });
  }

  #answer(bytes: Buffer): Buffer | undefined {
    const { id = 0, questions = [] } = dns.decode(bytes);
    const [{ name, type }] = questions;
    this.questions.push(`${type} ${name}`);
    const entry = this.zone.get(name.toLowerCase()) ?? NO_SUCH_NAME;
    if (entry === 'silence') return undefined;
    const code = typeof entry === 'number' ? entry : 0;
    const records = typeof entry === 'number' ? [] : entry;
    return dns.encode({
      type: 'response',
      id,
      flags: dns.RECURSION_DESIRED | dns.RECURSION_AVAILABLE | code,
      questions,
      answers: records.filter((record) => fits(record, type)),
      additionals: [...(this.beside.get(name.toLowerCase()) ?? [])],
    } satisfies Packet);
  }
}

const fits = (record: Answer, type: RecordType): boolean => record.type === type || record.type === 'CNAME';

export const addresses = (name: string, ...all: string[]): Answer[] =>
  all.map((data) => ({ type: data.includes(':') ? 'AAAA' : 'A', name, data, ttl: 1 }));

export const service = (name: string, target: string, port: number, weight: number): Answer => ({
  type: 'SRV',
  name,
  ttl: 1,
  data: { target, port, weight, priority: 1 },
});
