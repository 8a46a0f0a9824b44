/** Fields of protocol buffers messages (developers.google.com/protocol-buffers/docs/encoding), over bytes as latin1. */

type Wire = 'varint' | 'fixed64' | 'delimited' | 'fixed32';

const WIRES: Readonly<Record<number, Wire>> = { 0: 'varint', 1: 'fixed64', 2: 'delimited', 5: 'fixed32' };

/** A type that `protobuf` and `ungrpc` may name: how it is sent, and the integer that its raw bytes mean. */
interface FieldType {
  readonly wire: Wire;
  readonly read: (raw: Buffer) => bigint;
}

/** @returns the value with 64 bits, or undefined when it does not end within ten bytes */
function varint(raw: Buffer): bigint {
  let value = 0n;
  for (let index = 0; index < raw.length; index++) value |= BigInt(raw[index] & 0x7f) << BigInt(7 * index);
  return BigInt.asUintN(64, value);
}

const signed = (raw: Buffer): bigint => BigInt.asIntN(64, varint(raw));
/** 0, -1, 1, -2, 2… */
const zigzag = (raw: Buffer): bigint => {
  const value = varint(raw);
  return BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n));
};
/** The integer part, as far as it fits. */
const whole = (value: number): bigint =>
  Number.isFinite(value) ? BigInt.asIntN(64, BigInt(Math.trunc(value))) : -0x8000000000000000n;

const TYPES: Readonly<Record<string, FieldType>> = {
  int32: { wire: 'varint', read: (raw) => BigInt.asIntN(32, varint(raw)) },
  uint32: { wire: 'varint', read: (raw) => BigInt.asUintN(32, varint(raw)) },
  sint32: { wire: 'varint', read: (raw) => BigInt.asIntN(32, zigzag(raw)) },
  int64: { wire: 'varint', read: signed },
  uint64: { wire: 'varint', read: signed },
  sint64: { wire: 'varint', read: zigzag },
  bool: { wire: 'varint', read: signed },
  enum: { wire: 'varint', read: signed },
  fixed64: { wire: 'fixed64', read: (raw) => raw.readBigInt64LE() },
  sfixed64: { wire: 'fixed64', read: (raw) => raw.readBigInt64LE() },
  double: { wire: 'fixed64', read: (raw) => whole(raw.readDoubleLE()) },
  fixed32: { wire: 'fixed32', read: (raw) => BigInt(raw.readUInt32LE()) },
  sfixed32: { wire: 'fixed32', read: (raw) => BigInt(raw.readInt32LE()) },
  float: { wire: 'fixed32', read: (raw) => whole(raw.readFloatLE()) },
};

export function findFieldType(name: string): FieldType | undefined {
  return Object.hasOwn(TYPES, name) ? TYPES[name] : undefined;
}

/** Length of the varint at `at`; -1 when the bytes end before it, or it is longer than 64 bits need. */
function varintLength(bytes: Buffer, at: number): number {
  for (let length = 1; length <= 10; length++) {
    if (at + length > bytes.length) return -1;
    if (bytes[at + length - 1] < 0x80) return length;
  }
  return -1;
}

interface Field {
  readonly number: number;
  readonly wire: Wire;
  readonly start: number;
  readonly end: number;
}

/** The field that begins at `at`; undefined when it is cut short or its wire type is unknown. */
function fieldAt(bytes: Buffer, at: number): Field | undefined {
  const keyLength = varintLength(bytes, at);
  if (keyLength < 0) return undefined;
  const key = varint(bytes.subarray(at, at + keyLength));
  const wire = WIRES[Number(key & 7n)] as Wire | undefined;
  let start = at + keyLength;
  let length: number;
  switch (wire) {
    case 'varint':
      length = varintLength(bytes, start);
      break;
    case 'fixed64':
      length = 8;
      break;
    case 'fixed32':
      length = 4;
      break;
    case 'delimited': {
      const size = varintLength(bytes, start);
      length = size < 0 ? -1 : Number(varint(bytes.subarray(start, start + size)));
      start += size;
      break;
    }
    case undefined:
      return undefined;
  }
  if (length < 0 || start + length > bytes.length) return undefined;
  return { number: Number(key >> 3n), wire, start, end: start + length };
}

/**
 * The raw bytes of a field, inner messages passed through by their numbers. The first field with a number counts.
 * @param wire the wire type that the field must have; undefined = any
 */
export function findField(message: Buffer, path: readonly number[], wire: Wire | undefined): Buffer | undefined {
  let bytes = message;
  for (let depth = 0; depth < path.length; depth++) {
    const found = firstField(bytes, path[depth]);
    if (found === undefined) return undefined;
    const last = depth === path.length - 1;
    const wanted = last ? wire : 'delimited';
    if (wanted !== undefined && found.wire !== wanted) return undefined;
    bytes = bytes.subarray(found.start, found.end);
  }
  return bytes;
}

function firstField(bytes: Buffer, number: number): Field | undefined {
  for (let at = 0; at < bytes.length;) {
    const field = fieldAt(bytes, at);
    if (field === undefined || field.number === number) return field;
    at = field.end;
  }
  return undefined;
}

/** The message within a gRPC frame that is not compressed: one byte, a 32-bit length, the message. */
export function grpcMessage(frame: Buffer): Buffer | undefined {
  if (frame.length < 5 || frame[0] !== 0) return undefined;
  const end = 5 + frame.readUInt32BE(1);
  return end > frame.length ? undefined : frame.subarray(5, end);
}
