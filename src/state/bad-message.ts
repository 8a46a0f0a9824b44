import type { Endpoint } from '../core/transport.js';
import type { Backend } from './backend.js';
import type { Frontend } from './frontend.js';

/** The last message of a proxy that broke the protocol, kept for `show errors` (management manual 9.3). */
export interface BadMessage {
  readonly direction: 'request' | 'response';
  /** Unix time in ms. */
  readonly date: number;
  /** Position among all that the process has seen. */
  readonly event: number;
  /** As received, except that names of fields read before the error are in lower case. */
  readonly bytes: Buffer;
  /** Offset of the first byte that is wrong. */
  readonly errorAt: number;
  /** What the parser complains about: `target`, `header-name`… */
  readonly error: string;
  readonly source: Endpoint;
  readonly frontend: ProxyName;
  /** Where the request had got to, undefined = no backend, no server yet. */
  readonly backend: ProxyName | undefined;
  readonly server: ProxyName | undefined;
}

interface ProxyName {
  readonly name: string;
  readonly id: number;
}

/** As much of a message is kept as HAProxy's buffer holds. */
const LARGEST = 16_384;

let events = 0;

/** How many were seen so far. */
export const badMessageCount = (): number => events;

let observer: ((message: BadMessage) => void) | undefined = undefined;

/** A thread tells the main one, which answers `show errors`. */
export function onBadMessage(tell: (message: BadMessage) => void): void {
  observer = tell;
}

/** Keeps what another thread saw; events are numbered here. */
export function keepBadMessage(
  message: BadMessage,
  frontends: readonly Frontend[],
  backends: readonly Backend[],
): void {
  // bytes arrive as a plain array of bytes
  const kept = { ...message, bytes: Buffer.from(message.bytes), event: events++ };
  if (message.direction === 'request') {
    const frontend = frontends.find(({ id }) => id === message.frontend.id);
    if (frontend !== undefined) frontend.badRequest = kept;
  } else {
    const backend = backends.find(({ id }) => id === message.backend?.id);
    if (backend !== undefined) backend.badResponse = kept;
  }
}

/** Keeps a copy of the bytes from the message's first one on. */
export function badMessage(
  facts: Omit<BadMessage, 'event' | 'bytes' | 'date'>,
  buffer: Buffer,
  start: number,
  end: number,
): BadMessage {
  const message = {
    ...facts,
    date: Date.now(),
    event: events++,
    bytes: Buffer.from(buffer.subarray(start, Math.min(end, start + LARGEST))),
  };
  observer?.(message);
  return message;
}
