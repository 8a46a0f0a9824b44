import type { ConnectionFailure } from '../core/stream.js';
import { isSecure, type SecureTransport } from '../core/tls.js';
import type { Transport } from '../core/transport.js';
import { H2Link } from '../protocol/h2/link.js';

/** HAProxy's numbers and texts (`bc_err`, `bc_err_str`). */
const HANDSHAKE: readonly [number, string] = [34, 'SSL handshake failure'];
const BROKEN: readonly [number, string] = [43, 'SSL fatal error'];
const OTHER_NAME: readonly [number, string] = [
  32,
  'Server presented an SSL certificate different from the configured one',
];
const OTHER_NAME_ASKED: readonly [number, string] = [
  33,
  'Server presented an SSL certificate different from the expected one',
];

/**
 * Why a connection to a server ended. HAProxy has forgotten it by the time of the log where it did not come about, and
 * without TLS an end is no error.
 * @returns undefined = nothing that a log would tell
 */
export function serverFailure(transport: Transport | undefined): ConnectionFailure | undefined {
  const carrier = transport instanceof H2Link ? transport.carrier : transport;
  if (!isSecure(carrier)) return undefined;
  const { tlsFailure, tlsError } = carrier;
  if (tlsFailure === undefined && tlsError === undefined) return undefined;
  const [code, text] = kindOf(carrier);
  return { code, text, tlsCode: tlsError?.code ?? 0, tlsText: tlsError?.text ?? '' };
}

function kindOf({ tlsFailure, tls }: SecureTransport): readonly [number, string] {
  if (tlsFailure === undefined) return BROKEN;
  if (tlsFailure !== 'mismatch') return HANDSHAKE;
  return tls?.serverName === '' ? OTHER_NAME : OTHER_NAME_ASKED;
}
