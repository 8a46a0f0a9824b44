import { ConfigError, type Span } from './diagnostics.js';
import type { Word } from './cursor.js';
import { parseExpression, type ExpressionModel } from './expression.js';
import { parse } from './grammar/log-format.generated.js';
import { subSpan } from './subspan.js';

/**
 * Flags of one `{…}`: what it switches on and off among Q (quote), X (hexadecimal), E (escape), and of 3.x j (json),
 * c (cbor) and b (bin).
 */
export interface FormatFlags {
  readonly on: string;
  readonly off: string;
}

/** `(name:type)` of an item (3.x): its key in encoded formats, and what its value is made. */
export interface ItemLabel {
  readonly name: string;
  readonly type: 'str' | 'sint' | 'bool' | undefined;
}

interface Item {
  readonly label: ItemLabel | undefined;
  readonly flags: FormatFlags;
  readonly span: Span;
}

export type FormatPart =
  | { readonly kind: 'text'; readonly text: string }
  | (Item & { readonly kind: 'variable'; readonly name: string })
  | (Item & { readonly kind: 'expression'; readonly expression: ExpressionModel });

interface RawPart {
  kind: 'text' | 'variable' | 'expression' | 'unclosed' | 'stray';
  text: string;
  name: string;
  source: string;
  rest: string;
  offset: number;
  flags: string;
  label?: { name: string; type?: string };
  start: number;
  end: number;
}

/**
 * Parses a log-format string (manual 8.2.6), with the names and types of 3.x (`%(name:type)ci`).
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
      parts.push({ kind: 'variable', name: raw.name, label: readLabel(raw, span), flags: readFlags(raw.flags), span });
      return;
    case 'expression': {
      if (raw.rest !== '') {
        throw new ConfigError(span, `expected ']' after '${raw.source}', but found '${raw.rest[0]}'`);
      }
      const expression = parseExpression(word, raw.offset, raw.offset + raw.source.length);
      parts.push({ kind: 'expression', expression, label: readLabel(raw, span), flags: readFlags(raw.flags), span });
      return;
    }
    case 'unclosed':
      throw new ConfigError(span, `missing ']' after '${raw.source}'`);
    case 'stray':
      return failStray(raw, word, span);
  }
}

function readLabel({ label }: RawPart, span: Span): ItemLabel | undefined {
  if (label === undefined) return undefined;
  const { name, type } = label;
  if (type !== undefined && type !== 'str' && type !== 'sint' && type !== 'bool')
    throw new ConfigError(span, `unexpected output type '${type}' for item '${name}': expects 'str', 'sint' or 'bool'`);
  return { name, type };
}

function failStray(raw: RawPart, word: Word, span: Span): never {
  if (raw.end === word.text.length) throw new ConfigError(span, "truncated line after '%'");
  throw new ConfigError(
    span,
    `unexpected variable name near '${word.text[raw.end]}' at position ${raw.end} line : '${word.text}'. ` +
      `Maybe you want to write a single '%', use the syntax '%%'`,
  );
}

const ENCODINGS: Readonly<Record<string, string>> = { json: 'j', cbor: 'c', bin: 'b' };

/** `+Q,-X,E`: a letter without a sign switches on. Unknown letters are ignored, as HAProxy does. */
function readFlags(text: string): FormatFlags {
  let on = '';
  let off = '';
  for (const flag of text.split(',')) {
    const written = flag.replace(/^[+-]/, '');
    const letter = ENCODINGS[written] ?? written;
    if (!['Q', 'X', 'E', 'j', 'c', 'b'].includes(letter)) continue;
    if (flag.startsWith('-')) off += letter;
    else on += letter;
  }
  return { on, off };
}
