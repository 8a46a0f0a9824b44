import { FE, LI } from '../../core/counters.js';
import type { H1Request } from '../../protocol/h1/head.js';
import { badMessage } from '../../state/bad-message.js';
import { countErrorOf, countRequest } from '../../rules/tracking.js';
import { ClientState } from './client-state.js';
import type { H1Client } from './client.js';
import { releaseHead } from './spare-heads.js';
import type { HttpStream } from './stream.js';

/** Requests that never became one: no rule sees them, but they are answered, counted and logged as <BADREQ>. */

/** A head that is no HTTP: 400 (or what else HAProxy says to such a one). */
export function refuseHead(client: H1Client, head: H1Request): void {
  answer(client, head.errorStatus, 'PR');
}

/** Keeps a request that is none, for `show errors`. */
export function remember(
  { frontend, source }: H1Client,
  error: string,
  errorAt: number,
  buffer: Buffer,
  start: number,
  end: number,
): void {
  const message = {
    direction: 'request',
    error,
    errorAt,
    source,
    frontend,
    backend: undefined,
    server: undefined,
  } as const;
  frontend.badRequest = badMessage(message, buffer, start, end);
}

/** A body that is wrong from its first bytes: no rule sees the request. */
export function refuseBody(client: H1Client, stream: HttpStream, head: H1Request): void {
  releaseHead(head);
  countBadRequest(client);
  client.state = ClientState.Body;
  stream.ending.refuse(400, 'PR');
}

/** The client closed its side before its request was complete; it may still read why nothing came of it. */
export function refuseHalf(client: H1Client): void {
  answer(client, 400, 'CR');
  client.flush();
}

/** `timeout http-request` is over before the request's head is complete. */
export function refuseSlow(client: H1Client): void {
  answer(client, 408, 'cR');
  client.flush();
}

/** The connection broke (RST) during the first head: nobody can be answered. */
export function logBroken(client: H1Client): void {
  countBadRequest(client);
  const stream = client.takeStream();
  stream.ending.logOnly(400, 'CR');
  client.releaseStream(stream);
}

function answer(client: H1Client, status: number, termination: string): void {
  countBadRequest(client, status !== 408);
  client.reader.dropHead();
  const stream = client.takeStream();
  client.state = ClientState.Body;
  stream.ending.refuse(status, termination);
}

/** @param wrong what came was no request, rather than not all of one in time */
function countBadRequest(client: H1Client, wrong = true): void {
  const { frontend, listener, tracked } = client;
  if (tracked !== undefined) {
    countRequest(client);
    if (wrong) countErrorOf(client);
  }
  frontend.counters[FE.ereq]++;
  listener.counters[LI.ereq]++;
}
