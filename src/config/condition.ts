import { closest } from '../base/closest.js';
import { ConfigError, type Span } from './diagnostics.js';
import { spanOf, type Cursor, type Word } from './cursor.js';

/** One test of a condition: a named ACL, or an anonymous one between braces. */
export interface TermModel {
  readonly negated: boolean;
  readonly span: Span;
  readonly test: { readonly name: string } | { readonly criterion: readonly Word[] };
}

/** `if`/`unless` and its alternatives, each a list of tests that must all hold (manual 7.2). */
export interface ConditionModel {
  readonly span: Span;
  readonly unless: boolean;
  readonly alternatives: readonly (readonly TermModel[])[];
}

/**
 * Takes the condition that ends a line, if there is one.
 * @param owner the keyword as HAProxy names it in its complaint (`http-request deny`)
 * @returns undefined when the line ends here (the rule is unconditional)
 * @throws ConfigError when something else than `if` or `unless` follows
 */
export function takeCondition(cursor: Cursor, owner: string): ConditionModel | undefined {
  const first = cursor.peek();
  if (first === undefined) return undefined;
  if (first.text !== 'if' && first.text !== 'unless') {
    const near = closest(first.text, ['if', 'unless']);
    const hint = near === undefined ? undefined : `did you mean '${near}'?`;
    cursor.fail(
      `'${owner}' expects either 'if' or 'unless' followed by a condition but found '${first.text}'.`,
      first,
      hint,
    );
  }
  const words = cursor.rest();
  return { span: spanOf(words), unless: first.text === 'unless', alternatives: splitAlternatives(words.slice(1)) };
}

function splitAlternatives(words: readonly Word[]): TermModel[][] {
  const alternatives: TermModel[][] = [];
  let terms: TermModel[] = [];
  for (let index = 0; index < words.length;) {
    if (words[index].text.toLowerCase() === 'or' || words[index].text === '||') {
      alternatives.push(terms);
      terms = [];
      index++;
      continue;
    }
    const { term, next } = takeTerm(words, index);
    if (term !== undefined) terms.push(term);
    index = next;
  }
  alternatives.push(terms);
  // An empty list of tests never holds in HAProxy, so it is no alternative at all.
  return alternatives.filter((list) => list.length > 0);
}

function takeTerm(words: readonly Word[], start: number): { term: TermModel | undefined; next: number } {
  const first = words[start];
  let { text } = first;
  let index = start;
  let negated = false;
  while (text.startsWith('!')) {
    negated = !negated;
    text = text.slice(1);
    if (text === '' && index + 1 < words.length) text = words[++index].text;
  }
  if (text === '') return { term: undefined, next: index + 1 };
  if (text !== '{') return { term: { negated, span: words[index].span, test: { name: text } }, next: index + 1 };
  const close = words.findIndex((word, at) => at > index && word.text === '}');
  if (close < 0) throw new ConfigError(words[index].span, "missing closing '}' in condition");
  const criterion = words.slice(index + 1, close);
  return { term: { negated, span: spanOf(words.slice(index, close + 1)), test: { criterion } }, next: close + 1 };
}
