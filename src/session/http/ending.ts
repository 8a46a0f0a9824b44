import { clock } from '../../base/clock.js';
import { timers } from '../../base/timer-wheel.js';
import { BE, FE, SV } from '../../core/counters.js';
import type { ServerLink } from '../../core/upstream.js';
import type { Backend } from '../../state/backend.js';
import { pageForBadBytes } from '../../state/error-replies.js';
import type { Server } from '../../state/server.js';
import type { Killer } from '../../upstream/health-listener.js';
import { countBytes, countFailure, isTracking, releaseTracked } from '../../rules/tracking.js';
import { leave } from '../../upstream/placement.js';
import { type Failure, RESCUE } from '../rescue.js';
import { noteConnections, tallyAbort, tallyBytes, tallyEnd, tallyFailure, tallyResponse } from '../tally.js';
import { Phase, PHASE_LETTER } from './phase.js';
import { sendReply } from './reply.js';
import { releaseHead } from './spare-heads.js';
import type { HttpStream } from './stream.js';

/** `set-log-level silent` (LogFacts.level). */
const SILENT = 8;

/** How a stream ends: what its client is told, what the log says, who gets the connections. One per stream. */
export class Ending {
  /** The log line is written (`option logasap`, `Connect from`). */
  private logged = false;

  constructor(private readonly stream: HttpStream) {}

  reset(): void {
    this.logged = this.stream.frontend.logger.atStart === true;
  }

  // --- the log ---

  /** A request is there: where a frontend logs only that (`Connect from`), now. */
  logStart(): void {
    const { logger } = this.stream.frontend;
    this.logged = logger.atStart === true;
    if (this.logged) logger.stream(this.stream);
  }

  /** `option logasap`: the response head is there, and the line is written without waiting for the end (manual 8.2.3). */
  logAsap(): void {
    if (!this.stream.frontend.logAsap || this.logged) return;
    this.stream.timers.end = clock.recent();
    noteConnections(this.stream);
    this.log();
  }

  private log(): void {
    this.logged = true;
    this.stream.frontend.logger.stream(this.stream);
  }

  // --- something else than a response ---

  /** Something went wrong: the one place where failures become answers. */
  fail(failure: Failure): void {
    const { stream } = this;
    if (stream.phase === Phase.Done) return;
    const rescue = RESCUE[failure];
    // without a backend HAProxy is already looking for a server, of which there is none
    stream.log.termination = rescue.cause + PHASE_LETTER[failure === 'no-backend' ? Phase.Connect : stream.phase];
    tallyFailure(stream, rescue);
    if (stream.answer.started) {
      if (rescue.cause === 'S' || rescue.cause === 's') tallyAbort(stream, 'server');
      this.cut();
    } else {
      if (rescue.serverFailed === true && isTracking(stream)) countFailure(stream);
      sendReply(stream, stream.errorReply(rescue.status), stream.log.termination);
    }
  }

  /** Somebody ends the exchange who is neither its client nor its server. */
  kill(by: Killer): void {
    const { stream } = this;
    const { phase, log } = stream;
    if (phase === Phase.Done) return;
    log.termination = by + PHASE_LETTER[phase];
    if (phase < Phase.Headers) sendReply(stream, stream.errorReply(503), log.termination);
    else if (phase > Phase.Headers) this.cut();
    else if (stream.requestBody.done) {
      tallyFailure(stream, RESCUE['server-closed']);
      sendReply(stream, stream.errorReply(502), log.termination);
    } else {
      // HAProxy does not answer in the middle of a request, and shows no phase
      log.termination = `${by}-`;
      this.cut();
    }
  }

  /** A request that never became one: 400 or 408 (HAProxy logs 0 bytes for these), then the connection closes. */
  refuse(status: number, termination: string): void {
    const { stream } = this;
    stream.closeClient = true;
    stream.log.termination = termination;
    stream.log.status = status;
    stream.client.sendText(pageForBadBytes(stream.frontend.errorReplies, status));
    this.finish();
  }

  /** Nothing is sent, but it happened. @param counted among the responses */
  logOnly(status: number, termination: string, counted = true): void {
    const { stream } = this;
    stream.phase = Phase.Done;
    stream.log.status = status;
    stream.log.termination = termination;
    stream.timers.end = clock.recent();
    tallyEnd(stream, counted);
    if (!this.logged) this.log();
  }

  /**
   * A kept-alive request met a server that had just closed: the client knows to try again when its connection closes
   * without an answer (RFC 9112 section 9.3.1), and that is better than an error page.
   */
  leaveSilently(): void {
    this.stream.log.level = SILENT;
    this.stream.closeClient = true;
    this.finish();
  }

  /** `http-response deny`: 502 in the response's place (manual 4.2). */
  denyResponse(): void {
    const { stream } = this;
    (stream.backend as Backend).counters[BE.dresp]++;
    stream.frontend.counters[FE.dresp]++;
    if (stream.server !== undefined) stream.server.counters[SV.dresp]++;
    stream.answer.replaced();
    sendReply(stream, stream.reply ?? stream.errorReply(stream.denyStatus || 502), 'PH');
  }

  /** An error in the rules: 500. @param response whether they looked at a response, which is thrown away */
  failRules(response: boolean): void {
    const { stream } = this;
    if (response) {
      stream.answer.replaced();
      tallyResponse(stream, stream.log.status);
    }
    const termination = response ? 'PH' : 'PR';
    sendReply(stream, stream.errorReply(RESCUE['rewrite-failed'].status), termination);
  }

  /** A rule answers in the place of the server's response, which is thrown away. */
  replaceResponse(): void {
    this.stream.answer.replaced();
    sendReply(this.stream, this.stream.reply ?? this.stream.errorReply(200), 'LH');
  }

  // --- the end ---

  /** The connection to the server and the place in a queue are given up; the slot is kept to the end, for the counters. */
  dropUpstream(): void {
    timers.disarm(this.stream);
    this.stream.upstream.release(false);
    this.stream.attempts.stopWaiting();
  }

  /**
   * Ends the exchange and cuts the client off: its response cannot be completed, or it shall get none.
   * @param connection a rule rejects the client's whole connection, whatever else it carries
   */
  cut(connection = false): void {
    this.end();
    this.stream.client.abort(this.stream, connection);
  }

  /** The exchange is over; the client's connection goes on when it can. */
  finish(): void {
    const { stream } = this;
    if (stream.phase === Phase.Done) return;
    if (!stream.client.consuming) stream.client.flush();
    this.end();
    stream.client.finished(stream, stream.closeClient);
  }

  /** `option contstats`: the bytes until now; before a backend is chosen it would never get them. */
  recount(): void {
    const { stream } = this;
    if (stream.phase === Phase.Done || stream.request === undefined || stream.backend === undefined) return;
    tallyBytes(stream, stream.log.bytesIn + stream.requestBody.received);
  }

  private end(): void {
    const { stream } = this;
    if (stream.phase === Phase.Done) return;
    const { server, client, requestBody } = stream;
    const keep = !stream.closeServer && requestBody.done;
    stream.phase = Phase.Done;
    stream.waiting = false;
    timers.disarm(stream);
    stream.timers.end = clock.recent();
    client.lastServer = keep ? server : undefined;
    const link = stream.upstream.release(keep);
    if (link !== undefined && server !== undefined) this.giveBack(link, server);
    stream.attempts.stopWaiting();
    stream.log.bytesIn += requestBody.received;
    tallyEnd(stream, true);
    // of what was no request HAProxy counts no bytes
    if (isTracking(stream) && stream.request !== undefined) countBytes(stream);
    if (!this.logged) this.log();
    if (stream.tracked !== undefined) releaseTracked(stream);
    this.forget();
    stream.server = undefined;
    if (server !== undefined) leave(server);
  }

  private giveBack(link: ServerLink, server: Server): void {
    const { client, closeClient } = this.stream;
    if (server.pool.shared && server.greeter?.changing !== true) server.pool.put(link);
    else if (closeClient || client.gone) link.transport.reset();
    else client.keepOwnLink(server, link);
  }

  /** What would keep memory while the stream is spare. */
  private forget(): void {
    const { stream } = this;
    if (stream.request !== undefined) releaseHead(stream.request);
    stream.request = undefined;
    stream.response = undefined;
    stream.attempts.forget();
    stream.held.clear();
  }
}
