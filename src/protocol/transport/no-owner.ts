import type { TransportOwner } from '../../core/transport.js';

/** Owns an accepted connection until the listener's callback has set the real owner. */
export const NO_OWNER: TransportOwner = {
  onConnect: nothing,
  onData: nothing,
  onEnd: nothing,
  onDrain: nothing,
  onClose: nothing,
};

function nothing(): void {
  // Nobody is interested yet.
}
