import type { DataName, StickTable, TableKey, Tracked, TrackedEntry } from '../core/stick-table.js';
import type { StreamContext } from '../core/stream.js';

/**
 * What sessions and streams count in the stick-table entries that they follow (manual 4.2 `track-sc`). Nothing here runs
 * while nothing is tracked: `tracked` is then undefined.
 */

/** A session, or a stream of it. */
export interface Tracker {
  tracked?: Tracked | undefined;
}

/**
 * Follows an entry from now on: one more connection of its key.
 * @param request an HTTP request is being looked at, and counts as the first one
 */
export function track(tracker: Tracker, counter: number, table: StickTable, key: TableKey, request: boolean): void {
  const entry = table.hold(key);
  if (entry === 0) return;
  const tracked = { table, entry };
  (tracker.tracked ??= [])[counter] = tracked;
  add(tracked, 'conn_cur', 1);
  add(tracked, 'conn_cnt', 1);
  add(tracked, 'conn_rate', 1);
  if (request) {
    add(tracked, 'http_req_cnt', 1);
    add(tracked, 'http_req_rate', 1);
  }
  table.touch(entry);
}

/** The session, or the stream, is over: its entries lose a connection, and may expire from now on. */
export function releaseTracked(tracker: Tracker): void {
  const { tracked } = tracker;
  if (tracked === undefined) return;
  tracker.tracked = undefined;
  for (const each of tracked) {
    if (each === undefined) continue;
    const { table, entry } = each;
    const current = table.field('conn_cur');
    if (current !== undefined && table.read(entry, current) > 0) table.add(entry, current, -1);
    table.release(entry, true);
  }
}

/** The rules of connections have passed: it is a session. */
export function countSession(tracker: Tracker): void {
  each(tracker.tracked, 'sess_cnt', 'sess_rate', 1);
}

/** A request of a session has arrived, good or bad. */
export function countRequest(tracker: Tracker): void {
  each(tracker.tracked, 'http_req_cnt', 'http_req_rate', 1);
}

/** What came on a session was no request. */
export function countErrorOf(tracker: Tracker): void {
  each(tracker.tracked, 'http_err_cnt', 'http_err_rate', 1);
}

/** A request was wrong: malformed, or refused by a rule, or by the server with a 4xx. */
export function countError(stream: StreamContext): void {
  countErrorOf(stream);
  countErrorOf(stream.session);
}

/** A server failed at a request: no proper response, or a 5xx other than 501 and 505. */
export function countFailure(stream: StreamContext): void {
  each(stream.tracked, 'http_fail_cnt', 'http_fail_rate', 1);
  each(stream.session.tracked, 'http_fail_cnt', 'http_fail_rate', 1);
}

/** What a server's status says of its client, or of itself. */
export function countStatus(stream: StreamContext, status: number): void {
  if (status >= 400 && status < 500) countError(stream);
  else if (status >= 500 && status < 600 && status !== 501 && status !== 505) countFailure(stream);
}

/** The same, in an entry that is tracked from the response on. */
export function countStatusOf(entry: TrackedEntry, status: number): void {
  if (status >= 400 && status < 500) {
    add(entry, 'http_err_cnt', 1);
    add(entry, 'http_err_rate', 1);
  } else if (status >= 500 && status < 600 && status !== 501 && status !== 505) {
    add(entry, 'http_fail_cnt', 1);
    add(entry, 'http_fail_rate', 1);
  }
}

/** A stream is over: what it carried. */
export function countBytes({ tracked, session, log }: StreamContext): void {
  each(tracked, 'bytes_in_cnt', 'bytes_in_rate', log.bytesIn);
  each(tracked, 'bytes_out_cnt', 'bytes_out_rate', log.bytesOut);
  // of a TCP session both are one
  if (tracked === session.tracked) return;
  each(session.tracked, 'bytes_in_cnt', 'bytes_in_rate', log.bytesIn);
  each(session.tracked, 'bytes_out_cnt', 'bytes_out_rate', log.bytesOut);
}

/** Whether anything is to be counted for a stream. */
export function isTracking(stream: StreamContext): boolean {
  return stream.tracked !== undefined || stream.session.tracked !== undefined;
}

function each(tracked: Tracked | undefined, count: DataName, rate: DataName, amount: number): void {
  if (tracked === undefined || amount === 0) return;
  for (const entry of tracked) {
    if (entry === undefined) continue;
    const counted = add(entry, count, amount);
    if (add(entry, rate, amount) || counted) entry.table.touch(entry.entry);
  }
}

function add({ table, entry }: TrackedEntry, name: DataName, amount: number): boolean {
  const field = table.field(name);
  if (field === undefined) return false;
  table.add(entry, field, amount);
  return true;
}
