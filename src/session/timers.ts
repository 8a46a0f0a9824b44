import type { StreamTimers } from '../core/stream.js';

/** A stream's moments in performance.now() milliseconds; -1 = not reached (manual 8.4). */
export class Timers implements StreamTimers {
  accept = -1;
  requestStart = -1;
  requestEnd = -1;
  queueEnd = -1;
  connectEnd = -1;
  responseHead = -1;
  end = -1;

  reset(accept: number, requestStart: number): void {
    this.accept = accept;
    this.requestStart = requestStart;
    this.requestEnd = -1;
    this.queueEnd = -1;
    this.connectEnd = -1;
    this.responseHead = -1;
    this.end = -1;
  }
}
