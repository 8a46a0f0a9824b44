import type { Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { askRuntime, DEFAULT_SOCKET, takeSocket } from '../runtime-client.js';
import { parseSnapshot, QUESTION, type Snapshot } from './parse.js';
import { type Display, type Keyboard, Screen } from './screen.js';
import { renderTop } from './view.js';

const USAGE = `Usage: tsproxy top [-s SOCKET]

Shows a running proxy, anew each second: one line for each proxy and server.
  -s SOCKET  its runtime socket, a path or HOST:PORT (default: ${DEFAULT_SOCKET})
Keys: q quits; j, k, arrows, space, page up and down, g, G scroll.
Where the output is no terminal it is printed once.
`;

/** Milliseconds from picture to picture, and until a silent proxy is given up. */
const INTERVAL = 1000;
const PATIENCE = 5000;
/** Columns where there is no terminal. */
const PLAIN_WIDTH = 100;

export interface TopStreams {
  readonly input: Keyboard & { readonly isTTY?: boolean };
  readonly output: Display & { readonly isTTY?: boolean };
  readonly errors: Writable;
  /** False with NO_COLOR. */
  readonly colour: boolean;
}

type Ask = (signal?: AbortSignal) => Promise<Snapshot>;

/** `tsproxy top`. @returns the exit code: 1 when the proxy is not there, 2 for a wrong call */
export async function runTop(argv: readonly string[], streams: TopStreams): Promise<number> {
  const args = takeSocket(argv);
  if (args === undefined || args.rest.length > 0) {
    streams.errors.write(USAGE);
    return 2;
  }
  const ask: Ask = async (signal) =>
    parseSnapshot(await askRuntime(args.socket, QUESTION, { patience: PATIENCE, signal }), performance.now());
  try {
    const first = await ask();
    const { input, output } = streams;
    if (input.isTTY === true && output.isTTY === true) await follow(first, ask, streams);
    else print(first, output);
    return 0;
  } catch (error) {
    streams.errors.write(`tsproxy top: ${args.socket}: ${messageOf(error)}\n`);
    return 1;
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function print(snapshot: Snapshot, output: Display): void {
  const lines = renderTop(snapshot, undefined, { width: PLAIN_WIDTH, height: undefined, scroll: 0, colour: false });
  output.write(`${lines.map((line) => line.trimEnd()).join('\n')}\n`);
}

/** Until somebody quits. A proxy that goes away may come back, so that is told and not the end. */
async function follow(first: Snapshot, ask: Ask, streams: TopStreams): Promise<void> {
  const over = new AbortController();
  const quit = (): void => over.abort();
  const screen = new Screen(streams.input, streams.output, streams.colour, quit);
  const signals = ['SIGTERM', 'SIGHUP', 'SIGINT'] as const;
  for (const signal of signals) process.once(signal, quit);
  screen.open();
  try {
    screen.show(first);
    while (await pause(over.signal)) await refresh(screen, ask, over.signal);
  } finally {
    screen.close();
    for (const signal of signals) process.off(signal, quit);
  }
}

/** @returns false when it is over */
function pause(over: AbortSignal): Promise<boolean> {
  if (over.aborted) return Promise.resolve(false);
  return delay(INTERVAL, true, { signal: over }).catch(() => false);
}

async function refresh(screen: Screen, ask: Ask, over: AbortSignal): Promise<void> {
  try {
    screen.show(await ask(over));
  } catch (error) {
    if (!over.aborted) screen.complain(messageOf(error));
  }
}
