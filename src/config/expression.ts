import { ConfigError, type Span } from './diagnostics.js';
import type { Cursor, Word } from './cursor.js';
import { parse } from './grammar/sample.generated.js';
import { subSpan } from './subspan.js';

/** One argument between parentheses, unquoted. */
export interface ArgumentModel {
  readonly text: string;
  readonly span: Span;
}

/** `name` or `name(arg,arg)`: a fetch or a converter as written. */
export interface CallModel {
  readonly name: string;
  /** Empty both for `name` and for `name()`. */
  readonly args: readonly ArgumentModel[];
  readonly span: Span;
}

/** A sample expression as written (manual 7.3): a fetch and its converters. Names are not looked up yet. */
export interface ExpressionModel {
  /** The text as HAProxy quotes it in its complaints. */
  readonly text: string;
  readonly span: Span;
  readonly fetch: CallModel;
  readonly converters: readonly CallModel[];
}

interface RawCall {
  name: string;
  args: { list: { text: string; start: number; end: number }[]; closed: boolean } | null;
  start: number;
  end: number;
}
interface RawExpression {
  fetch: RawCall;
  converters: RawCall[];
  rest: string;
  end: number;
}

/**
 * Parses an expression that fills a word, or a stretch of one.
 * @throws ConfigError pointing at the offending part
 */
export function parseExpression(word: Word, start = 0, end = word.text.length): ExpressionModel {
  const text = word.text.slice(start, end);
  const raw = parse(text) as RawExpression;
  const span = subSpan(word, start, end);
  if (raw.fetch.name === '')
    throw new ConfigError(span, `failed to parse sample expression <${text}> : missing fetch method`);
  const call = (from: RawCall, kind: string): CallModel => toCall(from, kind, text, word, start);
  const fetch = call(raw.fetch, 'fetch method');
  const converters = raw.converters.filter((one) => one.name !== '').map((one) => call(one, 'converter'));
  if (raw.rest !== '') {
    const last = converters.at(-1) ?? fetch;
    const what = converters.length > 0 ? 'converter' : 'fetch keyword';
    throw new ConfigError(
      subSpan(word, start + raw.end, end),
      `failed to parse sample expression <${text}> : missing comma after ${what} '${last.name}'`,
    );
  }
  return { text, span, fetch, converters };
}

/**
 * Parses an expression at the cursor. Like HAProxy, converters may follow as words of their own (`src ipmask(24)`).
 * @param isConverter decides whether a word that follows belongs to the expression
 */
export function takeExpression(cursor: Cursor, isConverter: (name: string) => boolean): ExpressionModel {
  const word = cursor.peek();
  if (word === undefined) return cursor.fail('missing fetch method');
  cursor.next('an expression');
  let expression = parseExpression(word);
  for (let next = cursor.peek(); next !== undefined; next = cursor.peek()) {
    if (!isConverter(/^[A-Za-z0-9_.+-]*/.exec(next.text)?.[0] ?? '')) break;
    cursor.next('a converter');
    const more = parseExpression(next);
    expression = {
      text: `${expression.text},${more.text}`,
      span: expression.span,
      fetch: expression.fetch,
      converters: [...expression.converters, more.fetch, ...more.converters],
    };
  }
  return expression;
}

function toCall(raw: RawCall, kind: string, text: string, word: Word, offset: number): CallModel {
  const at = (from: number, to: number): Span => subSpan(word, offset + from, offset + to);
  const span = at(raw.start, raw.end);
  const list = raw.args?.list ?? [];
  if (raw.args !== null && !raw.args.closed) {
    const place = `${kind} '${raw.name}'`;
    throw new ConfigError(
      span,
      `failed to parse sample expression <${text}> : invalid arg ${list.length} in ${place} : expected ')'.`,
    );
  }
  const args = list.map((arg) => ({ text: arg.text, span: at(arg.start, arg.end) }));
  const bare = args.length === 1 && list[0].start === list[0].end;
  return { name: raw.name, args: bare ? [] : args, span };
}
