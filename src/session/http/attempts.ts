import { clock } from '../../base/clock.js';
import { timers } from '../../base/timer-wheel.js';
import { H2Link } from '../../protocol/h2/link.js';
import { linkKey, type ServerLink } from '../../core/upstream.js';
import { adjustCase } from '../../protocol/h1/header-case.js';
import type { Backend } from '../../state/backend.js';
import type { Pending, PendingQueue } from '../../state/queue.js';
import type { Server } from '../../state/server.js';
import { greetingFor } from '../../upstream/dial.js';
import { giveUpQueue, leave, place, type Placeable, placeOn, preferredServer } from '../../upstream/placement.js';
import { connectSpec, ownDestination } from '../../upstream/target.js';
import type { Heritage } from '../heritage.js';
import { type Failure, RESCUE } from '../rescue.js';
import { retryConnect, type Retrying } from '../retrying.js';
import { tallyConnect, tallyConnected, tallyFailure, tallyRepeat, tallyReuse } from '../tally.js';
import { leaveCookie } from './persistence/request.js';
import { Phase } from './phase.js';
import { withServerName } from './request-head.js';
import type { HttpStream } from './stream.js';

/**
 * The way of a request to a server, as often as it takes: a place in a queue, a connection, and again when that fails
 * or when `retry-on` says so. One per stream, reused with it.
 */
export class Attempts implements Placeable, Retrying {
  queuePrevious: Pending | undefined = undefined;
  queueNext: Pending | undefined = undefined;
  queue: PendingQueue | undefined = undefined;
  queueOrder = 0;
  queueServed = 0;
  priorityClass = 0;
  priorityOffset = 0;
  queueTime = 0;
  avoid: Server | undefined = undefined;
  wanted: Server | undefined = undefined;
  stick = 0;
  /** The request head as every server gets it. */
  private text = '';
  previousServer: Server | undefined = undefined;

  constructor(readonly stream: HttpStream) {}

  reset(): void {
    this.priorityClass = 0;
    this.priorityOffset = 0;
    this.wanted = undefined;
    this.stick = 0;
    this.avoid = undefined;
    this.previousServer = undefined;
  }

  inherit({ priorityClass, priorityOffset, wanted, stick }: Heritage['attempts']): void {
    this.priorityClass = priorityClass;
    this.priorityOffset = priorityOffset;
    this.wanted = wanted;
    this.stick = stick;
  }

  forget(): void {
    this.text = '';
  }

  /** @param text the request head to send */
  begin(text: string): void {
    this.text = text;
    this.findServer();
  }

  // --- a server ---

  findServer(): void {
    const { stream } = this;
    stream.phase = Phase.Queue;
    const backend = stream.backend as Backend;
    const prefers = this.wanted === undefined && stream.log.retries === 0;
    const last = prefers ? preferredServer(stream.client.lastServer, backend) : undefined;
    const placement = last === undefined ? place(this, backend) : placeOn(this, last);
    if (placement === 'queued') {
      stream.arm(backend.timeouts.queue);
      stream.keepHead();
    } else if (placement === 'no-server') {
      stream.phase = Phase.Connect;
      stream.ending.fail('no-server');
    } else if (placement === 'queue-full') stream.ending.fail('queue-full');
  }

  placed(server: Server): void {
    const { stream } = this;
    stream.server = server;
    if (stream.cookies !== undefined) leaveCookie(stream.cookies, server, stream.log);
    stream.log.serverName = server.name;
    stream.timers.queueEnd = clock.recent();
    this.attempt(server);
  }

  unplaced(): void {
    this.findServer();
  }

  /** Gives up a place in a queue. */
  stopWaiting(): void {
    const { backend } = this.stream;
    if (this.queue !== undefined && backend !== undefined) giveUpQueue(this, backend);
  }

  dropServer(): void {
    const { server } = this.stream;
    this.stream.server = undefined;
    if (server !== undefined) leave(server);
  }

  // --- a connection ---

  attempt(server: Server): void {
    timers.disarm(this.stream);
    tallyConnect(this.stream, server, this.previousServer);
    this.previousServer = server;
    this.connect(server);
  }

  private connect(server: Server): void {
    const { stream } = this;
    const { client } = stream;
    stream.phase = Phase.Connect;
    stream.log.serverFailure = undefined;
    const greeting = greetingFor(server, stream);
    const key = linkKey(greeting, ownDestination(server, stream));
    const webSocket = server.pool.choosy && asksForWebSocket(this.text);
    const link = stream.log.retries === 0 ? this.idleLink(server, key, webSocket) : undefined;
    if (link !== undefined) {
      tallyReuse(server);
      this.send(link);
      return;
    }
    const spec = connectSpec(server, stream);
    stream.log.serverEndpoint = { address: spec.address, port: spec.port, family: spec.address.includes(':') ? 6 : 4 };
    tallyConnected(server);
    const { transports } = client.engine;
    const transport = server.pool.connect(
      transports,
      spec,
      stream.upstream,
      client.first,
      greeting,
      key,
      server.tlsName?.(stream),
      webSocket,
    );
    stream.upstream.connecting(transport, key);
    stream.arm((stream.backend as Backend).timeouts.connect);
    stream.keepHead();
  }

  private idleLink(server: Server, key: string, webSocket: boolean): ServerLink | undefined {
    const { client } = this.stream;
    const serverName = server.tlsName?.(this.stream);
    return client.takeOwnLink(server, key, serverName) ?? server.pool.take(client.first, key, serverName, webSocket);
  }

  connected(link: ServerLink): void {
    const { stream } = this;
    const { keepAlive } = stream.backend as Backend;
    if (keepAlive > 0) link.transport.setKeepAlive(true, keepAlive);
    if (stream.frontend.logsBackendSource) stream.log.backendSource = link.transport.local;
    this.send(link);
  }

  private send(link: ServerLink): void {
    const { stream } = this;
    const { client, upstream } = stream;
    const { model, headerCase } = stream.backend as Backend;
    const relaxed = model.options['accept-invalid-http-response'] === true;
    upstream.use(link, stream.sentMethod, relaxed ? client.engine.relaxedHead : client.engine.strictHead);
    if (link.transport instanceof H2Link) link.transport.scheme = schemeOf(stream);
    stream.serverTls = link.transport.tls;
    stream.timers.connectEnd = clock.recent();
    stream.phase = Phase.Headers;
    const { sendName } = model;
    const text = sendName === undefined ? this.text : withServerName(this.text, sendName, stream.server as Server);
    upstream.sendText(headerCase === undefined ? text : adjustCase(text, headerCase));
    // HAProxy repeats only what it had completely when it was sent first
    if (!stream.requestBody.done) stream.held.giveUp();
    stream.held.sendTo(upstream);
    stream.armServer();
    if (!client.consuming) {
      upstream.flush();
      client.resumeReading();
    }
  }

  // --- again ---

  connectFailed(error: string): void {
    this.failed(error === 'ETIMEDOUT' ? 'connect-timeout' : 'connect-refused');
  }

  /** The connection did not come about. */
  failed(failure: Failure): void {
    timers.disarm(this.stream);
    this.stream.upstream.release(false);
    retryConnect(this, failure);
  }

  turnAround(ms: number): void {
    this.stream.phase = Phase.TurnAround;
    this.stream.arm(ms);
  }

  giveUp(failure: Failure): void {
    this.stream.ending.fail(failure);
  }

  /**
   * Sends the whole request again after an answer that `retry-on` names.
   * @param failure what is counted besides, where HAProxy counts before it asks whether to try again
   * @returns false when it cannot
   */
  repeat(cause: number, failure?: Failure): boolean {
    const { stream } = this;
    const { log, held } = stream;
    const backend = stream.backend as Backend;
    if (
      stream.l7RetryDisabled ||
      (backend.retryAfterSend & cause) === 0 ||
      stream.answer.started ||
      log.retries >= backend.retries
    )
      return false;
    if (held.overflowed || !stream.requestBody.done) return false;
    const server = stream.server as Server;
    if (failure !== undefined) tallyFailure(stream, RESCUE[failure]);
    tallyRepeat(server);
    stream.upstream.release(false);
    stream.response = undefined;
    log.retries++;
    log.status = -1;
    if (backend.redispatch !== 0) {
      this.avoid = server;
      this.dropServer();
      this.findServer();
    } else this.attempt(server);
    return true;
  }
}

/** @param head of a request, with the names of fields in small letters */
const asksForWebSocket = (head: string): boolean => /\r\nupgrade: ?websocket\r\n/i.test(head);

/** What the client calls the resource's scheme; clients of HTTP/1 do not say. */
function schemeOf({ request }: HttpStream): string {
  return request?.target.startsWith('http://') === true ? 'http' : 'https';
}
