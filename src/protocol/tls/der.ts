/** One element of DER (X.690): tag and contents. */
export interface Element {
  readonly tag: number;
  readonly content: Buffer;
  /** Header and contents. */
  readonly whole: Buffer;
}

export const enum Tag {
  Integer = 0x02,
  BitString = 0x03,
  OctetString = 0x04,
  Oid = 0x06,
  Sequence = 0x30,
  Set = 0x31,
}

/** The element at the beginning of `bytes`; undefined when it is cut off or its length is not sane. */
export function readElement(bytes: Buffer): Element | undefined {
  if (bytes.length < 2) return undefined;
  let length = bytes[1];
  let head = 2;
  if (length >= 0x80) {
    const size = length & 0x7f;
    if (size === 0 || size > 4 || bytes.length < 2 + size) return undefined;
    length = bytes.readUIntBE(2, size);
    head += size;
  }
  if (bytes.length < head + length) return undefined;
  return { tag: bytes[0], content: bytes.subarray(head, head + length), whole: bytes.subarray(0, head + length) };
}

/** The elements that follow one another in `bytes`, up to the first that is broken. */
export function readElements(bytes: Buffer): Element[] {
  const elements: Element[] = [];
  for (let rest = bytes; rest.length > 0;) {
    const element = readElement(rest);
    if (element === undefined) break;
    elements.push(element);
    rest = rest.subarray(element.whole.length);
  }
  return elements;
}

/** `1.2.840.113549.1.1.11` */
export function oidText(content: Buffer): string {
  const numbers: number[] = [];
  let value = 0;
  for (const byte of content) {
    value = value * 128 + (byte & 0x7f);
    if ((byte & 0x80) !== 0) continue;
    if (numbers.length > 0) numbers.push(value);
    else {
      const first = Math.min(2, Math.floor(value / 40));
      numbers.push(first, value - 40 * first);
    }
    value = 0;
  }
  return numbers.join('.');
}
