import { clock } from '../../base/clock.js';
import type { Reply } from '../../core/action.js';
import { ConnectionHeader, responseConnection } from '../../protocol/h1/connection.js';
import { H1Response, Method } from '../../protocol/h1/head.js';
import { parseResponse } from '../../protocol/h1/parser.js';
import { replyText, responseHeadText } from '../../protocol/h1/writer.js';
import { runAfter } from './response-analysis.js';
import { replySize } from './sizes.js';
import type { HttpStream } from './stream.js';

/**
 * Answers in the server's place, logs and ends the exchange.
 * @param termination the two characters of manual 8.5
 */
export function sendReply(stream: HttpStream, reply: Reply, termination: string): void {
  stream.dropUpstream();
  stream.log.termination = termination;
  stream.log.status = reply.status;
  if (reply.close === true || !stream.requestComplete || reply.raw !== undefined && closes(reply.raw)) stream.closeClient = true;
  const { head, text, body } = compose(stream, reply);
  stream.responseStarted = true;
  if (stream.request !== undefined || stream.timers.requestEnd >= 0) stream.log.bytesOut = replySize(text);
  stream.timers.responseHead = -1;
  stream.timers.end = clock.recent();
  stream.client.sendText(head + body);
  stream.finish();
}

function closes(raw: string): boolean {
  return /\r?\nconnection:[ \t]*close\r?\n/i.test(raw.slice(0, 1024));
}

function compose(stream: HttpStream, reply: Reply): { head: string; text: string; body: string } {
  const toHead = stream.request?.kind === Method.Head;
  const minor = stream.request?.minor ?? 1;
  const connection = responseConnection(1, minor, stream.closeClient);
  const text = replyText(reply, false, ConnectionHeader.None);
  if (!hasAfterRules(stream)) {
    const sent = replyText(reply, toHead, connection);
    return { head: sent, text, body: '' };
  }
  return withAfterRules(stream, text, toHead, connection);
}

function hasAfterRules(stream: HttpStream): boolean {
  const { frontend, backend } = stream;
  return frontend.httpAfterResponse.length > 0 || (backend !== undefined && backend.httpAfterResponse.length > 0);
}

const OPTIONS = { acceptInvalid: true, maxHeaders: 101, maxHeadSize: 1 << 20 };

/** `http-after-response` edits the proxy's own answers too: the answer is read back like a server's. */
function withAfterRules(stream: HttpStream, text: string, toHead: boolean, connection: ConnectionHeader): ReturnType<typeof compose> {
  const head = new H1Response();
  const bytes = Buffer.from(text, 'latin1');
  parseResponse(head, bytes, 0, bytes.length, OPTIONS);
  stream.response = head;
  const { frontend, backend } = stream;
  runAfter(stream, backend?.httpAfterResponse);
  if (backend?.model !== frontend.model) runAfter(stream, frontend.httpAfterResponse);
  stream.response = undefined;
  stream.log.status = head.status;
  return { head: responseHeadText(head, connection), text, body: toHead ? '' : text.slice(head.end) };
}
