import { crc32c } from '../../base/hash/crc32c.js';
import { TLV, type Tlv } from '../../core/proxy-header.js';
import type { Endpoint } from '../../core/transport.js';
import { endpointAt } from './addresses.js';
import { INCOMPLETE, received, refused, type HeaderOutcome } from './outcome.js';

/*  PROXY protocol specification, section 2.2:
 *
 *  | signature (12) | version, command | family, protocol | length (2) | addresses | type length value | …
 *                                                                      └──────── length bytes ─────────┘
 */
export const SIGNATURE = '\r\n\r\n\0\r\nQUIT\n';
const FIXED = 16;
const VERSION = 2;
const LOCAL = 0;
const PROXY = 1;
const TCP4 = 0x11;
const TCP6 = 0x21;
const TLV_HEAD = 3;
const SSL_FIXED = 5;
/** HAProxy keeps a server name of a TLS client in one byte's worth, and a unique id in 128. */
const LONGEST_AUTHORITY = 255;
const LONGEST_UNIQUE_ID = 128;

/** Whether these bytes may be the beginning of a version 2 header. */
export function looksLikeV2(buffer: Buffer, length: number): boolean {
  return SIGNATURE.startsWith(buffer.latin1Slice(0, Math.min(length, SIGNATURE.length)));
}

/** Version 2: binary. What is in `buffer` looks like it. */
export function parseV2(buffer: Buffer, length: number): HeaderOutcome {
  if (length > SIGNATURE.length && buffer[12] >> 4 !== VERSION) return refused(15);
  if (length < FIXED) return INCOMPLETE;
  const end = FIXED + buffer.readUInt16BE(14);
  if (length < end) return INCOMPLETE;
  const command = buffer[12] & 15;
  // "The receiver must accept this connection as valid and must use the real connection endpoints"
  if (command === LOCAL) return received(end);
  const family = buffer[13];
  if (command !== PROXY || (family !== TCP4 && family !== TCP6)) return refused(16);
  return family === TCP4 ? withAddresses(buffer, end, 4) : withAddresses(buffer, end, 6);
}

function withAddresses(buffer: Buffer, end: number, family: 4 | 6): HeaderOutcome {
  const size = family === 4 ? 4 : 16;
  const ports = FIXED + 2 * size;
  if (end < ports + 4) return refused(16);
  const ends: [Endpoint, Endpoint] = [
    endpointAt(buffer, FIXED, ports, family),
    endpointAt(buffer, FIXED + size, ports + 2, family),
  ];
  const tlvs = readTlvs(buffer, ports + 4, end);
  if (tlvs?.every((tlv) => isValid(tlv)) !== true || !checksumHolds(buffer, ports + 4, end))
    return refused(16, ends[0]);
  return received(end, ends, tlvs);
}

/** @returns undefined when a length leads out of the header */
function readTlvs(buffer: Buffer, start: number, end: number): Tlv[] | undefined {
  const tlvs: Tlv[] = [];
  for (let at = start; at < end;) {
    if (at + TLV_HEAD > end) return undefined;
    const next = at + TLV_HEAD + buffer.readUInt16BE(at + 1);
    if (next > end) return undefined;
    tlvs.push({ type: buffer[at], value: buffer.latin1Slice(at + TLV_HEAD, next) });
    // what is known of the client's TLS is in fields of its own, inside of this one behind five bytes (section 2.2.6)
    if (buffer[at] === TLV.SSL) tlvs.push(...(readTlvs(buffer, at + TLV_HEAD + SSL_FIXED, next) ?? []));
    at = next;
  }
  return tlvs;
}

function isValid({ type, value }: Tlv): boolean {
  if (type === TLV.CRC32C) return value.length === 4;
  if (type === TLV.AUTHORITY) return value.length <= LONGEST_AUTHORITY;
  return type !== TLV.UNIQUE_ID || value.length <= LONGEST_UNIQUE_ID;
}

/** The checksum is made over the whole header with zeros in its own place (section 2.2.3). */
function checksumHolds(buffer: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at += TLV_HEAD + buffer.readUInt16BE(at + 1)) {
    if (buffer[at] !== TLV.CRC32C) continue;
    const value = at + TLV_HEAD;
    const text = `${buffer.latin1Slice(0, value)}\0\0\0\0${buffer.latin1Slice(value + 4, end)}`;
    if (crc32c(text) !== buffer.readUInt32BE(value)) return false;
  }
  return true;
}
