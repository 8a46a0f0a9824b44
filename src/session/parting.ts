import type { Transport, TransportOwner } from '../core/transport.js';

/**
 * Closes a connection of which nothing was read. What its client has sent already is read first, as HAProxy does:
 * closing over unread bytes makes the kernel send RST, and the client would see an error instead of the end.
 */
export function partUnread(transport: Transport): void {
  transport.owner = UNHEARD;
  transport.start();
  transport.resume();
  transport.end();
  // the turn of the event loop that is under way reads what has arrived
  setImmediate(() => setImmediate(() => transport.destroy()));
}

const UNHEARD: TransportOwner = { onConnect() {}, onData() {}, onEnd() {}, onDrain() {}, onClose() {} };
