import { formatIpv6, parseIpv4, parseIpv6 } from '../ip.js';

/** The Forwarded header (RFC 7239). */

export type ForwardedField = 'proto' | 'host' | 'for' | 'by';

/** A node taken apart (section 6). */
export interface ForwardedNode {
  /** An address, `unknown`, or an obfuscated identifier with its underscore. */
  readonly name: number | Uint8Array | string;
  /** A number, an obfuscated port with its underscore, or undefined. */
  readonly port: number | string | undefined;
}

const OBFUSCATED = /^_[A-Za-z0-9._-]+$/;
const TOKEN = /^[!#$%&'*+.^_`|~A-Za-z0-9-]+$/;
const HOST = /^(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~!$&'()*+,;=%-]+)(?::\d{1,5})?$/;

/** @returns undefined when it is none */
export function parseNode(text: string): ForwardedNode | undefined {
  const parts = /^(\[[^\]]*\]|[^:[\]]+)(?::(.+))?$/.exec(text);
  if (parts === null) return undefined;
  const name = nodeName(parts[1]);
  if (name === undefined) return undefined;
  if (parts[2] === undefined) return { name, port: undefined };
  if (OBFUSCATED.test(parts[2])) return { name, port: parts[2] };
  return /^\d{1,5}$/.test(parts[2]) && Number(parts[2]) < 65536 ? { name, port: Number(parts[2]) } : undefined;
}

function nodeName(text: string): ForwardedNode['name'] | undefined {
  if (text.startsWith('[')) return parseIpv6(text.slice(1, -1));
  if (text === 'unknown' || OBFUSCATED.test(text)) return text;
  return parseIpv4(text);
}

/** The fields of a header value with one element; undefined when it does not comply. */
export function parseForwarded(value: string): ReadonlyMap<ForwardedField, string> | undefined {
  const fields = new Map<ForwardedField, string>();
  const pair = /(?:^|;)[ \t]*([A-Za-z]+)=(?:([^";, \t]+)|"((?:[^"\\]|\\[^])*)")[ \t]*(?=;|$)/y;
  for (let at = 0; at < value.length; at = pair.lastIndex) {
    pair.lastIndex = at;
    const found = pair.exec(value);
    if (found === null) return undefined;
    const name = found[1].toLowerCase();
    const text = (found[2] as string | undefined) ?? found[3].replaceAll(/\\([^])/g, '$1');
    if (!isField(name) || fields.has(name)) return undefined;
    // Without quotes only a token may stand (section 4).
    if (found[2] !== undefined && !TOKEN.test(text)) return undefined;
    if (!isValid(name, text)) return undefined;
    fields.set(name, text);
  }
  return fields.size === 0 ? undefined : fields;
}

function isField(name: string): name is ForwardedField {
  return name === 'proto' || name === 'host' || name === 'for' || name === 'by';
}

function isValid(name: ForwardedField, text: string): boolean {
  switch (name) {
    case 'proto':
      return text === 'http' || text === 'https';
    case 'host':
      return HOST.test(text);
    default:
      return parseNode(text) !== undefined;
  }
}

/** An address or text as a node's name. @returns undefined when the text has characters that must not be there */
export function writeNodeName(value: number | Uint8Array | string, formatted: string): string | undefined {
  if (typeof value === 'number') return formatted;
  if (typeof value !== 'string') return `[${formatIpv6(value)}]`;
  if (value === '') return 'unknown';
  return OBFUSCATED.test(`_${value}`) ? `_${value}` : undefined;
}

export function writeNodePort(value: number | bigint | string): string | undefined {
  if (typeof value !== 'string') return value >= 0 && value < 65536 ? String(value) : undefined;
  return OBFUSCATED.test(`_${value}`) ? `_${value}` : undefined;
}
