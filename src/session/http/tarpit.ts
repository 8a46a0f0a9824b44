import { clock } from '../../base/clock.js';
import { Phase } from './phase.js';
import { sendReply } from './reply.js';
import type { HttpStream } from './stream.js';

/** A tarpitted client is answered only later. As with HAProxy at once where there is no timeout, not never. */
export function enterTarpit(stream: HttpStream): void {
  stream.phase = Phase.Tarpit;
  const { tarpit } = (stream.backend ?? stream.frontend).timeouts;
  if (tarpit === 0) {
    leaveTarpit(stream);
    return;
  }
  stream.keepHead();
  stream.arm(tarpit);
}

/** The log shows the whole time as Tw, and -1 as TR; HAProxy subtracts that, hence the 1. */
export function leaveTarpit(stream: HttpStream): void {
  stream.timers.requestEnd = -1;
  stream.timers.queueEnd = clock.recent() + 1;
  sendReply(stream, stream.reply ?? stream.errorReply(stream.denyStatus || 500), 'PT');
}
