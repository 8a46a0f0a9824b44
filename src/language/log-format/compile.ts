import { closest } from '../../base/closest.js';
import { ConfigError } from '../../config/diagnostics.js';
import type { Word } from '../../config/cursor.js';
import { parseFormat, type FormatFlags, type FormatPart } from '../../config/log-format.js';
import type { StreamContext } from '../../core/stream.js';
import { compileExpression } from '../expression.js';
import type { Scope } from '../scope.js';
import { encodeHeader, escapeStructured } from './encode.js';
import { encodeObject, encodeValue, type EncodedValue, type ItemEncoding } from './encodings.js';
import { readSint, sampleText } from '../values.js';
import { LOG_VARIABLES, OLD_NAMES, type FieldCode, type FieldFlags, type LogVariable } from './variables.js';

/** A format ready to be written. */
export type Format = (stream: StreamContext) => string;

export interface FormatOptions {
  /**
   * `log`: runs of spaces become one and missing values `-`. `header`: what rules build headers, locations and bodies
   * with; control characters are encoded and missing values are nothing.
   */
  readonly target: 'log' | 'header';
  /** Runs of spaces become one in headers too (`unique-id-format`). */
  readonly mergeSpaces?: boolean;
  /** `option logasap` is in force. */
  readonly early?: boolean;
}

/** One piece of a format: fixed text, or code. `undefined` from code = not even the space beside it. */
type Piece = string | FieldCode;

/**
 * Compiles a log-format string (manual 8.2.6).
 * @throws ConfigError in HAProxy's words
 */
export function compileFormat(word: Word, scope: Scope, options: FormatOptions = { target: 'header' }): Format {
  let common: FormatFlags = { on: '', off: '' };
  const pieces: Piece[] = [];
  const parts = parseFormat(word);
  const object = encodedObject(parts, scope, options);
  if (object !== undefined) return object;
  for (const part of parts) {
    if (part.kind === 'variable' && part.name === 'o') {
      common = { on: part.flags.on, off: part.flags.off };
      continue;
    }
    pieces.push(compilePart(part, common, scope, options));
  }
  return options.target === 'log' || options.mergeSpaces === true ? joinLog(pieces) : joinPlain(pieces);
}

/** How the flags ask for values to be written; undefined = as text. */
function encodingOf({ on, off }: FormatFlags, binary: boolean): ItemEncoding | undefined {
  const kind =
    on.includes('c') && !off.includes('c') ? 'cbor' : on.includes('j') && !off.includes('j') ? 'json' : undefined;
  return kind === undefined ? undefined : { kind, binary };
}

/** A format whose `%o` names an encoding: an object of its named items, and nothing else. */
function encodedObject(parts: readonly FormatPart[], scope: Scope, options: FormatOptions): Format | undefined {
  const global = parts.find((part) => part.kind === 'variable' && part.name === 'o');
  const flags = global?.kind === 'variable' ? global.flags : undefined;
  const encoding = flags === undefined ? undefined : encodingOf(flags, flags.on.includes('b'));
  if (encoding === undefined) return undefined;
  const items = parts.flatMap((part) =>
    part.kind !== 'text' && part.label !== undefined && part.label.name !== ''
      ? [{ name: part.label.name, read: valueReader(part, scope, options) }]
      : [],
  );
  const names = items.map(({ name }) => name);
  return (stream) => encodeObject(encoding, names, (index) => items[index].read(stream));
}

/** The value of an item, of the type that it has or that its label asks for. */
function valueReader(
  part: Exclude<FormatPart, { kind: 'text' }>,
  scope: Scope,
  options: FormatOptions,
): (stream: StreamContext) => EncodedValue {
  const wanted = part.label?.type;
  if (part.kind === 'expression') {
    const expression = compileExpression(part.expression, scope);
    if (wanted !== undefined) {
      const converted = expression.as(wanted);
      return (stream) => converted?.evaluate(stream) as EncodedValue;
    }
    return (stream) => {
      const sample = expression.typed(stream);
      if (sample === undefined) return undefined;
      return sample.type === 'sint' || sample.type === 'bool' ? (sample.value as EncodedValue) : sampleText(sample);
    };
  }
  const variable = findVariable(part, scope);
  const flags = {
    quote: false,
    hex: part.flags.on.includes('X'),
    escape: false,
    mandatory: false,
    early: options.early === true,
  };
  const code = variable.code(flags, scope);
  return (stream) => {
    const text = code(stream);
    if (text === undefined || text === '') return undefined;
    if (wanted === 'bool') return Number(readSint(text)) !== 0;
    const numeric = wanted === 'sint' || (wanted === undefined && variable.numeric === true && !flags.hex);
    // `option logasap` writes a plus before figures that are not final.
    return numeric ? readSint(text) : text;
  };
}

/** @returns the fixed text of a format without variables, or undefined */
export function constantFormat(word: Word): string | undefined {
  const parts = parseFormat(word);
  if (parts.length === 0) return '';
  return parts.length === 1 && parts[0].kind === 'text' ? parts[0].text : undefined;
}

function compilePart(part: FormatPart, common: FormatFlags, scope: Scope, options: FormatOptions): Piece {
  if (part.kind === 'text') return part.text;
  const encoding = encodingOf(part.flags, false);
  if (encoding !== undefined) {
    const read = valueReader(part, scope, options);
    return (stream) => encodeValue(encoding, read(stream));
  }
  const flags = flagsOf(common, part.flags, options);
  if (part.kind === 'expression') {
    const expression = compileExpression(part.expression, scope).as('str');
    if (expression === undefined)
      throw new ConfigError(
        part.span,
        `failed to parse sample expression <${part.expression.text}> : it gives no text`,
      );
    const write = textWriter(flags);
    if (options.target === 'header') {
      const encode = headerWriter(flags);
      return (stream) => encode(expression.code(stream) as string | undefined);
    }
    return (stream) => write(expression.code(stream) as string | undefined);
  }
  const variable = findVariable(part, scope);
  const code = variable.code(flags, scope);
  if (variable.kind === 'raw') return code;
  const write = textWriter(flags);
  return (stream) => write(code(stream));
}

/** @throws ConfigError when there is none with this name */
function findVariable(part: Extract<FormatPart, { kind: 'variable' }>, scope: Scope): LogVariable {
  const name = OLD_NAMES[part.name] ?? part.name;
  const variable = LOG_VARIABLES.find((one) => one.name === name);
  if (variable === undefined) {
    const near = closest(
      part.name,
      LOG_VARIABLES.map((one) => one.name),
    );
    throw new ConfigError(
      part.span,
      `no such format variable '${part.name}'. If you wanted to emit the '%' character verbatim, you need to use '%%'`,
      near === undefined ? undefined : `did you mean '%${near}'?`,
    );
  }
  if (variable.http && scope.proxy.mode !== 'http') {
    scope.diagnostics.warning(part.span, `the log-format variable '${part.name}' is only meaningful in HTTP mode`);
  }
  return variable;
}

function flagsOf(common: FormatFlags, own: FormatFlags, options: FormatOptions): FieldFlags {
  const has = (flag: string): boolean => (common.on.includes(flag) || own.on.includes(flag)) && !own.off.includes(flag);
  return {
    quote: has('Q'),
    hex: has('X'),
    escape: has('E'),
    mandatory: options.target === 'log',
    early: options.early === true,
  };
}

/** Quotes, escapes, and shows what is missing. */
function textWriter(flags: FieldFlags): (value: string | undefined) => string {
  const { quote, escape, mandatory } = flags;
  return (value) => {
    if (value === undefined || value === '') return quote ? '""' : mandatory ? '-' : '';
    const text = escape ? escapeStructured(value) : value;
    return quote ? `"${text}"` : text;
  };
}

/** Rules never quote what expressions give, whatever the flags say. */
function headerWriter({ escape }: FieldFlags): (value: string | undefined) => string {
  return (value = '') => encodeHeader(escape ? escapeStructured(value) : value);
}

function joinPlain(pieces: readonly Piece[]): Format {
  if (pieces.every((piece) => typeof piece === 'string')) {
    const fixed = pieces.join('');
    return () => fixed;
  }
  if (pieces.length === 1) {
    const [code] = pieces as [FieldCode];
    return (stream) => code(stream) ?? '';
  }
  return (stream) => {
    let output = '';
    for (const piece of pieces) output += typeof piece === 'string' ? piece : (piece(stream) ?? '');
    return output;
  };
}

/** Runs of spaces become one, also around variables that write nothing. */
function joinLog(pieces: readonly Piece[]): Format {
  const steps: Piece[] = pieces.flatMap((piece): Piece[] =>
    typeof piece === 'string' ? piece.split(/(?<= )(?=[^ ])|(?<=[^ ])(?= )/) : [piece],
  );
  const spaced = steps.map((step) => (typeof step === 'string' && step.startsWith(' ') ? ' ' : step));
  return (stream) => {
    let output = '';
    let space = true;
    for (const step of spaced) {
      if (step === ' ') {
        if (!space) output += ' ';
        space = true;
        continue;
      }
      const text = typeof step === 'string' ? step : step(stream);
      if (text === undefined) continue;
      output += text;
      space = false;
    }
    return output;
  };
}
