import type { Reply } from './action.js';
import type { StreamContext } from './stream.js';

/** Something that answers requests itself in the server's place, where a rule says so (`use-service`). */
export interface RuleService {
  /** Shown as server name in the log: `<PROMEX>`. */
  readonly name: string;
  /** Makes the answer. */
  answer(stream: StreamContext): Reply;
}

/** One that knows its requests by itself: the statistics page. */
export interface HttpService extends RuleService {
  /** Whether the request is for this service. Called once per request, in the order of the configuration. */
  matches(stream: StreamContext): boolean;
  /** True when answer() wants the request's body (POST): the session buffers up to one buffer size before calling. */
  wantsBody(stream: StreamContext): boolean;
  /** Makes the answer. `requestBuffer` of the stream holds the body if it was wanted. */
  answer(stream: StreamContext): Reply;
}
