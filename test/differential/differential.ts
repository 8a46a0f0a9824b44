import { takeResponses } from '../support/http-message.js';
import { comparable, timersAgree } from '../support/log-line.js';
import { LogSink } from '../support/log-sink.js';
import { RecordingOrigin, type Behaviour, type OriginConnection } from '../support/origin.js';
import { pause, until } from '../support/poll.js';
import { startHaproxy, startProxy, type Proxy } from '../support/proxy.js';
import { RawClient, type Ending } from '../support/raw-client.js';
import { readStats, type StatsRow } from '../support/stats-csv.js';
import { explained } from './allowed.js';

/** What one client does. Bytes are latin1 text. */
export interface Script {
  /** Sent one after the other; a number is a pause in milliseconds (so that pieces arrive apart). */
  readonly send: string | readonly (string | number)[];
  /** Complete final responses to wait for; default 1. The proxy's close ends the wait, too. */
  readonly responses?: number;
  /** After the responses: wait for the proxy's close (`close`), send FIN (`fin`; `fin-close` waits for the close then) or RST (`rst`). Default: look briefly. */
  readonly after?: 'close' | 'fin' | 'fin-close' | 'rst';
  /** Lines in the log; default: one per response. */
  readonly lines?: number;
}

/** All that can be seen of a script's run. */
export interface Observation {
  /** All bytes the client received, dates apart. */
  readonly client: string;
  readonly ending: Ending;
  /** Bytes received by the origin, per connection. */
  readonly origin: readonly string[];
  readonly log: readonly string[];
}

/** Columns of `;csv` that do not depend on time. */
const COUNTERS =
  'stot bin bout dreq dresp ereq econ eresp wretr wredis hrsp_1xx hrsp_2xx hrsp_3xx hrsp_4xx hrsp_5xx hrsp_other req_tot cli_abrt srv_abrt lbtot dcon dses conn_tot connect'.split(
    ' ',
  );

/** One proxy with its own origin and log, so that two can be driven by the same script side by side. */
export class Bench {
  readonly proxy: Proxy;
  readonly origin: RecordingOrigin;
  readonly log: LogSink;

  private constructor(proxy: Proxy, origin: RecordingOrigin, log: LogSink) {
    this.proxy = proxy;
    this.origin = origin;
    this.log = log;
  }

  static async start(begin: typeof startProxy, config: string, table: Record<string, Behaviour>): Promise<Bench> {
    const [origin, log] = [await RecordingOrigin.start(table), await LogSink.start()];
    const values = { origin: origin.port, log: log.port };
    return new Bench(await begin(withSurroundings(config), { values }), origin, log);
  }

  async perform(script: Script): Promise<Observation> {
    const seen = new Map<OriginConnection, number>();
    for (const connection of this.origin.connections) seen.set(connection, connection.received.length);
    // an earlier client may have had the same port
    const logged = this.log.entries.length;
    const client = await RawClient.connect(this.proxy.port('web'));
    const pieces = typeof script.send === 'string' ? [script.send] : script.send;
    for (const piece of pieces) await (typeof piece === 'number' ? pause(piece) : client.send(piece));
    const responses = script.responses ?? 1;
    if (responses > 0) await this.#await(client, methodsOf(pieces), responses);
    if (script.after === 'fin' || script.after === 'fin-close') client.end();
    if (script.after === 'rst') client.reset();
    await this.#settle(client, script);
    const { received, ending } = client;
    client.close();
    const mark = `127.0.0.1:${client.port} `;
    const lines = (): string[] => this.log.messages.slice(logged).filter((line) => line.startsWith(mark));
    await until(`log lines of the client (${JSON.stringify(received.slice(0, 80))})`, () => lines().length >= (script.lines ?? responses), 3000).catch(() => {}); // prettier-ignore
    return {
      client: received.replace(/^date: .*$/gim, 'date: DATE'),
      ending,
      origin: this.origin.connections.map((each) => each.received.slice(seen.get(each) ?? 0)).filter((bytes) => bytes !== ''),
      log: lines(),
    }; // prettier-ignore
  }

  /** Counters of every row by `proxy/service column`. */
  async counters(): Promise<Record<string, string>> {
    const counted: Record<string, string> = {};
    for (const [name, row] of await readStats(this.proxy.port('stats'))) {
      if (!name.startsWith('stats/')) for (const column of COUNTERS) counted[`${name} ${column}`] = cell(row, column);
    }
    return counted;
  }

  async #await(client: RawClient, methods: readonly string[], responses: number): Promise<void> {
    await until('responses', () => {
      const found = takeResponses(client.received, methods).filter(({ head }) => !/^HTTP\/1\.\d 1(?!01)/.test(head));
      return client.ending !== 'open' || (found.length >= responses && !found.at(-1)?.untilClose);
    }).catch(() => {}); // what is missing shows in the comparison
  }

  async #settle(client: RawClient, script: Script): Promise<void> {
    const closing =
      script.after === 'close' || script.after === 'fin-close' || /^connection: close\r?$/im.test(client.received);
    if (closing) await until('the close', () => client.ending !== 'open').catch(() => {});
    else if (script.after !== 'rst') await pause(30); // bytes or a close that should not come
  }
}

const cell = (row: StatsRow, column: string): string => row[column] ?? 'no such column';

/** Methods of the requests in the pieces, as far as lines look like requests. */
function methodsOf(pieces: readonly (string | number)[]): string[] {
  const text = pieces.filter((piece) => typeof piece === 'string').join('');
  return Array.from(text.matchAll(/^([A-Z]+) \S+ HTTP\/1\.\d\r?$/gm), ([, method]) => method);
}

/** One thread, so that log lines keep their order; the log, and the statistics on a port of their own. */
function withSurroundings(config: string): string {
  return `global
 nbthread 1
 log 127.0.0.1:{log} len 8192 local0
${config}
listen stats
 bind 127.0.0.1:{stats}
 mode http
 no log
 timeout client 5s
 timeout server 5s
 timeout connect 5s
 stats enable
 stats uri /
`;
}

/** The real haproxy and the program under test, with the same configuration and the same origin each. */
export class Differential {
  readonly real: Bench;
  readonly ours: Bench;

  private constructor(real: Bench, ours: Bench) {
    this.real = real;
    this.ours = ours;
  }

  /**
   * @param config without `global`; listens on `{web}`, its server is `{origin}`
   * @param table what the origins do, by path
   */
  static async start(config: string, table: Record<string, Behaviour> = {}): Promise<Differential> {
    const benches = await Promise.all([
      Bench.start(startHaproxy, config, table),
      Bench.start(startProxy, config, table),
    ]);
    return new Differential(...benches);
  }

  /** Both do it at once; what is seen must be equal, but for the differences of allowed.ts. */
  async observe(name: string, script: Script): Promise<Pair> {
    const [real, ours] = await Promise.all([this.real.perform(script), this.ours.perform(script)]);
    return pairOf(explained(name, ours, real), real);
  }

  /** Counters of both after all scripts; to be called when every session has ended. */
  async counters(except: readonly string[] = []): Promise<Pair> {
    const [real, ours] = await Promise.all([this.real.counters(), this.ours.counters()]);
    const relevant = (counters: Record<string, string>): Record<string, string> =>
      Object.fromEntries(
        Object.entries(counters).filter(([name]) => !except.some((word) => name.endsWith(` ${word}`))),
      );
    return { ours: relevant(ours), real: relevant(real) };
  }
}

/** Two things that must be equal. */
export interface Pair {
  readonly ours: unknown;
  readonly real: unknown;
}

/** Log lines without what differs between any two runs; a timer that differs too much stays visible. */
function pairOf(ours: Observation, real: Observation): Pair {
  const theirs = real.log.map(comparable);
  const log = ours.log.map((line, index) => {
    const own = comparable(line);
    const agrees = theirs[index] === undefined || timersAgree(own, theirs[index]);
    return agrees ? own.text : `${own.text} timers ${own.timers.join('/')} not ${theirs[index].timers.join('/')}`;
  });
  return {
    ours: readable(ours, log),
    real: readable(
      real,
      theirs.map(({ text }) => text),
    ),
  };
}

/** For the comparison: bytes as lists of lines. */
function readable({ client, ending, origin }: Observation, log: readonly string[]): unknown {
  return {
    client: client.split('\n'),
    ending,
    origin: origin.map((bytes) => bytes.replaceAll(/127\.0\.0\.1:\d+/g, 'ADDRESS').split('\n')),
    log,
  };
}
