/** Values of log items as JSON and CBOR (RFC 8949), for formats with `%{+json}o` and `%{+cbor}o` (manual of 3.x, 8.2.6). */

export type EncodedValue = string | number | bigint | boolean | undefined;

export interface ItemEncoding {
  readonly kind: 'json' | 'cbor';
  /** Raw bytes instead of hexadecimal digits (CBOR only). */
  readonly binary: boolean;
}

/** Bytes beyond ASCII stay as they are: whoever reads the line knows its character set. */
function jsonText(text: string): string {
  return `"${text.replaceAll(/["\\\0-\x1f\x7f]/g, (char) => JSON_NAMES[char] ?? `\\u${hex(char.charCodeAt(0), 4)}`)}"`;
}

const JSON_NAMES: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');

function jsonValue(value: EncodedValue): string {
  if (value === undefined) return 'null';
  return typeof value === 'string' ? jsonText(value) : String(value);
}

const CBOR = { unsigned: 0x00, negative: 0x20, text: 0x60, false: '\xf4', true: '\xf5', null: '\xf6' } as const;
const MAP = '\xbf';
const BREAK = '\xff';

/** A head: the major type with its argument in as few bytes as it needs. */
function cborHead(major: number, argument: bigint): string {
  if (argument < 24n) return String.fromCharCode(major | Number(argument));
  const width = argument < 0x100n ? 1 : argument < 0x10000n ? 2 : argument < 0x100000000n ? 4 : 8;
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(argument);
  return String.fromCharCode(major | (24 + Math.log2(width))) + bytes.toString('latin1', 8 - width);
}

function cborValue(value: EncodedValue): string {
  switch (typeof value) {
    case 'undefined':
      return CBOR.null;
    case 'boolean':
      return value ? CBOR.true : CBOR.false;
    case 'string':
      return cborHead(CBOR.text, BigInt(value.length)) + value;
    default: {
      const number = BigInt(value);
      return number >= 0n ? cborHead(CBOR.unsigned, number) : cborHead(CBOR.negative, -1n - number);
    }
  }
}

function finish({ binary }: ItemEncoding, bytes: string): string {
  return binary ? bytes : Buffer.from(bytes, 'latin1').toString('hex').toUpperCase();
}

/** One value on its own. */
export function encodeValue(encoding: ItemEncoding, value: EncodedValue): string {
  return encoding.kind === 'json' ? jsonValue(value) : finish(encoding, cborValue(value));
}

/** All named items of a format as one object. */
export function encodeObject(
  encoding: ItemEncoding,
  names: readonly string[],
  values: (index: number) => EncodedValue,
): string {
  if (encoding.kind === 'json') {
    return `{${names.map((name, index) => `${jsonText(name)}: ${jsonValue(values(index))}`).join(', ')}}`;
  }
  const members = names.map((name, index) => cborValue(name) + cborValue(values(index)));
  return finish(encoding, MAP + members.join('') + BREAK);
}
