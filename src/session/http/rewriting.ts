import { BE, FE, LI, SV } from '../../core/counters.js';
import type { H1Head } from '../../protocol/h1/head.js';
import { FIELD_OVERHEAD, MESSAGE_OVERHEAD } from '../../protocol/h1/parser.js';
import type { HttpStream } from './stream.js';

/**
 * Whether a field of `bytes` (name and value) can be added. HAProxy rewrites a message inside of the buffer that it
 * came into, of which what is received leaves `tune.maxrewrite` free (manual 3.2): what does not fit fails.
 */
export function editFits(stream: HttpStream, response: boolean, bytes: number): boolean {
  const { upstream } = stream;
  // an answer of our own has never been the server's
  const head = response ? (upstream.responseHead ?? stream.response) : stream.request;
  if (head === undefined) return true;
  const { bufferSize, strictHead } = stream.client.engine;
  const arrived = upstream.responseHead === undefined ? Math.max(0, head.contentLength) : upstream.arrivedBody;
  const body = response ? arrived : bodyOf(stream);
  const wire = head.end - head.start + MESSAGE_OVERHEAD + head.headers.received * FIELD_OVERHEAD;
  const more = bytes + FIELD_OVERHEAD;
  if (wire + body + head.headers.added + more <= bufferSize) return true;
  const before = storedSize(head);
  const received = Math.max(before, Math.min(before + body, strictHead.maxHeadSize));
  return received + head.headers.added + more <= bufferSize;
}

const bodyOf = (stream: HttpStream): number => stream.held.bytes + stream.arrivingBytes;

/** What a received head takes in that buffer, without what was added to it. */
export function storedSize(head: H1Head): number {
  const { headers } = head;
  let size = head.lineSize + MESSAGE_OVERHEAD + headers.received * FIELD_OVERHEAD;
  const { offsets } = headers;
  for (let at = headers.received * 4 - 4; at >= 0; at -= 4)
    size += offsets[at + 1] - offsets[at] + offsets[at + 3] - offsets[at + 2];
  return size;
}

/** Counts an edit that failed (`wrew` in the statistics). */
export function tallyFailedEdit({ frontend, client, backend, server }: HttpStream): void {
  frontend.counters[FE.wrew]++;
  client.listener.counters[LI.wrew]++;
  if (backend !== undefined) backend.counters[BE.wrew]++;
  if (server !== undefined) server.counters[SV.wrew]++;
}

/** Counts rules that ended with an internal error (`eint`). */
export function tallyFailedRules({ frontend, client, backend, server }: HttpStream): void {
  frontend.counters[FE.eint]++;
  client.listener.counters[LI.eint]++;
  if (backend !== undefined) backend.counters[BE.eint]++;
  if (server !== undefined) server.counters[SV.eint]++;
}

/** Rules stop with an internal error, as `strict-mode` wants of a failed edit (manual 4.2). */
export function failRules(stream: HttpStream): void {
  const { client, server } = stream;
  tallyFailedRules(stream);
  if (
    server === undefined &&
    stream.request !== undefined &&
    storedSize(stream.request) + bodyOf(stream) > client.engine.strictHead.maxHeadSize
  )
    stream.closeClient = true; // HAProxy has not read the rest of the body
  stream.ending.failRules(server !== undefined);
}
