import { endpointAt } from './addresses.js';
import { INCOMPLETE, refused, type HeaderOutcome, type HeaderParser } from './outcome.js';

/*  NetScaler's "client IP insertion", in its two forms. The inner header is a copy of the client's IP and TCP headers.
 *
 *  legacy     | magic (4) | inner length (4) | IP header | TCP header |
 *  standard   | magic (4) | length (4) | 0 (2) | inner length (2) | IP header | TCP header |
 */
const LEGACY = 8;
const STANDARD = 12;
const TCP = 6;
const V6_HEADER = 40;
/** Two ports are all that is wanted of the TCP header. */
const PORTS = 4;

/** @param magic what every header begins with, `accept-netscaler-cip` (manual 5.1) */
export function netscalerParser(magic: number): HeaderParser {
  return (buffer, length) => {
    if (length < 4) return INCOMPLETE;
    if (buffer.readUInt32BE(0) !== magic >>> 0) return refused(22);
    if (length <= LEGACY) return INCOMPLETE;
    // 4 or 6 in the upper half of the byte is an IP header; a zero the second form's
    const standard = buffer[LEGACY] === 0;
    const version = buffer[LEGACY] >> 4;
    if (!standard && version !== 4 && version !== 6) return refused(23);
    if (length < STANDARD) return INCOMPLETE;
    const inner = standard ? STANDARD : LEGACY;
    const size = standard ? buffer.readUInt16BE(10) : buffer.readUInt32BE(4);
    if (size > 0xffff) return refused(23);
    return length < inner + size ? INCOMPLETE : parseInner(buffer, inner, size);
  };
}

function parseInner(buffer: Buffer, at: number, size: number): HeaderOutcome {
  const version = size === 0 ? 0 : buffer[at] >> 4;
  if (version === 4) {
    const ports = at + (buffer[at] & 15) * 4;
    if (ports - at < 20 || ports + PORTS > at + size) return refused(21);
    return buffer[at + 9] === TCP ? header(buffer, at + size, 4, at + 12, at + 16, ports) : refused(23);
  }
  if (version !== 6) return refused(23);
  if (V6_HEADER + PORTS > size) return refused(21);
  return buffer[at + 6] === TCP ? header(buffer, at + size, 6, at + 8, at + 24, at + V6_HEADER) : refused(23);
}

function header(
  buffer: Buffer,
  length: number,
  family: 4 | 6,
  source: number,
  destination: number,
  ports: number,
): HeaderOutcome {
  return {
    kind: 'header',
    length,
    header: {
      protocol: 'netscaler',
      source: endpointAt(buffer, source, ports, family),
      destination: endpointAt(buffer, destination, ports + 2, family),
      tlvs: [],
    },
  };
}
