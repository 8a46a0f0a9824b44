import { clock } from '../../base/clock.js';
import { timers } from '../../base/timer-wheel.js';
import { BodyFraming } from '../../core/message.js';
import type { BodyReader } from '../../protocol/h1/body.js';
import { dropHopFields, responseConnection } from '../../protocol/h1/connection.js';
import type { H1Request, H1Response } from '../../protocol/h1/head.js';
import { HeadFlag } from '../../protocol/h1/head.js';
import { FIELD_OVERHEAD } from '../../protocol/h1/parser.js';
import { badMessage } from '../../state/bad-message.js';
import type { Backend } from '../../state/backend.js';
import type { Server } from '../../state/server.js';
import { RETRY_EMPTY, RETRY_JUNK, retryBitOf } from '../../upstream/retry.js';
import { RESCUE } from '../rescue.js';
import { countStatus, isTracking } from '../../rules/tracking.js';
import { tallyAbort, tallyFailure, tallyResponse } from '../tally.js';
import { Phase } from './phase.js';
import { analyseResponse } from './response-analysis.js';
import { replySize, responseHeadSize } from './sizes.js';
import { storedSize } from './rewriting.js';
import type { HttpStream } from './stream.js';

/** What the server sends in return, on its way to the client. One per stream, reused with it. */
export class Answer {
  /** The response head (or a reply) is on its way: an error can no longer be told politely. */
  started = false;
  /** The response is complete; the request may not be. */
  complete = false;
  /** Bytes of what came before the final response, as the log counts them: interim responses, one that was replaced. */
  interimBytes = 0;
  /** Body of a response that arrived in one piece: HAProxy logs it even where another answer is sent. */
  private arrivedBody = 0;
  /** The answer goes to nobody. */
  private clientLost = false;
  private requestMinor = 1;
  private upgradeAsked = false;

  constructor(private readonly stream: HttpStream) {}

  reset(): void {
    this.started = false;
    this.complete = false;
    this.interimBytes = 0;
    this.clientLost = false;
  }

  /** What it is an answer to. */
  to(request: H1Request): void {
    this.requestMinor = request.minor;
    this.upgradeAsked = request.has(HeadFlag.ConnectionUpgrade) && request.has(HeadFlag.Upgrade);
  }

  // --- interim responses ---

  /** The server's own. */
  informational(head: H1Response): void {
    const { stream } = this;
    this.interimBytes += responseHeadSize(head);
    tallyResponse(stream, head.status);
    const connection = responseConnection(1, 1, false);
    stream.client.sendHead(head, connection);
    stream.client.flush();
    stream.armServer();
  }

  /** The proxy's own. */
  sendInformational(status: number, headers: readonly (readonly [string, string])[]): void {
    const { client } = this.stream;
    let text = `HTTP/1.1 ${status} ${status === 103 ? 'Early Hints' : 'Continue'}\r\n`;
    for (const [name, value] of headers) text += `${name}: ${value}\r\n`;
    text += '\r\n';
    this.interimBytes += replySize(text);
    client.sendText(text);
    if (!client.consuming) client.flush();
  }

  // --- the head ---

  /** 101 without having been asked: the server and the client would not speak the same protocol. */
  get mayUpgrade(): boolean {
    return this.upgradeAsked;
  }

  /** A head that is not passed on still counts, as HAProxy counts it. */
  refusedHead(head: H1Response): void {
    this.interimBytes += responseHeadSize(head);
    tallyResponse(this.stream, head.status);
    this.stream.ending.fail('bad-response');
  }

  /** @param arrived the whole response is already there */
  head(head: H1Response, arrived: boolean): void {
    const { stream } = this;
    const backend = stream.backend as Backend;
    if (backend.retryAfterSend !== 0 && stream.attempts.repeat(retryBitOf(head.status))) return;
    stream.timers.responseHead = clock.recent();
    stream.response = head;
    stream.phase = Phase.Data;
    stream.log.status = head.status;
    if (head.has(HeadFlag.Connection)) dropHopFields(head);
    stream.log.bytesOut = this.interimBytes + responseHeadSize(head);
    backend.onTraffic?.(
      stream.server as Server,
      head.status < 500 || head.status === 501 || head.status === 505,
      'layer7',
    );
    if (isTracking(stream)) countStatus(stream, head.status);
    this.arrivedBody = arrived && head.framing === BodyFraming.Length ? head.contentLength : 0;
    if (!arrived && !stream.client.reframes) stream.upstream.bulk(true);
    this.analyse();
  }

  /** Another answer takes the response's place; what came of it still counts. */
  replaced(): void {
    const { response, log, client } = this.stream;
    const room =
      response === undefined ? 0 : client.engine.strictHead.maxHeadSize - storedSize(response) - FIELD_OVERHEAD;
    this.interimBytes = log.bytesOut + Math.min(this.arrivedBody, Math.max(0, room));
  }

  /** Runs the rules, from where they stand. */
  analyse(): void {
    const { stream } = this;
    stream.waiting = false;
    if (analyseResponse(stream)) this.forwardHead();
    else if (stream.waiting) stream.response?.detach();
  }

  /** Rules that wait see more of the response, which is kept from going on. */
  moreHeld(): void {
    const { stream } = this;
    if (stream.waiting && stream.response !== undefined) stream.resume();
  }

  /** The body that rules wait for did not come in time: what there is of the response counts, but goes nowhere. */
  late(): void {
    const { stream } = this;
    if (stream.response !== undefined) this.interimBytes += responseHeadSize(stream.response);
    this.interimBytes += stream.responseBuffer.length;
    // as HAProxy shows it: R, as of a request's body
    stream.phase = Phase.Request;
    stream.ending.fail('server-timeout');
  }

  private forwardHead(): void {
    const { stream } = this;
    const { client } = stream;
    const head = stream.response as H1Response;
    const { framing } = head;
    if (framing === BodyFraming.UntilClose || stream.frontend.stopping) stream.closeClient = true;
    if (head.has(HeadFlag.MustClose)) {
      stream.closeServer = true;
      // HTTP/1.0 knows no chunks: what follows on the client's connection could not be told apart either
      if (head.minor === 0) stream.closeClient = true;
    }
    const tunnel = framing === BodyFraming.Tunnel;
    const connection = responseConnection(head.minor, this.requestMinor, stream.closeClient && !tunnel);
    this.started = true;
    // counted as the server sent it, logged as a rule may have changed it
    tallyResponse(stream, stream.log.status);
    stream.log.status = head.status;
    client.sendHead(head, connection);
    if (head.has(HeadFlag.Close) || (head.minor === 0 && !head.has(HeadFlag.KeepAlive))) stream.closeServer = true;
    stream.response = undefined;
    stream.held.clear();
    if (client.gone) this.toNobody();
    else if (tunnel) stream.tunnel.open();
  }

  /** The client left while the server was at work: what came with the head still counts, more is not read. */
  private toNobody(): void {
    const { stream } = this;
    stream.log.termination = 'CD';
    stream.closeClient = true;
    this.clientLost = true;
    tallyAbort(stream, 'client');
    if (stream.upstream.body.framing === BodyFraming.Tunnel) stream.ending.finish();
  }

  // --- the body ---

  data(buffer: Buffer, start: number, end: number): void {
    const { client, upstream } = this.stream;
    const { body } = upstream;
    this.countOut(body, end - start);
    client.sendBody(body, buffer, start, end);
  }

  private countOut(body: BodyReader, raw: number): void {
    const { log } = this.stream;
    if (body.framing !== BodyFraming.Chunked) log.bytesOut += raw;
    else for (let i = 0; i < body.data.count; i++) log.bytesOut += body.data.end(i) - body.data.start(i);
  }

  /** All that has arrived is passed on, more is to come. */
  pause(): void {
    const { stream } = this;
    if (this.clientLost) {
      stream.ending.finish();
      return;
    }
    stream.ending.logAsap();
    // what a closed window keeps here is bounded by what one read brings
    if (!stream.client.reframes) stream.upstream.bulk(true);
    stream.armServer();
    if (!stream.client.flush() && stream.client.congested) {
      timers.disarm(stream);
      stream.upstream.pauseReading();
    }
  }

  end(): void {
    const { stream } = this;
    const { body } = stream.upstream;
    if (body.framing === BodyFraming.Chunked) stream.log.bytesOut += body.trailerBytes + 1;
    // in HTTP/2 the end of the response is a frame, and the client is told to keep the rest of its request
    if (stream.requestBody.done || stream.client.reframes) stream.ending.finish();
    else this.awaitRequestEnd();
  }

  /** The server answered before it had the whole request: the rest still goes to it, as long as it listens. */
  private awaitRequestEnd(): void {
    this.complete = true;
    timers.disarm(this.stream);
    this.stream.client.flush();
  }

  // --- none, or none that is whole ---

  /** The server closed where it should not have. */
  serverClosed(error = ''): void {
    const { stream } = this;
    if (this.complete) {
      stream.ending.finish();
      return;
    }
    if (stream.phase === Phase.Headers) {
      if (stream.attempts.repeat(RETRY_EMPTY, error === '' ? undefined : 'server-reset')) return;
      if (!stream.client.first) {
        stream.ending.leaveSilently();
        return;
      }
      (stream.backend as Backend).onTraffic?.(stream.server as Server, false, 'layer7');
      // 2.6 counts a reset in the place of a response twice; sums that are compared with its own must agree
      if (error !== '') tallyFailure(stream, RESCUE['server-reset']);
    }
    stream.ending.fail(error === '' ? 'server-closed' : 'server-reset');
  }

  /** Keeps a response that is none, for `show errors`. */
  remember({ error, errorAt }: H1Response, buffer: Buffer, start: number, end: number): void {
    const { backend, frontend, server, client } = this.stream;
    if (backend === undefined) return;
    const message = {
      direction: 'response',
      error,
      errorAt,
      source: client.session.source,
      frontend,
      backend,
      server,
    } as const;
    backend.badResponse = badMessage(message, buffer, start, end);
  }

  /** What the server sent is no response. */
  nonsense(): void {
    const { phase, attempts, ending } = this.stream;
    if (phase === Phase.Headers && attempts.repeat(RETRY_JUNK, 'bad-response')) return;
    ending.fail('bad-response');
  }
}
