import { connectStep, defineCheckType, expectStep, sendStep, type CustomMatcher, type Verdict } from '../plan.js';
import { refuseArguments } from './option.js';

/**
 * The hello of HAProxy's stream processing protocol (SPOE specification, 3.2.4): a frame is its length, a type, flags,
 * two identifiers that are 0 in a hello, and named values.
 */
const enum Frame {
  AgentHello = 101,
  AgentDisconnect = 102,
}
const FIN = 1;
/** `tune.bufsize` without the length field: the largest frame that HAProxy offers to read. */
const LARGEST_FRAME = 16_380;
const SMALLEST_FRAME = 256;

const text = (value: string): string => String.fromCharCode(value.length) + value;
const TYPED_STRING = '\x08';
const PAYLOAD =
  '\x01\0\0\0\x01\0\0' +
  text('supported-versions') + TYPED_STRING + text('2.0') +
  text('max-frame-size') + '\x03\xfc\xf0\x06' +
  text('capabilities') + TYPED_STRING + text('') +
  text('healthcheck') + '\x11'; // prettier-ignore
const HELLO = `\0\0\0${String.fromCharCode(PAYLOAD.length)}${PAYLOAD}`;

/** What the status codes of a disconnection mean (SPOE specification, 3.2.9). */
const REASONS: Readonly<Record<number, string>> = {
  0: 'normal',
  1: 'I/O error',
  2: 'a timeout occurred',
  3: 'frame is too big',
  4: 'invalid frame received',
  5: 'version value not found',
  6: 'max-frame-size value not found',
  7: 'capabilities value not found',
  8: 'unsupported version',
  9: 'max-frame-size too big or too small',
  10: 'fragmentation not supported',
  11: 'invalid interlaced frames',
  12: 'frame-id not found',
  13: 'resource allocation error',
};

const bad = (info: string): Verdict => ({ status: 'L7RSP', code: 0, info });
const INVALID = bad('invalid frame received');
const GOOD: Verdict = { status: 'L7OK', code: 0, info: 'SPOA server is ok' };

class Malformed extends Error {}

type Value = string | number | undefined;

/** Reads a frame's fields one after the other. */
class Reader {
  constructor(
    private readonly bytes: string,
    private at: number,
  ) {}

  get more(): boolean {
    return this.at < this.bytes.length;
  }

  byte(): number {
    if (!this.more) throw new Malformed();
    return this.bytes.charCodeAt(this.at++);
  }

  /** Below 240 one byte; else its low four bits, then seven bits in each of the following ones. */
  integer(): number {
    let value = this.byte();
    if (value < 240) return value;
    for (let weight = 16; ; weight *= 128) {
      const next = this.byte();
      value += next * weight;
      if (next < 128) return value;
    }
  }

  take(length: number): string {
    if (this.at + length > this.bytes.length) throw new Malformed();
    this.at += length;
    return this.bytes.slice(this.at - length, this.at);
  }

  string(): string {
    return this.take(this.integer());
  }

  /** @returns a string or a number, undefined for what a hello has no use for */
  value(): Value {
    switch (this.byte() & 15) {
      case 0:
      case 1:
        return undefined;
      case 2:
      case 3:
      case 4:
      case 5:
        return this.integer();
      case 6:
        this.take(4);
        return undefined;
      case 7:
        this.take(16);
        return undefined;
      case 8:
      case 9:
        return this.string();
      default:
        throw new Malformed();
    }
  }
}

const agentHello: CustomMatcher = {
  on: 'custom',
  judge(received, ended) {
    const length = received.length < 4 ? Infinity : Buffer.from(received.slice(0, 4), 'latin1').readUInt32BE();
    if (received.length < 4 + length) return ended ? bad('') : undefined;
    try {
      return judgeFrame(new Reader(received.slice(0, 4 + length), 4));
    } catch (error) {
      if (error instanceof Malformed) return INVALID;
      throw error;
    }
  },
};

function judgeFrame(reader: Reader): Verdict {
  const type = reader.byte();
  if (type !== Frame.AgentHello && type !== Frame.AgentDisconnect) return INVALID;
  const flags = reader.take(4).charCodeAt(3);
  if ((flags & FIN) === 0) return bad('fragmentation not supported');
  if (reader.integer() !== 0 || reader.integer() !== 0) return INVALID;
  const values = new Map<string, Value>();
  while (reader.more) values.set(reader.string(), reader.value());
  return type === Frame.AgentHello ? judgeHello(values) : judgeDisconnect(values);
}

function judgeHello(values: ReadonlyMap<string, Value>): Verdict {
  const [version, size] = [values.get('version'), values.get('max-frame-size')];
  if (typeof (values.get('capabilities') ?? '') !== 'string') return INVALID;
  if (values.has('version') && typeof version !== 'string') return INVALID;
  if (typeof version === 'string' && version.trim() !== '2.0') return bad('unsupported version');
  if (values.has('max-frame-size') && typeof size !== 'number') return INVALID;
  if (typeof size === 'number' && (size < SMALLEST_FRAME || size > LARGEST_FRAME))
    return bad('max-frame-size too big or too small');
  if (version === undefined) return bad('version value not found');
  return size === undefined ? bad('max-frame-size value not found') : GOOD;
}

function judgeDisconnect(values: ReadonlyMap<string, Value>): Verdict {
  const code = values.get('status-code') ?? 0;
  return bad(REASONS[Number(code)] ?? 'unknown error');
}

export const spop = defineCheckType({
  name: 'spop',
  manual: '4.2',
  summary: 'the hello of a stream processing agent must be answered by one of version 2.0',
  parse(context) {
    refuseArguments(context);
    return [connectStep(), sendStep(1, () => HELLO), expectStep(2, agentHello, { minReceived: 4 })];
  },
});
