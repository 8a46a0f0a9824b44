/** Textual and binary forms of IP addresses: unsigned 32-bit numbers for IPv4, 16 bytes for IPv6. */

/** @returns undefined unless `text` is four decimal bytes */
export function parseIpv4(text: string): number | undefined {
  let value = 0;
  let parts = 0;
  let digits = 0;
  let byte = 0;
  for (let index = 0; index <= text.length; index++) {
    const code = index < text.length ? text.charCodeAt(index) : 46;
    if (code === 46) {
      if (digits === 0 || byte > 255) return undefined;
      value = value * 256 + byte;
      parts++;
      digits = 0;
      byte = 0;
    } else {
      if (code < 48 || code > 57 || ++digits > 3) return undefined;
      byte = byte * 10 + code - 48;
    }
  }
  return parts === 4 ? value : undefined;
}

export function formatIpv4(value: number): string {
  return `${value >>> 24}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}`;
}

/** @returns undefined unless `text` is an IPv6 address (without zone and brackets) */
export function parseIpv6(text: string): Uint8Array | undefined {
  if (!text.includes(':') || !/^[0-9A-Fa-f:.]+$/.test(text)) return undefined;
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const head = readGroups(halves[0], halves.length === 1);
  const tail = halves.length === 2 ? readGroups(halves[1], true) : [];
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const groups = [...head, ...Array.from({ length: missing }, () => 0), ...tail];
  return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 255]));
}

/** @param last whether an embedded IPv4 address may end these groups */
function readGroups(text: string, last: boolean): number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    if (part.includes('.')) {
      const embedded = last && index === parts.length - 1 ? parseIpv4(part) : undefined;
      if (embedded === undefined) return undefined;
      groups.push(embedded >>> 16, embedded & 0xffff);
    } else {
      if (!/^[0-9A-Fa-f]{1,4}$/.test(part)) return undefined;
      groups.push(Number.parseInt(part, 16));
    }
  }
  return groups;
}

/** Canonical text as glibc's inet_ntop writes it (RFC 5952, with dotted IPv4-mapped and -compatible forms). */
export function formatIpv6(bytes: Uint8Array): string {
  const groups = Array.from({ length: 8 }, (_, index) => (bytes[index * 2] << 8) | bytes[index * 2 + 1]);
  const run = longestZeroRun(groups);
  const mapped = groups[5] === 0xffff && run.length === 5;
  if (run.start === 0 && (run.length === 6 || mapped)) {
    const dotted = formatIpv4(((groups[6] << 16) | groups[7]) >>> 0);
    return mapped ? `::ffff:${dotted}` : `::${dotted}`;
  }
  const hex = groups.map((group) => group.toString(16));
  if (run.length < 2) return hex.join(':');
  return `${hex.slice(0, run.start).join(':')}::${hex.slice(run.start + run.length).join(':')}`;
}

function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: -1, length: 0 };
  for (let start = 0; start < 8; start++) {
    let length = 0;
    while (start + length < 8 && groups[start + length] === 0) length++;
    if (length > best.length) best = { start, length };
  }
  return best;
}

/** The IPv4 address inside ::ffff:a.b.c.d, 2002:abcd:: or ::a.b.c.d, or undefined (manual 7.1.6). */
export function embeddedIpv4(bytes: Uint8Array): number | undefined {
  if (bytes[0] === 0x20 && bytes[1] === 0x02) return readUint32(bytes, 2);
  for (let index = 0; index < 10; index++) if (bytes[index] !== 0) return undefined;
  const marker = (bytes[10] << 8) | bytes[11];
  return marker === 0xffff || marker === 0 ? readUint32(bytes, 12) : undefined;
}

function readUint32(bytes: Uint8Array, at: number): number {
  return ((bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]) >>> 0;
}

/** ::ffff:a.b.c.d */
export function mapIpv4(value: number): Uint8Array {
  return Uint8Array.of(
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    255,
    255,
    value >>> 24,
    (value >>> 16) & 255,
    (value >>> 8) & 255,
    value & 255,
  );
}

/** Address of either family, or undefined. */
export function parseIp(text: string): number | Uint8Array | undefined {
  return parseIpv4(text) ?? parseIpv6(text);
}

/** Number of leading ones, or -1 when the mask is not contiguous. */
export function prefixOfMask(mask: number): number {
  const ones = Math.clz32(~mask);
  return maskOfPrefix(ones) === mask >>> 0 ? ones : -1;
}

/** @param bits 0..32 */
export function maskOfPrefix(bits: number): number {
  return bits === 0 ? 0 : (0xffffffff << (32 - bits)) >>> 0;
}

/** @param bits 0..128 */
export function maskIpv6(bytes: Uint8Array, bits: number): Uint8Array {
  return bytes.map((byte, index) => byte & (0xff << Math.max(0, Math.min(8, 8 * (index + 1) - bits))) & 255);
}

/** 16 bytes as a latin1 string, to serve as a key. */
export function latin1Of(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
