import { closest } from '../base/closest.js';
import { parse, SyntaxError as GrammarError } from './grammar/condition.generated.js';
import { predicates, type ConditionFacts, type Predicate } from './predicates.js';

type ConditionNode =
  | { readonly kind: 'constant'; readonly value: boolean }
  | { readonly kind: 'not'; readonly term: ConditionNode }
  | { readonly kind: 'and' | 'or'; readonly terms: readonly ConditionNode[] }
  | { readonly kind: 'predicate'; readonly name: string; readonly args: readonly string[] };

export type ConditionResult =
  | { readonly ok: true; readonly value: boolean }
  | { readonly ok: false; readonly at: number; readonly why: string; readonly hint: string | undefined };

const byName = new Map<string, Predicate>(predicates.map((predicate) => [predicate.name, predicate]));

/**
 * Evaluates a condition as `.if` and `-cc` do (manual 2.4). All of it is parsed, also what need not be evaluated.
 * @returns its value, or the offset of what cannot be understood, with HAProxy's words
 */
export function evaluateCondition(text: string, facts: ConditionFacts): ConditionResult {
  try {
    return { ok: true, value: evaluate(parse(text, { predicates: byName }) as ConditionNode, facts) };
  } catch (error) {
    if (!(error instanceof GrammarError)) throw error;
    return { ok: false, at: error.location.start.offset, why: error.message, hint: suggest(text, error) };
  }
}

function suggest(text: string, error: GrammarError): string | undefined {
  const name = /^\w+(?=\()/.exec(text.slice(error.location.start.offset))?.[0];
  const near = name === undefined ? undefined : closest(name, byName.keys());
  return near === undefined || near === name ? undefined : `did you mean '${near}'?`;
}

function evaluate(node: ConditionNode, facts: ConditionFacts): boolean {
  switch (node.kind) {
    case 'constant':
      return node.value;
    case 'not':
      return !evaluate(node.term, facts);
    case 'and':
      return node.terms.every((term) => evaluate(term, facts));
    case 'or':
      return node.terms.some((term) => evaluate(term, facts));
    case 'predicate':
  }
  return byName.get(node.name)?.test(node.args, facts) ?? false;
}
