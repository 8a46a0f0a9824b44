/** FIX messages (Financial Information eXchange): `tag=value` fields, each ended by a byte 1, over bytes as latin1. */

const DELIMITER = '\x01';
const VERSIONS = ['FIX.4.0', 'FIX.4.1', 'FIX.4.2', 'FIX.4.3', 'FIX.4.4', 'FIXT.1.1'];

const TAGS: Readonly<Record<string, number>> = {
  BeginString: 8,
  BodyLength: 9,
  CheckSum: 10,
  MsgType: 35,
  SenderCompID: 49,
  TargetCompID: 56,
};

/** A tag by number or name; undefined when it is unknown. */
export function readFixTag(text: string): number | undefined {
  if (/^\d+$/.test(text)) return Number(text) > 0 ? Number(text) : undefined;
  return Object.hasOwn(TAGS, text) ? TAGS[text] : undefined;
}

/** The value of a tag; undefined when it is not there, or a field before it is malformed. */
export function fixValue(message: string, tag: number): string | undefined {
  for (let at = 0; at < message.length;) {
    const end = message.indexOf(DELIMITER, at);
    const equals = message.indexOf('=', at);
    if (end < 0 || equals < 0 || equals > end) return undefined;
    const name = message.slice(at, equals);
    if (!/^\d+$/.test(name)) return undefined;
    if (Number(name) === tag) return message.slice(equals + 1, end);
    at = end + 1;
  }
  return undefined;
}

/**
 * Whether it is a whole message: BeginString with a known version, BodyLength that fits, MsgType, numeric tags with
 * values, and a CheckSum at the end that is right.
 */
export function isFix(message: string): boolean {
  const head = /^8=([^\x01]+)\x019=(\d+)\x01(?=35=[^\x01])/.exec(message);
  if (head === null || !VERSIONS.includes(head[1])) return false;
  const bodyEnd = head[0].length + Number(head[2]);
  const trailer = /^10=(\d{3})\x01$/.exec(message.slice(bodyEnd));
  if (trailer === null || bodyEnd > message.length) return false;
  const body = message.slice(head[0].length, bodyEnd);
  return /^(?:\d+=[^\x01]+\x01)+$/.test(body) && checksum(message.slice(0, bodyEnd)) === Number(trailer[1]);
}

function checksum(text: string): number {
  let sum = 0;
  for (let index = 0; index < text.length; index++) sum = (sum + text.charCodeAt(index)) & 255;
  return sum;
}
