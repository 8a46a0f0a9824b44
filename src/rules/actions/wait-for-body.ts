import { clock } from '../../base/clock.js';
import { Outcome, type StreamControl } from '../../core/action.js';
import { defineAction, type Ruleset } from '../definition.js';

const RULESETS: readonly Ruleset[] = ['http-request', 'http-response'];

/** As much as HAProxy's buffer holds of a body by default (tune.bufsize less tune.maxrewrite): it waits for no more. */
const BUFFER = 15360;

/** When each waiting stream gives up waiting, in clock.now() ms, and for which request: streams are used again. */
const deadlines = new WeakMap<StreamControl, { readonly request: number | undefined; readonly at: number }>();

/** Waits until the body, or enough of it, has arrived; answers 408 or 504 when the time is over before. */
export const waitForBody = defineAction({
  name: 'wait-for-body',
  rulesets: RULESETS,
  manual: '4.2',
  summary: 'waits for the body, or a part of it, before the next rule',
  compile(cursor, _scope, call) {
    if (!cursor.take('time')) cursor.fail("missing mandatory 'time' parameter.", cursor.peek() ?? cursor.endSpan);
    const time = cursor.duration('time');
    const least = cursor.take('at-least') ? cursor.size('at-least') : 0;
    const response = call.ruleset === 'http-response';
    return (stream) => {
      const { length } = response ? stream.responseBuffer : stream.requestBuffer;
      const complete = response ? stream.responseComplete === true : stream.requestComplete;
      if (complete || length >= BUFFER || (least > 0 && length >= least)) {
        deadlines.delete(stream);
        return Outcome.Continue;
      }
      const request = stream.log.requestNumber;
      const waited = deadlines.get(stream);
      const deadline = waited?.request === request ? waited?.at : undefined;
      if (deadline !== undefined && clock.now() >= deadline) {
        deadlines.delete(stream);
        stream.denyStatus = response ? 504 : 408;
        stream.reply = undefined;
        return Outcome.Deny;
      }
      if (deadline === undefined) {
        deadlines.set(stream, { request, at: clock.now() + time });
        setTimeout(stream.suspend(), time + 1).unref();
      }
      return Outcome.Wait;
    };
  },
});
