import { closest } from '../../base/closest.js';
import { ConfigError } from '../../config/diagnostics.js';
import { type CheckParseContext, connectStep, type ExpectStep, type SendStep, type Step } from '../plan.js';
import { parseConnect } from './connect.js';
import { parseExpect } from './expect.js';
import { RuleLine } from './line.js';

/** What differs between `tcp-check` and `http-check` lines. */
export interface RuleFamily {
  readonly name: 'tcp-check' | 'http-check';
  /** Actions, as HAProxy lists them. */
  readonly listed: string;
  readonly sends: readonly string[];
  /** Lines that are switches rather than steps. @returns true when it was one */
  flag(line: RuleLine): boolean;
  send(line: RuleLine, comment: string, steps: readonly Step[]): SendStep;
}

/** The configured steps in order, with the implicit connect where none is configured. */
export function parseRules(context: CheckParseContext, family: RuleFamily): Step[] {
  const steps: Step[] = [];
  let comment = '';
  let id = 0;
  for (const rule of context.model.rules) {
    if (rule.words[0]?.text !== family.name) continue;
    const line = new RuleLine(rule, context, ++id);
    if (family.flag(line)) {
      id--;
      continue;
    }
    if (line.action === 'comment') {
      if (!line.words.more()) line.fail('expects a string as argument.', rule.words[1]);
      comment = line.words.next('a comment').text;
      continue;
    }
    steps.push(parseStep(line, family, comment, steps));
    comment = '';
  }
  return steps.some((step) => step.action === 'connect') ? steps : [connectStep(), ...steps];
}

function parseStep(line: RuleLine, family: RuleFamily, comment: string, steps: readonly Step[]): Step {
  if (line.action === 'connect') {
    if (!connectComesFirst(steps)) {
      line.fail(
        `first step MUST also be a 'connect', optionally preceded by a 'set-var', an 'unset-var' or a 'comment', when there is a 'connect' step in the tcp-check ruleset.`,
        line.rule.words[1],
      );
    }
    return parseConnect(line, comment);
  }
  if (line.action === 'expect') return parseExpect(line, family.name === 'http-check', comment) satisfies ExpectStep;
  if (family.sends.includes(line.action)) return family.send(line, comment, steps);
  if (/^(?:set-var|set-var-fmt|unset-var)\(/.test(line.action)) return parseVariable(line, comment);
  return refuseAction(line, family);
}

function parseVariable(line: RuleLine, comment: string): Step {
  const change = line.context.language.variable(line.rule.words[1], line.words);
  return { action: 'variable', id: line.id, comment, run: ({ stream }) => change(stream) };
}

/** Only variables may be dealt with before the first connect. */
export function connectComesFirst(steps: readonly Step[]): boolean {
  return (steps.find(({ action }) => action !== 'variable')?.action ?? 'connect') === 'connect';
}

function refuseAction(line: RuleLine, family: RuleFamily): never {
  const near = closest(line.action, ['comment', 'connect', 'expect', 'disable-on-404', 'send-state', ...family.sends]);
  const at = line.rule.words[1] ?? line.rule.words[0];
  const message = `'${family.name}' only supports ${family.listed}. but got '${line.action}'`;
  throw new ConfigError(
    at.span,
    message,
    near === undefined || line.action === '' ? undefined : `did you mean '${near}'?`,
  );
}
