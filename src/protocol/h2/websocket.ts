import { createHash, randomBytes } from 'node:crypto';

/** RFC 6455 section 1.3. */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** `sec-websocket-key`, where one is needed for the other side of a translation only. */
export function webSocketKey(): string {
  return randomBytes(16).toString('base64');
}

/** The `sec-websocket-accept` that answers a key. */
export function webSocketAccept(key: string): string {
  return createHash('sha1')
    .update(key + GUID)
    .digest('base64');
}
