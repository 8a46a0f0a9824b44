/** The first packets of MQTT 3.1, 3.1.1 and 5.0 connections: CONNECT and CONNACK (their specifications' section 3). */

export const MQTT_CONNECT = 1;
export const MQTT_CONNACK = 2;

/** Names of all packet types, by number. */
const PACKETS = (
  'connect connack publish puback pubrec pubrel pubcomp subscribe suback unsubscribe unsuback pingreq pingresp ' +
  'disconnect auth'
).split(' ');

const FIELDS: Readonly<Record<number, readonly string[]>> = {
  [MQTT_CONNECT]: [
    'flags',
    'protocol_name',
    'protocol_version',
    'client_identifier',
    'will_topic',
    'will_payload',
    'username',
    'password',
    'keepalive',
  ],
  [MQTT_CONNACK]: ['flags', 'protocol_version', 'reason_code'],
};

type Shape = 'byte' | 'short' | 'int' | 'varint' | 'text' | 'pair';

/** How the value of each property of MQTT 5.0 is written (section 2.2.2.2). */
const PROPERTIES: Readonly<Record<number, Shape>> = {
  1: 'byte',
  2: 'int',
  3: 'text',
  8: 'text',
  9: 'text',
  11: 'varint',
  17: 'int',
  18: 'text',
  19: 'short',
  21: 'text',
  22: 'text',
  23: 'byte',
  24: 'int',
  25: 'byte',
  26: 'text',
  28: 'text',
  31: 'text',
  33: 'short',
  34: 'short',
  35: 'short',
  36: 'byte',
  37: 'byte',
  38: 'pair',
  39: 'int',
  40: 'byte',
  41: 'byte',
  42: 'byte',
};

/** Properties that each kind of packet may carry, and those of a will. */
const ALLOWED = {
  connect: [17, 21, 22, 23, 25, 33, 34, 38, 39],
  will: [1, 2, 3, 8, 9, 18, 24, 38],
  connack: [17, 18, 19, 21, 22, 26, 28, 31, 33, 34, 36, 37, 38, 39, 40, 41, 42],
};

/** A packet's number by its name or number; undefined when there is none. */
export function readPacketType(text: string): number | undefined {
  const number = /^\d+$/.test(text) ? Number(text) : PACKETS.indexOf(text.toLowerCase()) + 1;
  return number >= 1 && number <= PACKETS.length ? number : undefined;
}

/** The key of a field or property in {@link readPacket}'s answer; undefined when such a packet has none. */
export function readFieldName(type: number, text: string): string | undefined {
  const name = text.toLowerCase();
  if (FIELDS[type]?.includes(name)) return name;
  const allowed = type === MQTT_CONNECT ? [...ALLOWED.connect, ...ALLOWED.will] : ALLOWED.connack;
  return type in FIELDS && /^\d+$/.test(name) && allowed.includes(Number(name)) ? String(Number(name)) : undefined;
}

/** A packet is cut short, too long, or against the rules. */
class Malformed extends Error {}

class Reader {
  #at = 0;

  constructor(readonly bytes: Buffer) {}

  get rest(): number {
    return this.bytes.length - this.#at;
  }

  take(length: number): Buffer {
    if (length > this.rest) throw new Malformed();
    this.#at += length;
    return this.bytes.subarray(this.#at - length, this.#at);
  }

  byte(): number {
    return this.take(1)[0];
  }

  short(): number {
    return this.take(2).readUInt16BE();
  }

  int(): number {
    return this.take(4).readUInt32BE();
  }

  /** Seven bits for each byte, the lowest first; at most four bytes (section 1.5.5). */
  varint(): number {
    let value = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw new Malformed();
  }

  /** Text or data behind its 16-bit length. */
  text(): string {
    return this.take(this.short()).toString('latin1');
  }
}

type Fields = Map<string, string>;

/**
 * Reads a whole CONNECT or CONNACK packet.
 * @returns its fields by name, its properties by number, as text; undefined when it is not valid
 */
export function readPacket(bytes: Buffer): { readonly type: number; readonly fields: Fields } | undefined {
  try {
    const reader = new Reader(bytes);
    const head = reader.byte();
    const length = reader.varint();
    const type = head >> 4;
    if ((head & 15) !== 0 || reader.rest !== length) return undefined;
    const fields: Fields = new Map();
    if (type === MQTT_CONNECT) readConnect(reader, fields);
    else if (type === MQTT_CONNACK) readConnack(reader, length, fields);
    else return undefined;
    return reader.rest === 0 ? { type, fields } : undefined;
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    throw error;
  }
}

function readConnect(reader: Reader, fields: Fields): void {
  const protocol = reader.text();
  const version = reader.byte();
  const flags = reader.byte();
  const known = protocol === 'MQTT' ? version === 4 || version === 5 : protocol === 'MQIsdp' && version === 3;
  if (!known || (flags & 1) !== 0) throw new Malformed();
  fields.set('protocol_name', protocol).set('protocol_version', String(version)).set('flags', String(flags));
  fields.set('keepalive', String(reader.short()));
  if (version === 5) readProperties(reader, ALLOWED.connect, fields);
  fields.set('client_identifier', reader.text());
  if ((flags & 0x04) !== 0) {
    if (version === 5) readProperties(reader, ALLOWED.will, fields);
    fields.set('will_topic', reader.text()).set('will_payload', reader.text());
  } else if ((flags & 0x38) !== 0) throw new Malformed();
  if ((flags & 0x80) !== 0) fields.set('username', reader.text());
  else if ((flags & 0x40) !== 0 && version !== 5) throw new Malformed();
  if ((flags & 0x40) !== 0) fields.set('password', reader.text());
}

function readConnack(reader: Reader, length: number, fields: Fields): void {
  const flags = reader.byte();
  if ((flags & 0xfe) !== 0) throw new Malformed();
  const version = length === 2 ? 4 : 5;
  fields.set('flags', String(flags)).set('reason_code', String(reader.byte()));
  // Nothing in the packet says it: only 5.0 has properties.
  fields.set('protocol_version', String(version));
  if (version === 5) readProperties(reader, ALLOWED.connack, fields);
}

function readProperties(reader: Reader, allowed: readonly number[], fields: Fields): void {
  const length = reader.varint();
  const end = reader.rest - length;
  if (end < 0) throw new Malformed();
  const seen = new Set<number>();
  while (reader.rest > end) {
    const property = reader.varint();
    // Each may stand once, but for user properties (section 2.2.2.2).
    if (!allowed.includes(property) || (seen.has(property) && property !== 38)) throw new Malformed();
    seen.add(property);
    const value = readValue(reader, PROPERTIES[property]);
    if (property !== 38) fields.set(String(property), value);
  }
  if (reader.rest !== end) throw new Malformed();
}

function readValue(reader: Reader, shape: Shape): string {
  switch (shape) {
    case 'byte':
      return String(reader.byte());
    case 'short':
      return String(reader.short());
    case 'int':
      return String(reader.int());
    case 'varint':
      return String(reader.varint());
    case 'text':
      return reader.text();
    case 'pair':
      return `${reader.text()}=${reader.text()}`;
  }
}
