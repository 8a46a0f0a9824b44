import { fromHex, hexError } from '../matchers.js';
import { defineCheckType, type CheckFacts, type SendStep } from '../plan.js';
import type { RuleLine } from '../rules/line.js';
import { parseRules, type RuleFamily } from '../rules/ruleset.js';
import { refuseArguments } from './option.js';

const family: RuleFamily = {
  name: 'tcp-check',
  listed: `'comment', 'connect', 'send', 'send-binary', 'expect', 'set-var-fmt(*)', 'set-var(*)', 'unset-var(*)'`,
  sends: ['send', 'send-lf', 'send-binary', 'send-binary-lf'],
  flag: () => false,
  send(line, comment) {
    const bytes = parseBytes(line);
    let said = comment;
    while (line.words.more()) {
      const word = line.words.next('comment');
      if (word.text !== 'comment') line.unknown(word, `expects 'comment'`, ['comment']);
      said = line.argument('comment', 'a string as argument.').text;
    }
    return { action: 'send', id: line.id, comment: said, bytes };
  },
};

function parseBytes(line: RuleLine): SendStep['bytes'] {
  const binary = line.action.startsWith('send-binary');
  const word = line.argument(binary ? 'binary' : 'string', `a ${line.action} as argument`);
  if (line.action === 'send') return () => word.text;
  if (line.action === 'send-lf') return line.format(word);
  if (line.action === 'send-binary-lf') return evaluatedHex(line.format(word));
  const wrong = hexError(word.text);
  if (wrong !== undefined) line.fail(`'${word.text}' invalid binary string (${wrong}).`, word);
  const constant = fromHex(word.text);
  return () => constant;
}

/** What a format yields is only known at run time: digits that are none send nothing. */
function evaluatedHex(format: (facts: CheckFacts) => string): SendStep['bytes'] {
  return (facts) => {
    const digits = format(facts);
    return hexError(digits) === undefined ? fromHex(digits) : '';
  };
}

export const tcpCheck = defineCheckType({
  name: 'tcp-check',
  manual: '4.2',
  summary: 'connects, sends and expects as the `tcp-check` lines say',
  parse(context) {
    refuseArguments(context);
    return parseRules(context, family);
  },
});
