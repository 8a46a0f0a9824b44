import { clock } from '../base/clock.js';
import { slidingAverage } from '../base/sliding-average.js';
import { BE, FE, LI, SV } from '../core/counters.js';
import type { StreamTimers } from '../core/stream.js';
import type { Backend } from '../state/backend.js';
import type { Frontend, Listener } from '../state/frontend.js';
import type { ProcessState } from '../state/process-state.js';
import type { Server } from '../state/server.js';
import type { TimeHistograms } from '../state/time-histograms.js';
import type { Facts } from './facts.js';
import type { Rescue } from './rescue.js';

/** All counting of sessions and streams, so that the engines do not mix bytes with book-keeping (management manual 9.1). */

/** What the counters need to know of a stream, HTTP or TCP. */
export interface Tallied {
  readonly frontend: Frontend;
  readonly backend: Backend | undefined;
  readonly server: Server | undefined;
  readonly log: Facts;
  readonly timers: StreamTimers;
  readonly client: { readonly listener: Listener; readonly engine: { readonly process: ProcessState } };
}

/** A connection was accepted: it has its places already. */
export function tallyAccept(frontend: Frontend, listener: Listener): void {
  const now = clock.recent();
  const fe = frontend.counters;
  const li = listener.counters;
  frontend.connectionRate.add(1, now);
  fe[FE.connTot]++;
  li[LI.stot]++;
  raise(fe, FE.connRateMax, frontend.connectionRate.read(now));
  fe[FE.scur]++;
  li[LI.scur]++;
  raise(fe, FE.smax, frontend.currentConnections);
  raise(li, LI.smax, listener.places.taken);
}

/** It became a session: no rule refused it, and it showed what it had to. */
export function tallySession({ counters, sessionRate }: Frontend): void {
  const now = clock.recent();
  sessionRate.add(1, now);
  counters[FE.stot]++;
  raise(counters, FE.sessRateMax, sessionRate.read(now));
}

export function tallyDisconnect(frontend: Frontend, listener: Listener): void {
  frontend.counters[FE.scur]--;
  listener.counters[LI.scur]--;
}

/** A valid HTTP request head arrived. */
export function tallyRequest({ frontend, client }: Tallied): void {
  const now = clock.recent();
  client.engine.process.countRequest();
  frontend.counters[FE.reqTot]++;
  frontend.requestRate.add(1, now);
  raise(frontend.counters, FE.reqRateMax, frontend.requestRate.read(now));
}

/** A stream chose its backend. */
export function tallyBackend(backend: Backend): void {
  const now = clock.recent();
  const be = backend.counters;
  be[BE.stot]++;
  if (backend.mode === 'http') be[BE.reqTot]++;
  be[BE.lastSess] = clock.date() / 1000;
  backend.sessionRate.add(1, now);
  raise(be, BE.sessRateMax, backend.sessionRate.read(now));
  be[BE.scur]++;
  raise(be, BE.smax, backend.currentConnections);
}

/** A backend of HTTP was chosen for what a client would ask, and it asked nothing. */
export function tallyVain({ counters }: Backend): void {
  counters[BE.reqTot]--;
  counters[BE.scur]--;
  counters[BE.cliAbrt]++;
}

/** A stream starts an attempt on a server: its first, again on the same one, or on another after a failure. */
export function tallyConnect(stream: Tallied, server: Server, previous: Server | undefined): void {
  const now = clock.recent();
  const sv = server.counters;
  sv[SV.stot]++;
  sv[SV.lastSess] = clock.date() / 1000;
  server.sessionRate.add(1, now);
  raise(sv, SV.sessRateMax, server.sessionRate.read(now));
  if (previous === undefined) return;
  const backend = server.backend.counters;
  if (previous === server) {
    sv[SV.wretr]++;
    backend[BE.wretr]++;
  } else {
    stream.log.redispatched = true;
    previous.counters[SV.wredis]++;
    backend[BE.wredis]++;
  }
}

/** `retry-on`: HAProxy counts the repetition, and then the attempt that it is. */
export function tallyRepeat(server: Server): void {
  server.counters[SV.wretr]++;
  server.backend.counters[BE.wretr]++;
}

/** A new connection to a server is established. */
export function tallyConnected(server: Server): void {
  server.counters[SV.connect]++;
  server.backend.counters[BE.connect]++;
}

/** An idle connection is used again. */
export function tallyReuse(server: Server): void {
  server.counters[SV.reuse]++;
  server.backend.counters[BE.reuse]++;
}

/** A server's response head arrived. */
export function tallyResponse({ server }: Tallied, status: number): void {
  if (server === undefined) return;
  server.counters[SV.reqTot]++;
  server.counters[classOf(status, SV.hrsp1xx, SV.hrspOther)]++;
}

export function tallyFailure(stream: Tallied, rescue: Rescue): void {
  if (rescue.backendCounter !== undefined && stream.backend !== undefined)
    stream.backend.counters[rescue.backendCounter]++;
  if (rescue.serverCounter !== undefined && stream.server !== undefined) stream.server.counters[rescue.serverCounter]++;
}

/** A transfer was cut: by whom (management manual 9.1, cli_abrt and srv_abrt). */
export function tallyAbort(stream: Tallied, by: 'client' | 'server'): void {
  const client = by === 'client';
  if (stream.backend !== undefined) stream.backend.counters[client ? BE.cliAbrt : BE.srvAbrt]++;
  if (stream.server !== undefined) stream.server.counters[client ? SV.cliAbrt : SV.srvAbrt]++;
}

/** The stream is over: bytes, times, status, and the counts its log line shows. Call before the server is left. */
export function tallyEnd(stream: Tallied, http: boolean): void {
  const { frontend, backend, server, log } = stream;
  tallyBytes(stream, log.bytesIn);
  if (http) frontend.counters[classOf(log.status, FE.hrsp1xx, FE.hrspOther)]++;
  if (backend !== undefined) {
    const be = backend.counters;
    be[BE.scur]--;
    if (http) be[classOf(log.status, BE.hrsp1xx, BE.hrspOther)]++;
    tallyTimes(stream.timers, be, BE.qtime, BE.qtimeMax, be[BE.stot]);
    if (server !== undefined) {
      const sv = server.counters;
      tallyTimes(stream.timers, sv, SV.qtime, SV.qtimeMax, sv[SV.stot]);
      if (server.times !== undefined) spreadTimes(stream, server.times);
    }
    if (backend.times !== undefined) spreadTimes(stream, backend.times);
  }
  if (frontend.totalTime !== undefined && isRequest(stream)) {
    frontend.totalTime.add(stream.timers.end - startOf(stream.timers));
  }
  noteConnections(stream);
  if (server !== undefined) log.srvConn--;
}

/**
 * Bytes that the counters do not have yet: at the end, and every few seconds with `option contstats`.
 * @param bytesIn from the client until now
 */
export function tallyBytes({ frontend, backend, server, log, client }: Tallied, bytesIn: number): void {
  const received = bytesIn - log.countedIn;
  const sent = log.bytesOut - log.countedOut;
  log.countedIn = bytesIn;
  log.countedOut = log.bytesOut;
  const fe = frontend.counters;
  const li = client.listener.counters;
  fe[FE.bin] += received;
  fe[FE.bout] += sent;
  li[LI.bin] += received;
  li[LI.bout] += sent;
  if (backend === undefined) return;
  const be = backend.counters;
  be[BE.bin] += received;
  be[BE.bout] += sent;
  if (server === undefined) return;
  const sv = server.counters;
  sv[SV.bin] += received;
  sv[SV.bout] += sent;
}

/** The counts that the log line shows. */
export function noteConnections({ frontend, backend, server, log, client }: Tallied): void {
  log.actConn = client.engine.process.connections;
  log.feConn = frontend.currentConnections;
  log.beConn = backend === undefined ? 0 : backend.currentConnections;
  if (server !== undefined) log.srvConn = server.served;
}

/** Queue, connect, response and total time: four neighbouring sums, and their maxima likewise. */
function tallyTimes(timers: StreamTimers, row: Float64Array, sums: number, maxima: number, count: number): void {
  const { queueEnd, connectEnd, responseHead, end } = timers;
  if (queueEnd < 0) return;
  const start = startOf(timers);
  addTime(row, sums, maxima, count, queueEnd - start);
  if (connectEnd < 0) return;
  addTime(row, sums + 1, maxima + 1, count, connectEnd - queueEnd);
  if (responseHead >= 0) addTime(row, sums + 2, maxima + 2, count, responseHead - connectEnd);
  addTime(row, sums + 3, maxima + 3, count, end - start);
}

/** `time-histograms`: the same times; the total also of what never came to a server. */
function spreadTimes(stream: Tallied, { queue, connect, response, total }: TimeHistograms): void {
  if (!isRequest(stream)) return;
  const { queueEnd, connectEnd, responseHead, end } = stream.timers;
  const start = startOf(stream.timers);
  if (queueEnd >= 0) queue.add(queueEnd - start);
  if (connectEnd >= 0) connect.add(connectEnd - queueEnd);
  if (connectEnd >= 0 && responseHead >= 0) response.add(responseHead - connectEnd);
  total.add(end - start);
}

/** In HTTP mode a client may have come and asked nothing: how long it took for that is no request's time. */
function isRequest({ frontend, timers }: Tallied): boolean {
  return timers.requestEnd >= 0 || frontend.mode === 'tcp';
}

function startOf({ requestEnd, accept }: StreamTimers): number {
  return requestEnd >= 0 ? requestEnd : accept;
}

function addTime(row: Float64Array, sum: number, maximum: number, count: number, value: number): void {
  const ms = value > 0 ? Math.floor(value) : 0;
  row[sum] = slidingAverage(row[sum], count, ms);
  if (ms > row[maximum]) row[maximum] = ms;
}

function classOf(status: number, first: number, other: number): number {
  const hundreds = Math.floor(status / 100);
  return hundreds >= 1 && hundreds <= 5 ? first + hundreds - 1 : other;
}

function raise(row: Float64Array, slot: number, value: number): void {
  if (value > row[slot]) row[slot] = value;
}
