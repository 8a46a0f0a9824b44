import { createSocket, type Socket } from 'node:dgram';
import { atEnd } from './cleanup.js';
import { until } from './poll.js';

/** A datagram of RFC 3164 as HAProxy writes it, taken apart. */
export interface LogEntry {
  readonly level: number;
  readonly facility: number;
  /** After `program[pid]: `. */
  readonly message: string;
  /** The datagram as it came. */
  readonly raw: string;
}

const HEADER = /^<(\d+)>(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d )?(?:\S+ )?\S+?\[\d+\]: /;

/** A syslog server in this process: UDP on loopback. */
export class LogSink {
  readonly entries: LogEntry[] = [];
  port = 0;
  readonly #socket: Socket = createSocket('udp4');

  static async start(): Promise<LogSink> {
    const sink = new LogSink();
    sink.#socket.on('message', (datagram) => sink.#take(datagram.toString('latin1')));
    await new Promise<void>((bound) => sink.#socket.bind(0, '127.0.0.1', bound));
    sink.#socket.setRecvBufferSize(1 << 20);
    sink.port = sink.#socket.address().port;
    atEnd(() => void sink.#socket.close());
    return sink;
  }

  /** Messages so far. */
  get messages(): string[] {
    return this.entries.map((entry) => entry.message);
  }

  /** Waits for `count` messages that match. */
  async lines(pattern: RegExp, count = 1, ms = 10_000): Promise<string[]> {
    const matching = (): string[] => this.messages.filter((message) => pattern.test(message));
    await until(`${count} log lines ${String(pattern)}`, () => matching().length >= count, ms).catch(
      (late: unknown) => {
        throw new Error(`${String(late)}; got:\n${this.messages.join('\n')}`);
      },
    );
    return matching();
  }

  #take(raw: string): void {
    const header = HEADER.exec(raw);
    const priority = Number(header?.[1] ?? 0);
    const message = raw.slice(header?.[0].length ?? 0).replace(/\n$/, '');
    this.entries.push({ level: priority & 7, facility: priority >> 3, message, raw });
  }
}
