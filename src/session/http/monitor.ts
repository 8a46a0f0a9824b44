import type { Reply } from '../../core/action.js';
import type { HttpStream } from './stream.js';

/** The answer to `monitor-uri`: 200, or 503 when a `monitor fail` condition holds (manual 4.2). */
export function monitorReply(stream: HttpStream): Reply {
  const failed = stream.frontend.monitorFail.some((condition) => condition(stream));
  return stream.frontend.errorReplies.get(failed ? 503 : 200, stream);
}
