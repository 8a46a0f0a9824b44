import { translateRegex } from '../../base/regex.js';
import { regexMatcher } from '../matchers.js';
import { connectStep, defineCheckType, expectStep, sendStep, type CheckFacts } from '../plan.js';
import { lineFrom, optionWords } from './option.js';

const SUCCESS = regexMatcher(translateRegex('^2[0-9]{2}[- \\r]'));
/** EHLO is answered by several lines, all but the last with a dash (RFC 5321, 4.2.1). */
const GREETED = regexMatcher(translateRegex('^(2[0-9]{2}-[^\\r]*\\r\\n)*2[0-9]{2}[ \\r]'));
const text = (facts: CheckFacts): string => lineFrom(4)(facts).trimStart();
const code = ({ received }: CheckFacts): number => Number(received.slice(0, 3)) || 0;

export const smtp = defineCheckType({
  name: 'smtp',
  manual: '4.2',
  summary: 'greeting, HELO or EHLO and QUIT must be answered 2xx',
  parse(context) {
    const words = optionWords(context);
    const command = words?.more() === true ? words.next('a command').text : '';
    const domain = words?.more() === true ? words.next('a domain').text : '';
    words?.end();
    // Anything but a known command with its domain is turned into the default (manual).
    const known = (command === 'EHLO' || command === 'HELO') && domain !== '';
    const hello = known ? `${command} ${domain}` : 'HELO localhost';
    return [
      connectStep({ id: 1, linger: true }),
      expectStep(2, regexMatcher(translateRegex('^[0-9]{3}[ \\r]')), {
        minReceived: 4,
        errorStatus: 'L7RSP',
        onError: lineFrom(0),
      }),
      expectStep(3, regexMatcher(translateRegex('^2[0-9]{2}[ \\r]')), {
        minReceived: 4,
        errorStatus: 'L7STS',
        onError: text,
        statusCode: code,
      }),
      sendStep(4, () => `${hello}\r\n`),
      expectStep(5, GREETED, { errorStatus: 'L7STS', onError: text, statusCode: code }),
      sendStep(6, () => 'QUIT\r\n'),
      expectStep(7, SUCCESS, {
        minReceived: 4,
        errorStatus: 'L7STS',
        onSuccess: text,
        onError: text,
        statusCode: code,
      }),
    ];
  },
});
