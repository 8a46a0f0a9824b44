import { ConfigError, label, type SourceLine } from '../config/diagnostics.js';
import { environmentOf, toBytes, toText } from '../config/environment.js';
import { evaluateCondition } from '../config/evaluate.js';
import { conditionFacts } from '../config/predicates.js';
import { introduction, type Reporter } from '../config/report.js';
import { wholeWord } from '../config/words.js';

/** What `-cc` answers: exit code 0 = true, 1 = false, 2 = not understood, and what goes to stderr. */
export interface ConditionCheck {
  readonly exitCode: 0 | 1 | 2;
  readonly text: string;
}

/** `-cc`: evaluates a condition, quotes and variables resolved as on an `.if` line. */
export function checkCondition(
  condition: string,
  variables: Readonly<Record<string, string | undefined>>,
  reporter: Pick<Reporter, 'pid' | 'version' | 'executable'>,
): ConditionCheck {
  const env = environmentOf(variables);
  const source: SourceLine = { file: '-cc', line: 1, text: toBytes(condition) };
  try {
    const { text } = wholeWord(source, 0, { env, section: '' });
    const result = evaluateCondition(text, conditionFacts(env));
    if (result.ok) return { exitCode: result.value ? 0 : 1, text: '' };
    return refusal(`Failed to evaluate condition: ${result.why}`, text, result.at, result.hint, reporter);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const at = (error.span?.column ?? 1) - 1;
    return refusal(`Syntax Error in condition: ${error.message}`, source.text, at, error.hint, reporter);
  }
}

function refusal(
  message: string,
  condition: string,
  at: number,
  hint: string | undefined,
  reporter: Parameters<typeof checkCondition>[2],
): ConditionCheck {
  const lines = [
    ...introduction(reporter),
    `${label('alert', reporter.pid)}config : ${toText(message)}`,
    `   | ${toText(condition)}`,
    `   | ${' '.repeat(toText(condition.slice(0, at)).length)}^`,
    ...(hint === undefined ? [] : [`   = ${hint}`]),
  ];
  return { exitCode: 2, text: lines.map((line) => `${line}\n`).join('') };
}
