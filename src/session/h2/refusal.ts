import { FE, LI } from '../../core/counters.js';
import { releaseStream, takeStream } from '../http/spare-streams.js';
import type { H2Client } from './client.js';
import { H2Stream } from './stream.js';

/** A field block that is no request, or a broken connection: no rule sees it, but it is logged as <BADREQ>. */
export function logMalformed(client: H2Client, now: number): void {
  client.frontend.counters[FE.ereq]++;
  client.listener.counters[LI.ereq]++;
  const http = takeStream();
  http.attach(new H2Stream(client, 0), now, now);
  http.ending.logOnly(0, 'PR', false);
  releaseStream(http);
}
