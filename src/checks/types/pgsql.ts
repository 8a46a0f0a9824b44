import { translateRegex } from '../../base/regex.js';
import { binaryRegexMatcher, regexMatcher } from '../matchers.js';
import { connectStep, defineCheckType, expectStep, sendStep, type CheckFacts } from '../plan.js';
import { optionWords } from './option.js';

/** Protocol 3.0. */
const VERSION = 0x0003_0000;
/** `R`, its length, and one of the authentication requests that a live server makes. */
const AUTHENTICATION = '^52000000[A-Z0-9]{2}000000(00|02|03|04|05|06|07|09|0A)';
const unknownError = (): string => 'PostgreSQL unknown error';
/** The first field of an ErrorResponse (`E`, length, field type): its severity. */
const severity = ({ received }: CheckFacts): string => received.slice(6).split('\0', 1)[0];

/** A StartupMessage for this user. */
function startup(user: string): string {
  const parameters = `user\0${user}\0\0`;
  const head = Buffer.alloc(8);
  head.writeUInt32BE(head.length + parameters.length, 0);
  head.writeUInt32BE(VERSION, 4);
  return head.toString('latin1') + parameters;
}

export const pgsql = defineCheckType({
  name: 'pgsql',
  manual: '4.2',
  summary: 'a StartupMessage must be answered by an authentication request',
  parse(context) {
    const words = optionWords(context);
    const complaint = `'option pgsql-check' expects 'user <username>' as argument.`;
    if (words === undefined || !words.take('user') || !words.more()) {
      words?.fail(complaint, undefined, `for example: option pgsql-check user haproxy`);
      return [];
    }
    const message = startup(words.next('a user').text);
    words.end();
    return [
      connectStep({ id: 1, linger: true }),
      sendStep(2, () => message),
      expectStep(3, regexMatcher(translateRegex('^E')), {
        negated: true,
        minReceived: 5,
        errorStatus: 'L7RSP',
        onError: severity,
      }),
      expectStep(4, binaryRegexMatcher(AUTHENTICATION), {
        minReceived: 9,
        errorStatus: 'L7STS',
        onSuccess: () => 'PostgreSQL server is ok',
        onError: unknownError,
      }),
    ];
  },
});
