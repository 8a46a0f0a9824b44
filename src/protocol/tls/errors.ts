import type { TlsError } from '../../core/tls.js';

/** What OpenSSL says when it refuses a certificate; here that is decided after the handshake. */
export const CERTIFICATE_REFUSED: TlsError = {
  code: 0x0a000086,
  text: 'error:0A000086:SSL routines::certificate verify failed',
};

/** @param message of Node's error: `…:error:0A0000C1:SSL routines:tls_post_process_client_hello:no shared cipher:…` */
export function tlsError(message: string): TlsError | undefined {
  const match = /error:([0-9A-F]{8}):([^:]*):[^:]*:([^:\n]*)/i.exec(message);
  if (match === null) return undefined;
  const [, code, library, reason] = match;
  return { code: Number.parseInt(code, 16), text: `error:${code.toUpperCase()}:${library}::${reason}` };
}
