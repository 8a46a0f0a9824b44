import { connect, createServer, type ClientHttp2Session, type IncomingHttpHeaders, type OutgoingHttpHeaders, type ServerHttp2Stream } from 'node:http2'; // prettier-ignore
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { atEnd } from './cleanup.js';

/** What Node's own HTTP/2 client got. */
export interface Got {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly trailers: IncomingHttpHeaders | undefined;
  readonly body: Buffer;
}

/** A session of Node's own HTTP/2 client, closed when the test file ends. */
export function session(
  origin: string,
  options: { settings?: object; rejectUnauthorized?: boolean } = {},
): ClientHttp2Session {
  const made = connect(origin, { maxSessionMemory: 1000, ...options });
  made.on('error', () => {});
  atEnd(() => made.destroy());
  return made;
}

/** @param body sent piece by piece; @param trailers after it */
export async function ask(
  client: ClientHttp2Session,
  headers: OutgoingHttpHeaders,
  body?: readonly (string | Buffer)[],
  trailers?: OutgoingHttpHeaders,
): Promise<Got> {
  const stream = client.request(headers, { endStream: body === undefined, waitForTrailers: trailers !== undefined });
  if (trailers !== undefined) stream.on('wantTrailers', () => stream.sendTrailers(trailers));
  let received: IncomingHttpHeaders | undefined = undefined;
  stream.on('trailers', (fields: IncomingHttpHeaders) => (received = fields));
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  const over = once(stream, 'end');
  const answered = once(stream, 'response') as Promise<[IncomingHttpHeaders & { ':status'?: number }]>;
  for (const piece of body ?? []) if (!stream.write(piece)) await once(stream, 'drain');
  if (body !== undefined) stream.end();
  const [head] = await answered;
  await over;
  return { status: head[':status'] ?? 0, headers: head, trailers: received, body: Buffer.concat(chunks) };
}

/** An origin that speaks HTTP/2 in clear text. */
export interface H2Origin {
  readonly port: number;
  /** Connections and requests so far. */
  readonly connections: number;
  readonly requests: number;
}

/** @param serve is called when a request is complete */
export async function startH2Origin(
  serve: (
    stream: ServerHttp2Stream,
    headers: IncomingHttpHeaders,
    body: Buffer,
    trailers?: IncomingHttpHeaders,
  ) => void,
  settings: object = {},
): Promise<H2Origin> {
  const server = createServer({ settings, maxSessionMemory: 1000 });
  const counted = { connections: 0, requests: 0 };
  server.on('session', () => counted.connections++);
  server.on('stream', (stream, headers) => {
    counted.requests++;
    const chunks: Buffer[] = [];
    let trailers: IncomingHttpHeaders | undefined = undefined;
    stream.on('error', () => {});
    stream.on('trailers', (fields: IncomingHttpHeaders) => (trailers = fields));
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => serve(stream, headers, Buffer.concat(chunks), trailers));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  atEnd(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return {
    port,
    get connections() {
      return counted.connections;
    },
    get requests() {
      return counted.requests;
    },
  };
}
