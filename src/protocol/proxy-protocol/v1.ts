import { isIPv4, isIPv6 } from 'node:net';
import type { Endpoint } from '../../core/transport.js';
import { INCOMPLETE, received, refused, type HeaderOutcome } from './outcome.js';

/** `PROXY TCP6` with two full addresses and ports, CRLF included (PROXY protocol specification, section 2.1). */
const LONGEST_LINE = 107;

/** HAProxy calls fewer bytes truncated, whatever they are. */
const SHORTEST = 12;

const PREFIX = 'PROXY ';
const PROTOCOLS = ['TCP4 ', 'TCP6 ', 'UNKNOWN'] as const;

/**
 * Version 1: one line of text. Stricter than HAProxy 2.6, which reads `1.2.3.444` as another address: what the
 * specification calls malformed is refused.
 */
export function parseV1(buffer: Buffer, length: number): HeaderOutcome {
  const text = buffer.latin1Slice(0, Math.min(length, LONGEST_LINE));
  if (!text.startsWith(PREFIX)) return PREFIX.startsWith(text) ? INCOMPLETE : refused(length < SHORTEST ? 14 : 15);
  const rest = text.slice(PREFIX.length);
  const protocol = PROTOCOLS.find((name) => rest.startsWith(name));
  if (protocol === undefined) return unknownProtocol(rest);
  const end = text.indexOf('\r\n');
  if (end < 0) return mayGoOn(text, protocol) ? INCOMPLETE : refused(protocol === 'UNKNOWN' ? 17 : 16);
  const fields = text.slice(PREFIX.length + protocol.length, end);
  if (protocol === 'UNKNOWN') {
    // "the receiver must ignore anything presented before the CRLF"
    return fields === '' || fields.startsWith(' ') ? received(end + 2) : refused(17);
  }
  const ends = readEnds(fields, protocol === 'TCP4 ' ? 4 : 6);
  return ends === undefined ? refused(16) : received(end + 2, ends);
}

function unknownProtocol(rest: string): HeaderOutcome {
  return PROTOCOLS.some((name) => name.startsWith(rest)) ? INCOMPLETE : refused(17);
}

/** Whether a line without an end can still become a header. */
function mayGoOn(text: string, protocol: string): boolean {
  if (text.length >= LONGEST_LINE || text.includes('\n')) return false;
  const at = text.indexOf('\r');
  if (at >= 0 && at < text.length - 1) return false;
  return protocol === 'UNKNOWN' || /^[0-9A-Fa-f:. ]*\r?$/.test(text.slice(PREFIX.length + protocol.length));
}

/** Numbers without leading zeros, so that nobody takes them for octal. */
const PORT = /^(?:0|[1-9]\d{0,4})$/;

function readEnds(fields: string, family: 4 | 6): readonly [Endpoint, Endpoint] | undefined {
  const parts = fields.split(' ');
  if (parts.length !== 4) return undefined;
  const [source, destination, sourcePort, destinationPort] = parts;
  const isAddress = family === 4 ? isIPv4 : isPlainV6;
  if (!isAddress(source) || !isAddress(destination)) return undefined;
  if (!isPort(sourcePort) || !isPort(destinationPort)) return undefined;
  return [
    { address: source, port: Number(sourcePort), family },
    { address: destination, port: Number(destinationPort), family },
  ];
}

/** Node also takes a zone (`fe80::1%eth0`). */
const isPlainV6 = (text: string): boolean => isIPv6(text) && !text.includes('%');
const isPort = (text: string): boolean => PORT.test(text) && Number(text) <= 65_535;
