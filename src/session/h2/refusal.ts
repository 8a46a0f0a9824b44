import { FE, LI } from '../../core/counters.js';
import { clock } from '../../base/clock.js';
import { countErrorOf, countRequest } from '../../rules/tracking.js';
import { releaseStream, takeStream } from '../http/spare-streams.js';
import type { H2Client } from './client.js';
import { sendReply } from '../http/reply.js';
import { H2Stream } from './stream.js';

/** A field block that is no request, or a broken connection: no rule sees it, but it is logged as <BADREQ>. */
export function logMalformed(client: H2Client, now: number): void {
  client.frontend.counters[FE.ereq]++;
  client.listener.counters[LI.ereq]++;
  countRequest(client);
  countErrorOf(client);
  const http = takeStream();
  http.attach(new H2Stream(client, 0), now, now);
  http.ending.logOnly(0, 'PR', false);
  releaseStream(http);
}

/** What looks like a request to HTTP/2 but cannot be one of HTTP: answered with 400. */
export function refuse(client: H2Client, stream: H2Stream, ended: boolean): void {
  client.frontend.counters[FE.ereq]++;
  client.listener.counters[LI.ereq]++;
  countRequest(client);
  countErrorOf(client);
  const now = clock.recent();
  const http = takeStream();
  stream.http = http;
  stream.peerEnded = ended;
  http.attach(stream, now, now);
  sendReply(http, http.errorReply(400), 'PR');
}
