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
  /** A server's slot is now this stream's. */
  placed(server: Server): void;
  /** It waited for a server that is no longer there: it has to choose again. */
  unplaced(): void;
}

export type PlacementFailure = 'no-server' | 'queue-full';
/** 'placed': placed() was called; 'queued': it will be, unless the stream gives up waiting. */
export type Placement = 'placed' | 'queued' | PlacementFailure;

/** Chooses by the backend's algorithm. */
export function place(stream: Placeable, backend: Backend): Placement {
  const wanted = wantedServer(stream, backend);
  if (wanted !== undefined) return placeOn(stream, wanted);
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

/** `use-server`: the server of the first line that applies and whose server can take traffic (manual 4.2). */
function wantedServer({ stream, avoid }: Placeable, backend: Backend): Server | undefined {
  for (const { condition, choose } of backend.useServers) {
    if (condition !== undefined && !condition(stream)) continue;
    const server = choose(stream);
    if (server !== undefined && server !== avoid && server.usable) return server;
  }
  return undefined;
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

const head: QueueHead = { thread: -1, priorityClass: 0, queueOrder: 0 };

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
  const moved = server.queue.ownLength;
  for (let left = moved; left > 0 && server.queue.first !== undefined; left--) {
    const stream = server.queue.first as Placeable;
    quitQueue(stream, server.backend);
    stream.unplaced();
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
