import type { SessionContext } from '../../core/stream.js';
import type { Endpoint } from '../../core/transport.js';
import type { ServerLink } from '../../core/upstream.js';
import type { BodyReader } from '../../protocol/h1/body.js';
import type { ConnectionHeader } from '../../protocol/h1/connection.js';
import type { H1Response } from '../../protocol/h1/head.js';
import type { Frontend, Listener } from '../../state/frontend.js';
import type { Server } from '../../state/server.js';
import type { Engine } from '../engine.js';
import type { HttpStream } from './stream.js';

/** What a stream needs of the client it serves: an HTTP/1 connection, or one stream of an HTTP/2 connection. */
export interface StreamClient {
  /** The connection, which other streams may share. */
  readonly session: SessionContext;
  readonly frontend: Frontend;
  readonly listener: Listener;
  readonly engine: Engine;
  /** Nothing was asked on the connection before: its client would not repeat the request by itself. */
  readonly first: boolean;
  /** The server that answered last, if its connection could have gone on. */
  lastServer: Server | undefined;
  /** Nothing can be sent any more. */
  readonly gone: boolean;
  /** It said that nothing more will come of it. */
  readonly peerEnded: boolean;
  /** Bytes of the client are being run through now: what they produce leaves when that is over. */
  readonly consuming: boolean;
  /** The client takes less than it gets: whoever produces should stop. */
  readonly congested: boolean;
  /** It frames bodies in its own way, so that trailers must be kept apart from the chunks. */
  readonly reframes: boolean;

  /** What rules say of this request alone (`http-request set-src` and its like). */
  requestSource: Endpoint | undefined;
  requestDestination: Endpoint | undefined;
  /** Its timeout, ms; 0 = none. */
  arm(timeout: number): void;
  /** Whether a final head is an answer to what it asked: a tunnel must be what it wanted. */
  accepts(head: H1Response): boolean;
  /** A response head, interim or final. @param connection what HTTP/1 is to be told of its connection */
  sendHead(head: H1Response, connection: ConnectionHeader): void;
  /** An answer of our own, head and body, as HTTP/1 text. */
  sendText(text: string): void;
  /** What the last feed() of `body` consumed: buffer[start..end). Valid until flush(), or the end of the event. */
  sendBody(body: BodyReader, buffer: Buffer, start: number, end: number): void;
  /** Bytes of a tunnel. */
  sendBytes(buffer: Buffer, start: number, end: number): void;
  /** Sends what was gathered. @returns false when the stream should stop producing */
  flush(): boolean;
  /** The stream can take no more of the request. */
  pauseReading(): void;
  resumeReading(): void;
  /** From now on both directions are a pipe. */
  becomeTunnel(): void;
  /** The exchange is over. @param close the connection should end with it, where it is this stream's alone */
  finished(stream: HttpStream, close: boolean): void;
  /**
   * The response cannot be completed, or there shall be none.
   * @param connection the whole connection shall go, because a rule rejects it
   */
  abort(stream: HttpStream, connection: boolean): void;

  /** `http-reuse never`: keeps a server's connection for this client's next request. */
  keepOwnLink(server: Server, link: ServerLink): void;
  /**
   * @param key linkKey() that the connection must have
   * @param serverName the name that its TLS must have, where names differ from stream to stream
   */
  takeOwnLink(server: Server, key: string, serverName: string | undefined): ServerLink | undefined;
}
