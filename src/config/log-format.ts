import { ConfigError, type Span } from './diagnostics.js';
import type { Word } from './cursor.js';
import { parseExpression, type ExpressionModel } from './expression.js';
import { parse } from './grammar/log-format.generated.js';
import { subSpan } from './subspan.js';

/** Flags of one `{…}`: what it switches on and off among Q (quote), X (hexadecimal) and E (escape). */
export interface FormatFlags {
  readonly on: string;
  readonly off: string;
}

export type FormatPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'variable'; readonly name: string; readonly flags: FormatFlags; readonly span: Span }
  | {
      readonly kind: 'expression';
      readonly expression: ExpressionModel;
      readonly flags: FormatFlags;
      readonly span: Span;
    };

interface RawPart {
  kind: 'text' | 'variable' | 'expression' | 'unclosed' | 'stray';
  text: string;
  name: string;
  source: string;
  rest: string;
  offset: number;
  flags: string;
  start: number;
  end: number;
}

/**
 * Parses a log-format string (manual 8.2.6). Names of 3.x (`%(name:type)ci`) are accepted and have no effect, as
 * there without an `%o` encoding.
 * @throws ConfigError at the first part that is wrong
 */
export function parseFormat(word: Word): FormatPart[] {
  const parts: FormatPart[] = [];
  for (const raw of parse(word.text) as RawPart[]) appendPart(parts, raw, word);
  return parts;
}

function appendPart(parts: FormatPart[], raw: RawPart, word: Word): void {
  const span = raw.kind === 'text' ? word.span : subSpan(word, raw.start, raw.end);
  switch (raw.kind) {
    case 'text': {
      const last = parts.at(-1);
      if (last?.kind === 'text') parts[parts.length - 1] = { kind: 'text', text: last.text + raw.text };
      else parts.push({ kind: 'text', text: raw.text });
      return;
    }
    case 'variable':
      parts.push({ kind: 'variable', name: raw.name, flags: readFlags(raw.flags), span });
      return;
    case 'expression': {
      if (raw.rest !== '') {
        throw new ConfigError(span, `expected ']' after '${raw.source}', but found '${raw.rest[0]}'`);
      }
      const expression = parseExpression(word, raw.offset, raw.offset + raw.source.length);
      parts.push({ kind: 'expression', expression, flags: readFlags(raw.flags), span });
      return;
    }
    case 'unclosed':
      throw new ConfigError(span, `missing ']' after '${raw.source}'`);
    case 'stray':
      return failStray(raw, word, span);
  }
}

function failStray(raw: RawPart, word: Word, span: Span): never {
  if (raw.end === word.text.length) throw new ConfigError(span, "truncated line after '%'");
  throw new ConfigError(
    span,
    `unexpected variable name near '${word.text[raw.end]}' at position ${raw.end} line : '${word.text}'. ` +
      `Maybe you want to write a single '%', use the syntax '%%'`,
  );
}

/** `+Q,-X,E`: a letter without a sign switches on. Unknown letters are ignored, as HAProxy does. */
function readFlags(text: string): FormatFlags {
  let on = '';
  let off = '';
  for (const flag of text.split(',')) {
    const letter = flag.replace(/^[+-]/, '');
    if (!['Q', 'X', 'E'].includes(letter)) continue;
    if (flag.startsWith('-')) off += letter;
    else on += letter;
  }
  return { on, off };
}
