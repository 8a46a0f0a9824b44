import { bytesMatcher } from '../matchers.js';
import { connectStep, defineCheckType, expectStep, sendStep } from '../plan.js';
import { lineFrom, refuseArguments } from './option.js';

export const redis = defineCheckType({
  name: 'redis',
  manual: '4.2',
  summary: 'PING must be answered +PONG',
  parse(context) {
    refuseArguments(context);
    return [
      connectStep(),
      sendStep(1, () => '*1\r\n$4\r\nPING\r\n'),
      expectStep(2, bytesMatcher('string', '+PONG\r\n'), {
        errorStatus: 'L7STS',
        onSuccess: () => 'Redis server is ok',
        onError: lineFrom(0),
      }),
    ];
  },
});
