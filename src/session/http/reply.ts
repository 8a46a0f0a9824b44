import { clock } from '../../base/clock.js';
import type { Reply } from '../../core/action.js';
import { BodyFraming } from '../../core/message.js';
import { ConnectionHeader, responseConnection } from '../../protocol/h1/connection.js';
import { H1Response, HeadFlag, Method } from '../../protocol/h1/head.js';
import { parseResponse, ParseResult } from '../../protocol/h1/parser.js';
import { replyText, responseHeadText } from '../../protocol/h1/writer.js';
import { defaultReply } from '../../rules/replies.js';
import { RESCUE } from '../rescue.js';
import { Feed } from './feed.js';
import { runAfter } from './response-analysis.js';
import { tallyFailedRules } from './rewriting.js';
import { replySize } from './sizes.js';
import type { HttpStream } from './stream.js';

/**
 * Answers in the server's place, logs and ends the exchange.
 * @param termination the first two characters of manual 8.5
 */
export function sendReply(stream: HttpStream, given: Reply, termination: string): void {
  const reply = given.feed === undefined ? given : withoutLength(stream, given);
  stream.ending.dropUpstream();
  stream.log.termination = termination;
  stream.log.status = reply.status;
  stream.timers.responseHead = -1;
  if (reply.close === true || saysClose(reply) || !stream.requestComplete || stream.frontend.stopping)
    stream.closeClient = true;
  if (reply.raw === '') {
    stream.ending.cut();
    return;
  }
  const text = reply.raw ?? replyText(reply, false, ConnectionHeader.None);
  const edited = needsReading(stream, reply);
  const sent = edited ? readBack(stream, text) : direct(stream, reply);
  if (sent === undefined) {
    // as HAProxy, whose `return` notes the time of the request when all is done
    if (termination.startsWith('L')) stream.timers.requestEnd = -1;
    tallyFailedRules(stream);
    sendReply(stream, stream.errorReply(RESCUE['rewrite-failed'].status), `P${termination.charAt(1)}`);
    return;
  }
  const counted = edited && reply.raw === undefined ? sent : asCounted(stream, reply, text);
  stream.log.bytesOut = stream.answer.interimBytes + replySize(counted) + (saysClose(reply) ? CLOSE_SIZE : 0);
  stream.answer.started = true;
  stream.timers.end = clock.recent();
  stream.client.sendText(sent);
  if (reply.feed === undefined || stream.method === Method.Head) stream.ending.finish();
  else {
    stream.feed = new Feed(stream, reply.feed);
    stream.feed.open();
  }
}

/** A reply that goes on: in chunks, which HTTP/1.0 does not know. Whoever is still sending gets none of it. */
function withoutLength(stream: HttpStream, reply: Reply): Reply {
  if (!stream.requestBody.done) return { ...reply, feed: undefined };
  if (stream.request?.minor !== 0) return { ...reply, headers: [...reply.headers, ['transfer-encoding', 'chunked']] };
  stream.closeClient = true;
  return reply;
}

function asCounted(stream: HttpStream, reply: Reply, text: string): string {
  return stream.method === Method.Head ? replyText(reply, true, ConnectionHeader.None) : text;
}

/** `connection: close` as the log counts it. */
const CLOSE_SIZE = 15;

/** Of HAProxy's own pages those for 400 and 408 carry the field themselves, the others only where it is needed. */
function saysClose(reply: Reply): boolean {
  return (reply.status === 400 || reply.status === 408) && reply === defaultReply(reply.status);
}

function direct(stream: HttpStream, reply: Reply): string {
  const minor = stream.request?.minor ?? 1;
  return replyText(reply, stream.method === Method.Head, responseConnection(1, minor, stream.closeClient));
}

/** An errorfile is written by hand, and `http-after-response` rules edit: both need a head that can be looked at. */
function needsReading(stream: HttpStream, reply: Reply): boolean {
  const { frontend, backend } = stream;
  return (
    reply.raw !== undefined || frontend.httpAfterResponse.length > 0 || (backend?.httpAfterResponse.length ?? 0) > 0
  );
}

const OPTIONS = { acceptInvalid: true, maxHeaders: 101, maxHeadSize: 1 << 20 };

/**
 * Treats the answer as a server's: parsed, run through the rules, written in our form.
 * @returns undefined when the rules failed
 */
function readBack(stream: HttpStream, text: string): string | undefined {
  const head = new H1Response();
  const bytes = Buffer.from(text, 'latin1');
  if (parseResponse(head, bytes, 0, bytes.length, OPTIONS) !== ParseResult.Complete) {
    stream.closeClient = true;
    return text;
  }
  const body = stream.method === Method.Head ? '' : text.slice(head.end);
  if (head.framing === BodyFraming.UntilClose) stream.closeClient = true;
  stream.response = head;
  const { frontend, backend } = stream;
  const passed =
    runAfter(stream, backend?.httpAfterResponse) &&
    (backend?.model === frontend.model || runAfter(stream, frontend.httpAfterResponse));
  stream.response = undefined;
  if (!passed) return undefined;
  stream.log.status = head.status;
  head.flags &= ~HeadFlag.Close;
  return responseHeadText(head, responseConnection(head.minor, stream.request?.minor ?? 1, stream.closeClient)) + body;
}
