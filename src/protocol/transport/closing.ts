import type { TransportOwner } from '../../core/transport.js';
import { clock } from '../../base/clock.js';
import { reportFault } from '../../base/fault.js';

/** A connection that is closed and whose owner has to be told. */
export interface Closing {
  readonly owner: TransportOwner;
  readonly closeError: string;
}

const gone: Closing[] = [];

/** Tells the owner after the current callback, never inside of it: `destroy()` and `write()` are safe everywhere. */
export function announceClose(transport: Closing): void {
  if (gone.push(transport) === 1) process.nextTick(announce);
}

function announce(): void {
  clock.enter();
  for (let i = 0; i < gone.length; i++) {
    const { owner, closeError } = gone[i];
    try {
      owner.onClose(closeError);
    } catch (error) {
      reportFault('onClose', error);
    }
  }
  gone.length = 0;
  clock.leave();
}
