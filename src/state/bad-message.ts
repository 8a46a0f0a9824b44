import type { Endpoint } from '../core/transport.js';

/** The last message of a proxy that broke the protocol, kept for `show errors` (management manual 9.3). */
export interface BadMessage {
  readonly direction: 'request' | 'response';
  /** Unix time in ms. */
  readonly date: number;
  /** Position among all that the process has seen. */
  readonly event: number;
  /** As received, except that names of fields read before the error are in lower case. */
  readonly bytes: Uint8Array;
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

/** Plain data: other threads are told about it. */
const nameOf = ({ name, id }: ProxyName): ProxyName => ({ name, id });

let events = 0;

/** How many were seen so far. */
export const badMessageCount = (): number => events;

/** Keeps a copy of the bytes from the message's first one on. */
export function badMessage(
  facts: Omit<BadMessage, 'event' | 'bytes' | 'date'>,
  buffer: Buffer,
  start: number,
  end: number,
): BadMessage {
  const { frontend, backend, server } = facts;
  return {
    ...facts,
    frontend: nameOf(frontend),
    backend: backend && nameOf(backend),
    server: server && nameOf(server),
    date: Date.now(),
    event: events++,
    bytes: Buffer.from(buffer.subarray(start, Math.min(end, start + LARGEST))),
  };
}
