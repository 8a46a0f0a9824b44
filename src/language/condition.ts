import { closest } from '../base/closest.js';
import type { ConditionModel, TermModel } from '../config/condition.js';
import { ConfigError } from '../config/diagnostics.js';
import type { StreamContext } from '../core/stream.js';
import { compileCriterion } from './acl.js';
import { checkpointName } from './checkpoint.js';
import { PREDEFINED_NAMES, predefinedCriterion } from './predefined.js';
import { sampling, Verdict } from './sampling.js';
import type { Scope } from './scope.js';

type Test = (stream: StreamContext) => boolean;
interface Term {
  readonly negated: boolean;
  readonly test: Test;
}

/**
 * Compiles a condition (manual 7.2).
 * @throws ConfigError in HAProxy's words
 */
export function compileCondition(model: ConditionModel, scope: Scope): Test {
  const alternatives = compileTerms(model, scope);
  const wanted = !model.unless;
  if (alternatives.length === 1 && alternatives[0].length === 1) {
    const [{ test, negated }] = alternatives[0];
    return wanted === !negated ? test : (stream) => !test(stream);
  }
  return (stream) => holds(alternatives, stream) === wanted;
}

/** The same for rules that inspect buffers still being filled: the answer may not be known yet. */
export function compileVerdict(model: ConditionModel, scope: Scope): (stream: StreamContext) => Verdict {
  const alternatives = compileTerms(model, scope);
  return (stream) => {
    const verdict = judge(alternatives, stream);
    return model.unless ? negate(verdict) : verdict;
  };
}

function compileTerms(model: ConditionModel, scope: Scope): Term[][] {
  if (model.alternatives.length === 0) {
    scope.diagnostics.warning(
      model.span,
      `this condition has no test: it never holds${model.unless ? ', so the rule always applies' : ''}`,
    );
  }
  return model.alternatives.map((terms) =>
    terms.map((term) => ({ negated: term.negated, test: compileTerm(term, scope) })),
  );
}

function compileTerm(term: TermModel, scope: Scope): Test {
  if ('criterion' in term.test) {
    const compiled = compileCriterion(term.test.criterion, scope, { text: '', span: term.span });
    if ((compiled.places & scope.places) === 0) {
      scope.diagnostics.warning(
        term.span,
        `anonymous acl will never match because it uses keyword '${compiled.fetch}' which is incompatible with '${checkpointName(scope.places)}'`,
      );
    }
    return compiled.test;
  }
  const { name } = term.test;
  const acl = scope.acls.get(name);
  if (acl === undefined) return compilePredefined(name, term, scope);
  if ((acl.places & scope.places) === 0) {
    scope.diagnostics.warning(
      term.span,
      `acl '${name}' will never match because it only involves keywords that are incompatible with '${checkpointName(scope.places)}'`,
    );
  }
  return acl.test;
}

function compilePredefined(name: string, term: TermModel, scope: Scope): Test {
  const words = predefinedCriterion(name);
  if (words !== undefined) return compileCriterion(words, scope, undefined).test;
  const near = closest(name, [...scope.acls.keys(), ...PREDEFINED_NAMES]);
  const hint = near === undefined ? undefined : `did you mean '${near}'?`;
  throw new ConfigError(term.span, `no such ACL : '${name}'.`, hint);
}

function holds(alternatives: readonly (readonly Term[])[], stream: StreamContext): boolean {
  for (const terms of alternatives) if (allHold(terms, stream)) return true;
  return false;
}

function allHold(terms: readonly Term[], stream: StreamContext): boolean {
  for (const { test, negated } of terms) if (test(stream) === negated) return false;
  return true;
}

function judge(alternatives: readonly (readonly Term[])[], stream: StreamContext): Verdict {
  let result: Verdict = Verdict.Fail;
  for (const terms of alternatives) {
    let all: Verdict = Verdict.Pass;
    for (const term of terms) {
      all &= judgeTerm(term, stream);
      if (all === Verdict.Fail) break;
    }
    result |= all;
    if (result === Verdict.Pass) break;
  }
  return result;
}

function judgeTerm({ test, negated }: Term, stream: StreamContext): Verdict {
  sampling.mayChange = false;
  const held = test(stream);
  if (!held && sampling.mayChange) return Verdict.Unknown;
  return held === negated ? Verdict.Fail : Verdict.Pass;
}

function negate(verdict: Verdict): Verdict {
  if (verdict === Verdict.Unknown) return Verdict.Unknown;
  return verdict === Verdict.Pass ? Verdict.Fail : Verdict.Pass;
}
