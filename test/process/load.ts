import { connect } from 'node:net';
import { statusOf } from '../support/http-message.js';
import { pause } from '../support/poll.js';
import { askOnce, get, RawClient } from '../support/raw-client.js';

/** What happened to one kind of client. */
export interface Tally {
  done: number;
  readonly failures: string[];
  /** Kept-alive connections that were closed between two requests: every HTTP client asks again on a new one. */
  renewed: number;
}

/** Clients that never stop asking, of every kind that a reload could hurt. */
export class ConstantLoad {
  readonly fresh: Tally = { done: 0, failures: [], renewed: 0 };
  readonly kept: Tally = { done: 0, failures: [], renewed: 0 };
  #running = true;
  readonly #loops: Promise<void>[] = [];

  constructor(private readonly port: number) {
    for (let index = 0; index < 4; index++) this.#loops.push(this.#freshLoop());
    for (let index = 0; index < 4; index++) this.#loops.push(this.#keptLoop());
  }

  async stop(): Promise<void> {
    this.#running = false;
    await Promise.all(this.#loops);
  }

  /** A connection for each request. */
  async #freshLoop(): Promise<void> {
    while (this.#running) {
      try {
        const { head } = await askOnce(this.port, get('/', 'connection: close\r\n'));
        if (statusOf(head) !== 200) throw new Error(head);
        this.fresh.done++;
      } catch (error) {
        this.fresh.failures.push(String(error));
      }
      await pause(1);
    }
  }

  /** As many requests on a connection as it is left open for. */
  async #keptLoop(): Promise<void> {
    while (this.#running) {
      try {
        const client = await RawClient.connect(this.port);
        for (let first = true; this.#running && client.ending === 'open'; first = false) {
          client.send(get('/'));
          const closedIdle = await Promise.race([
            client.response().then((message) => {
              this.#count(message.head);
            }),
            client.closed(30_000).then(() => client.received === ''),
          ]);
          if (closedIdle === true) {
            if (first) throw new Error(`closed before the first answer (${client.ending})`);
            this.kept.renewed++;
          }
          await pause(1);
        }
        client.close();
      } catch (error) {
        this.kept.failures.push(String(error));
      }
    }
  }

  #count(head: string): void {
    if (statusOf(head) === 200) this.kept.done++;
    else this.kept.failures.push(head);
  }
}

/** A TCP client that sends a line every few milliseconds and wants it back, on one connection. */
export class Echoing {
  rounds = 0;
  failure: string | undefined;
  #running = true;
  readonly #ended: Promise<void>;

  constructor(port: number) {
    this.#ended = this.#talk(port);
  }

  async stop(): Promise<void> {
    this.#running = false;
    await this.#ended;
  }

  async #talk(port: number): Promise<void> {
    try {
      const client = await RawClient.connect(port);
      while (this.#running) {
        const line = `line ${this.rounds}\n`;
        client.send(line);
        const end = performance.now() + 20_000;
        while (client.received.length < line.length) {
          if (client.ending !== 'open') throw new Error(`the session was ${client.ending}`);
          if (performance.now() > end) throw new Error('no echo');
          await pause(2);
        }
        if (client.received !== line) throw new Error(`got ${client.received}`);
        client.received = '';
        this.rounds++;
        await pause(5);
      }
      client.close();
    } catch (error) {
      this.failure = String(error);
    }
  }
}

/** Reads a large response slowly, so that it lasts. @returns its number of bytes; `release` lets it hurry */
export function slowDownload(port: number): { readonly bytes: Promise<number>; release(): void } {
  let slow = true;
  const socket = connect({ port, host: '127.0.0.1' });
  socket.write(get('/large', 'connection: close\r\n'));
  const bytes = new Promise<number>((done, fail) => {
    let total = 0;
    socket.on('data', (data) => {
      total += data.length;
      if (!slow) return;
      socket.pause();
      setTimeout(() => socket.resume(), 20);
    });
    socket.once('end', () => done(total));
    socket.once('error', fail);
  });
  return { bytes, release: () => void (slow = false) };
}
