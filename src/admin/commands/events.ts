import { CliLevel, type CliOutput, type EndlessAnswer } from '../../core/cli.js';
import type { RingSink } from '../../observe/log/ring/index.js';
import { bareFailure, type AdminCommand, type AdminContext } from '../context.js';

/** `show events` (management manual 9.3): what is in rings, and what comes into them. */

const HEAD = 'Supported events sinks are listed below. Add -w(wait), -n(new). Any key to stop\n';

/** Sinks that HAProxy has whatever the configuration says. */
const DESCRIPTORS: readonly (readonly [name: string, description: string])[] = [
  ['stdout', 'standard output (fd#1)'],
  ['stderr', 'standard output (fd#2)'],
];
/** For traces of developers, of which there are none. */
const EMPTY_RING = 'buf0';

const row = (name: string, type: string, dropped: number, description: string): string =>
  `    ${name.padEnd(10)} : type=${type}, ${dropped} dropped, ${description}\n`;

function list(rings: Iterable<RingSink>): string {
  const rows = DESCRIPTORS.map(([name, description]) => row(name, 'fd', 0, description));
  rows.push(row(EMPTY_RING, 'buffer', 0, 'in-memory ring buffer'));
  for (const { model, ring } of rings) rows.push(row(model.name, 'buffer', ring.dropped, model.description));
  return HEAD + rows.join('');
}

function events({ rings }: AdminContext, [name, ...flags]: readonly string[]): CliOutput {
  if (name === undefined) return list(rings.all());
  const sink = rings.get(name);
  const known = name === EMPTY_RING || DESCRIPTORS.some(([other]) => other === name);
  if (sink === undefined && !known) return bareFailure('No such event sink');
  if (sink === undefined && name !== EMPTY_RING) return bareFailure('Nothing to report for this sink');
  const letters = flags.map((flag) => (/^-[wn]+$/.test(flag) ? flag.slice(1) : '?')).join('');
  if (letters.includes('?')) return bareFailure('unknown option');
  return sink === undefined ? undefined : new RingDump(sink, letters.includes('w'), letters.includes('n'));
}

/**
 * The lines of a ring as an answer that may wait for more. Not a generator: one that waits cannot be ended, and would
 * hold the ring's lines for a client that is gone.
 */
class RingDump implements EndlessAnswer, AsyncIterator<string> {
  readonly endless = true;
  readonly #reader;
  #waiting: ((result: IteratorResult<string>) => void) | undefined = undefined;

  constructor(
    { ring }: RingSink,
    private readonly waits: boolean,
    atEnd: boolean,
  ) {
    this.#reader = ring.follow(() => this.#wake(), atEnd);
  }

  [Symbol.asyncIterator](): AsyncIterator<string> {
    return this;
  }

  next(): Promise<IteratorResult<string>> {
    const text = this.#gather();
    if (text !== '') return Promise.resolve({ done: false, value: text });
    if (!this.waits) return this.return();
    return new Promise((resolve) => (this.#waiting = resolve));
  }

  #gather(): string {
    let text = '';
    for (let line = this.#reader.next(); line !== undefined; line = this.#reader.next()) {
      text += `${line}\n`;
      if (text.length > 16_384) break;
    }
    return text;
  }

  #wake(): void {
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    this.#waiting = undefined;
    waiting({ done: false, value: this.#gather() });
  }

  return(): Promise<IteratorResult<string>> {
    this.#reader.close();
    this.#waiting?.({ done: true, value: undefined });
    this.#waiting = undefined;
    return Promise.resolve({ done: true, value: undefined });
  }
}

export const eventCommands: readonly AdminCommand[] = [
  {
    name: 'show events',
    level: CliLevel.Operator,
    usage: 'show events [<sink>] [-w] [-n]',
    help: 'show event sink state',
    run: ({ context, args }) => events(context, args.from(0)),
  },
];
