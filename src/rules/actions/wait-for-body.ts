import { Outcome, type StreamControl } from '../../core/action.js';
import { defineAction, type Ruleset } from '../definition.js';

const RULESETS: readonly Ruleset[] = ['http-request'];

/** When each waiting stream gives up waiting, in performance.now() ms. */
const deadlines = new WeakMap<StreamControl, number>();

/** Waits until the body, or enough of it, has arrived, for as long as the rule says. */
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
      const length = (response ? stream.responseBuffer : stream.requestBuffer).length;
      const done = (!response && stream.requestComplete) || (least > 0 && length >= least);
      const deadline = deadlines.get(stream);
      if (done || (deadline !== undefined && performance.now() >= deadline)) {
        deadlines.delete(stream);
        return Outcome.Continue;
      }
      if (deadline === undefined) {
        deadlines.set(stream, performance.now() + time);
        setTimeout(stream.suspend(), time + 1).unref();
      }
      return Outcome.Wait;
    };
  },
});
