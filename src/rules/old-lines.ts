import { expandReplacement, RegexError, translateRegex, type Regex, type RegexMatch } from '../base/regex.js';
import { takeCondition } from '../config/condition.js';
import { Cursor, type Word } from '../config/cursor.js';
import { ConfigError } from '../config/diagnostics.js';
import type { RuleModel } from '../config/model.js';
import { type CompiledRule, Outcome, type StreamControl } from '../core/action.js';
import { compileCondition } from '../language/condition.js';
import type { Scope } from '../language/scope.js';
import { compileRules, inCondition, scopeOf } from './compile.js';
import { lineCount, lineText, removeLine, replaceLine } from './head-lines.js';
import { runRules } from './run.js';

/**
 * `reqrep`, `rspidel`, `reqdeny`… of HAProxy up to 2.0: regular expressions over whole lines of a head, the first line
 * included. Those that say the same as a rule of today have been translated (config/keywords/legacy); the others run here,
 * as they did then: in order, after the http-request or http-response rules, until one denies.
 */

type OldAction = 'allow' | 'deny' | 'tarpit' | 'pass' | 'del' | 'rep' | 'setbe';

interface OldLine {
  readonly action: OldAction;
  readonly matches: (line: string) => RegexMatch | undefined;
  /** Replacement of `rep`, backend of `setbe`. */
  readonly argument: string;
}

/** What earlier lines decided about this message. */
interface Progress {
  allowed: boolean;
  /** Lines that `reqpass` has taken out of the reach of later rules. */
  readonly passed: Set<string>;
}

type Step = (stream: StreamControl, progress: Progress) => Outcome;

/** @returns no rule, or a single one that carries out all lines */
export function compileOldLines(models: readonly RuleModel[], request: boolean, scope: Scope): CompiledRule[] {
  const inner = scopeOf(request ? 'http-request' : 'http-response', scope);
  // `reqadd` and `rspadd` came after all others, wherever they stood
  const isAdd = ({ words }: RuleModel): boolean => words[1]?.text === 'add-header';
  const ordered = [...models.filter((model) => !isAdd(model)), ...models.filter(isAdd)];
  const steps = ordered.flatMap((model) => stepOf(model, request, inner, scope) ?? []);
  if (steps.length === 0) return [];
  return [
    {
      action: 'old rules',
      condition: undefined,
      run(stream) {
        const progress: Progress = { allowed: false, passed: new Set() };
        for (const step of steps) {
          const outcome = step(stream, progress);
          if (outcome !== Outcome.Continue) return outcome;
        }
        return Outcome.Continue;
      },
    },
  ];
}

function stepOf(model: RuleModel, request: boolean, inner: Scope, scope: Scope): Step | undefined {
  const ruleset = request ? 'http-request' : 'http-response';
  if (model.words[0].text === ruleset) {
    const rules = compileRules([model], ruleset, scope);
    return rules.length === 0 ? undefined : (stream) => runRules(rules, stream, { next: 0 });
  }
  try {
    return compileLine(new Cursor(model.words, scope.diagnostics), request, inner);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    scope.diagnostics.alert(error.span ?? model.span, error.message, error.hint);
    return undefined;
  }
}

function compileLine(cursor: Cursor, request: boolean, scope: Scope): Step {
  const name = cursor.next('a keyword').text;
  const [, ignore, action] = /^(?:req|rsp|cli|srv)(i?)(\w+)$/.exec(name.replace(/exp$/, 'rep')) ?? [];
  const pattern = cursor.next('a regex');
  const kind = action as OldAction;
  const line: OldLine = {
    action: kind,
    matches: matcher(cursor, pattern, ignore === 'i'),
    argument: kind === 'rep' || kind === 'setbe' ? cursor.next('a string').text : '',
  };
  const model = takeCondition(cursor, name);
  const condition = model === undefined ? undefined : inCondition(name, () => compileCondition(model, scope));
  return (stream, progress) => {
    if (condition !== undefined && !condition(stream)) return Outcome.Continue;
    if (progress.allowed && kind !== 'del' && kind !== 'rep' && kind !== 'setbe') return Outcome.Continue;
    return apply(line, stream, request, progress);
  };
}

/** Names of fields arrive in lower case here; then they came as the client wrote them, mostly `Like-This`. */
function matcher(cursor: Cursor, word: Word, insensitive: boolean): OldLine['matches'] {
  const named = /^\^[A-Za-z0-9-]+:/.exec(word.text)?.[0] ?? '';
  const regex = compileRegex(cursor, word, named.toLowerCase() + word.text.slice(named.length), insensitive);
  if (insensitive || named !== '') return (line) => regex.exec(line);
  return (line) => regex.exec(line) ?? regex.exec(titleCased(line));
}

function titleCased(line: string): string {
  return line.replace(/^[^\s:]+:/, (name) => name.replaceAll(/(?<![^-])[a-z]/g, (letter) => letter.toUpperCase()));
}

function compileRegex(cursor: Cursor, word: Word, pattern: string, insensitive: boolean): Regex {
  try {
    return translateRegex(pattern, { insensitive });
  } catch (error) {
    if (error instanceof RegexError) return cursor.fail(`${error.message}.`, word);
    throw error;
  }
}

/** A rule that matches the first line does not look at the others. */
function apply(line: OldLine, stream: StreamControl, request: boolean, progress: Progress): Outcome {
  let index = 0;
  for (let left = lineCount(stream, request); left > 0; left--) {
    const text = lineText(stream, request, index);
    const match = progress.passed.has(text) ? undefined : line.matches(text);
    if (match !== undefined) {
      const result = act(line, stream, request, { index, text, match }, progress);
      if (result !== 'here' && result !== 'gone') return result;
      if (index === 0) return Outcome.Continue;
      if (result === 'gone') index--;
    }
    index++;
  }
  return Outcome.Continue;
}

interface Hit {
  /** 0 = the first line. */
  readonly index: number;
  readonly text: string;
  readonly match: RegexMatch;
}

/** @returns where the line is afterwards, or what ends the rule */
function act(
  line: OldLine,
  stream: StreamControl,
  request: boolean,
  { index, text, match }: Hit,
  progress: Progress,
): Outcome | 'here' | 'gone' {
  switch (line.action) {
    case 'allow':
      progress.allowed = true;
      return Outcome.Continue;
    case 'deny':
      return denied(stream, request ? 403 : 502);
    case 'tarpit':
      stream.tarpit = Math.max(1, stream.frontend.timeouts?.tarpit ?? 0);
      return denied(stream, 500);
    case 'pass':
      progress.passed.add(text);
      return 'here';
    case 'del':
      if (index === 0) return 'here';
      removeLine(stream, request, index);
      return 'gone';
    case 'rep': {
      const where = replaceLine(stream, request, index, expandReplacement(line.argument, match));
      return where === 'bad' ? denied(stream, request ? 400 : 502) : where;
    }
    case 'setbe':
      stream.txnVars ??= new Map();
      // the first one wins; a `use_backend` that asks for the variable stands before all others
      if (!stream.txnVars.has('reqsetbe')) stream.txnVars.set('reqsetbe', { type: 'str', value: line.argument });
      return Outcome.Continue;
  }
}

function denied(stream: StreamControl, status: number): Outcome {
  stream.denyStatus = status;
  return Outcome.Deny;
}
