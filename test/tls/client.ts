import * as tls from 'node:tls';
import { takeResponses } from '../support/http-message.js';

/** What a TLS client saw. */
export interface Seen {
  /** All that was received, as latin1. */
  readonly received: string;
  /** `TLSv1.3`, '' = the handshake failed. */
  readonly version: string;
  /** Common name of the server's certificate. */
  readonly shown: string;
  readonly alpn: string;
  readonly resumed: boolean;
  /** `DH 3072`: the server's ephemeral key, where the suite shows it. */
  readonly ephemeral: string;
  /** Code of the error that ended it, '' = none. */
  readonly error: string;
  readonly session: Buffer | undefined;
}

/** @param text sent once the handshake is over */
export async function talk(
  port: number,
  text: string,
  options: tls.ConnectionOptions & { responses?: number } = {},
): Promise<Seen> {
  const { responses = 1, ...more } = options;
  const socket = tls.connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...more });
  const seen = { received: '', version: '', shown: '', alpn: '', resumed: false, ephemeral: '', error: '' };
  let session: Buffer | undefined = undefined;
  socket.on('session', (each) => (session = each));
  socket.on('secureConnect', () => {
    seen.version = socket.getProtocol() ?? '';
    seen.shown = String(socket.getPeerCertificate().subject?.CN ?? '');
    seen.alpn = socket.alpnProtocol || '';
    seen.resumed = socket.isSessionReused();
    const key = socket.getEphemeralKeyInfo();
    seen.ephemeral = key !== null && 'type' in key ? `${key.type} ${key.size}` : '';
    socket.write(text, 'latin1');
  });
  socket.on('error', (error: NodeJS.ErrnoException) => (seen.error = error.code ?? error.message));
  await new Promise<void>((done) => {
    socket.on('data', (bytes: Buffer) => {
      seen.received += bytes.toString('latin1');
      if (takeResponses(seen.received, ['GET']).length >= responses && !/connection: close/i.test(seen.received)) {
        socket.end();
      }
    });
    socket.on('end', () => socket.end());
    socket.on('close', () => done());
  });
  return { ...seen, session };
}
