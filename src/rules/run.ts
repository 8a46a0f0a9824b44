import { Outcome, type CompiledRule, type StreamControl } from '../core/action.js';
import { Verdict } from '../language/sampling.js';

/** Where the evaluation of a ruleset stands, so that it goes on after a wait. */
export interface RuleState {
  /** Position of the rule to evaluate next. */
  next: number;
}

/**
 * Evaluates rules in order until one is final or has to wait.
 * @param state where to begin; after Wait, call again with the same one
 * @returns Continue when all were evaluated
 */
export function runRules(rules: readonly CompiledRule[], stream: StreamControl, state: RuleState): Outcome {
  for (let index = state.next; index < rules.length; index++) {
    const rule = rules[index];
    if (rule.verdict !== undefined) {
      const verdict = rule.verdict(stream);
      if (verdict === Verdict.Fail) continue;
      if (verdict === Verdict.Unknown) {
        // as in HAProxy all rules see the larger buffer, those too that have already run
        state.next = 0;
        return Outcome.Wait;
      }
    } else if (rule.condition !== undefined && !rule.condition(stream)) {
      continue;
    }
    const outcome = rule.run(stream);
    if (outcome === Outcome.Continue) continue;
    state.next = outcome === Outcome.Wait ? index : rules.length;
    if (outcome !== Outcome.Wait && rule.origin !== undefined) stream.lastRule = rule.origin;
    return outcome;
  }
  state.next = rules.length;
  return Outcome.Continue;
}
