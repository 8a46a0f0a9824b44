import type { BalanceInput } from '../core/balancer.js';
import { BE, SV } from '../core/counters.js';
import type { StreamContext } from '../core/stream.js';
import type { Backend } from '../state/backend.js';
import type { Pending, PendingQueue, QueueHead } from '../state/queue.js';
import type { Server } from '../state/server.js';

/**
 * Gives each stream a server, or a place in a queue until one has room (manual 4.2 `balance`, `timeout queue`, 5.2
 * `maxconn`, `maxqueue`). The slot that `placed` receives is the stream's until it calls `leave`.
 */
export interface Placeable extends Pending, BalanceInput {
  readonly stream: StreamContext;
  avoid: Server | undefined;
  /** Chosen before balancing, by `use-server` or persistence (upstream/direct); place() takes it. */
  wanted: Server | undefined;
  /** Stick bits. */
  stick: number;
  /** The server it tried or waited for last: going to another one counts as a redispatch. */
  previousServer: Server | undefined;
  /** A server's slot is now this stream's. */
  placed(server: Server): void;
  /** It waited for a server that is no longer there: it has to choose again. */
  unplaced(): void;
}

export type PlacementFailure = 'no-server' | 'queue-full';
/** 'placed': placed() was called; 'queued': it will be, unless the stream gives up waiting. */
export type Placement = 'placed' | 'queued' | PlacementFailure;

/** Why a stream goes to its server, as bits (HAProxy's SF_DIRECT, SF_FORCE_PRST, SF_IGNORE_PRST). */
export const enum Stick {
  /** The server was not balanced to but chosen by `use-server`, a cookie or an RDP cookie. */
  Direct = 1,
  /** `force-persist` applies: even to a server that is down, and to no other. */
  Forced = 2,
  /** `ignore-persist` applies. */
  Ignored = 4,
}

/** The server that was chosen beforehand; otherwise, or when its queue is full and `option redispatch` is set, by the backend's algorithm. */
export function place(stream: Placeable, backend: Backend): Placement {
  const { wanted } = stream;
  if (wanted !== undefined) {
    stream.wanted = undefined;
    const outcome = placeOn(stream, wanted);
    if (outcome !== 'queue-full' || backend.redispatch === 0 || (stream.stick & Stick.Forced) !== 0) return outcome;
    stream.previousServer = wanted;
  }
  stream.stick &= ~Stick.Direct;
  if (backend.dispatch !== undefined) return placeOn(stream, backend.dispatch);
  const server = backend.balancer.pick(stream) as Server | undefined;
  if (server === undefined) {
    if (backend.servers.length === 0 || !backend.up) return 'no-server';
    enqueue(stream, backend.queue, backend);
    return 'queued';
  }
  const outcome = placeOn(stream, server);
  if (outcome !== 'queue-full') {
    server.counters[SV.lbtot]++;
    backend.counters[BE.lbtot]++;
  }
  return outcome;
}

/**
 * `option prefer-last-server`: the server that answered this client's last request on the connection (manual 4.2).
 * As in HAProxy 2.6 that has an effect only where connections belong to one client (`http-reuse never`).
 */
export function preferredServer(last: Server | undefined, backend: Backend): Server | undefined {
  const { options, httpReuse, maxKeepAliveQueue = 0 } = backend.model;
  if (last?.backend !== backend || options['prefer-last-server'] !== true || httpReuse !== 'never') return undefined;
  if (backend.balancer.deterministic || !last.usable) return undefined;
  const room = maxKeepAliveQueue === 0 || !last.full || last.queue.length + 1 < maxKeepAliveQueue;
  return room ? last : undefined;
}

/** Uses the given server (persistence, retry on the same one), queueing there when it is full. */
export function placeOn(stream: Placeable, server: Server): Placement {
  if (!server.full && server.take()) {
    stream.placed(server);
    return 'placed';
  }
  if (server.maxqueue > 0 && server.queue.length >= server.maxqueue) {
    stream.stream.log.serverName = server.name;
    return 'queue-full';
  }
  enqueue(stream, server.queue, server.backend, server);
  return 'queued';
}

/** The stream no longer uses the server: the next one waiting gets the slot. */
export function leave(server: Server): void {
  server.release();
  serveQueues(server);
}

/** The stream gives up waiting (timeout, client gone): what it waited for is in its log line. */
export function giveUpQueue(stream: Placeable, backend: Backend): void {
  const { queue } = stream;
  if (queue === undefined) return;
  const server = queue === backend.queue ? undefined : serverOf(queue, backend);
  if (server !== undefined) {
    stream.stream.log.serverName = server.name;
    stream.stream.log.srvConn = server.served;
  }
  quitQueue(stream, backend);
}

/** The stream stops waiting. */
function quitQueue(stream: Placeable, backend: Backend): void {
  const { queue } = stream;
  if (queue === undefined) return;
  leaveQueue(stream, queue, backend);
  queue.remove(stream);
  countQueued(queue, backend);
}

function leaveQueue(stream: Placeable, queue: PendingQueue, backend: Backend): void {
  const { log } = stream.stream;
  if (queue === backend.queue) log.backendQueue += queue.turnOf(stream);
  else log.serverQueue += queue.turnOf(stream);
}

const head: QueueHead = { thread: -1, priorityClass: 0, queueTime: 0, queueOrder: 0 };

/** Fills the free slots of a server from its own queue and its backend's, oldest first, whatever thread they wait in. */
export function serveQueues(server: Server): void {
  const { backend } = server;
  while (server.queue.length > 0 || backend.queue.length > 0) {
    const limit = server.dynamicMaxconn;
    if (limit > 0 && server.served >= limit) return;
    head.thread = -1;
    let queue = server.queue.lead(head) ? server.queue : undefined;
    if (server.usable && server.effectiveWeight > 0 && backend.queue.lead(head)) ({ queue } = backend);
    if (queue === undefined) return;
    if (head.thread !== backend.thread) {
      backend.links.slotFree(head.thread, backend.index, server.index);
      return;
    }
    const stream = queue.first as Placeable | undefined;
    if (stream === undefined || !server.take()) return;
    leaveQueue(stream, queue, backend);
    queue.serve(stream);
    countQueued(queue, backend);
    stream.placed(server);
  }
}

/** A server went down: those waiting for it choose again, or wait for whichever server has room first. */
export function redistributeQueue(server: Server): number {
  const { backend } = server;
  // Without `option redispatch` they wait on: the server may return before their time is over.
  if (backend.redispatch === 0 || backend.model.options.persist === true) return 0;
  let moved = 0;
  let next: Pending | undefined;
  for (let pending = server.queue.first; pending !== undefined; pending = next) {
    next = pending.queueNext;
    const stream = pending as Placeable;
    if ((stream.stick & Stick.Forced) !== 0) continue;
    quitQueue(stream, backend);
    stream.previousServer = server;
    stream.unplaced();
    moved++;
  }
  return moved;
}

function enqueue(stream: Placeable, queue: PendingQueue, backend: Backend, server?: Server): void {
  queue.add(stream);
  countQueued(queue, backend, server);
}

function countQueued(queue: PendingQueue, backend: Backend, server?: Server): void {
  const row = server?.counters ?? (queue === backend.queue ? undefined : serverOf(queue, backend)?.counters);
  if (row !== undefined) {
    row[SV.qcur] = queue.ownLength;
    if (queue.length > row[SV.qmax]) row[SV.qmax] = queue.length;
  }
  let total = backend.queue.length;
  let own = backend.queue.ownLength;
  for (const each of backend.servers) {
    total += each.queue.length;
    own += each.queue.ownLength;
  }
  backend.counters[BE.qcur] = own;
  if (total > backend.counters[BE.qmax]) backend.counters[BE.qmax] = total;
}

function serverOf(queue: PendingQueue, backend: Backend): Server | undefined {
  return backend.servers.find((server) => server.queue === queue);
}
