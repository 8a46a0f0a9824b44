import { LOWER_TOKEN } from '../h1/chars.js';
import type { FieldList } from './hpack-decoder.js';

/**
 * A request's fields as an HTTP/1 head, so that everything behind is the same for both: one parser, one set of rules.
 * What must not get there is stopped here (RFC 9113 section 8; section 10.3 says why).
 */

/** Fields about one connection (RFC 9113 section 8.2.2): whoever sends them in HTTP/2 tries something. */
const CONNECTION_FIELDS = new Set(['connection', 'proxy-connection', 'keep-alive', 'upgrade', 'transfer-encoding']);

export interface RequestText {
  /** The whole head. */
  readonly text: string;
  /** RFC 8441: the request opens a tunnel. */
  readonly tunnel: boolean;
  /** A body comes, and nothing says how long it is. */
  readonly chunked: boolean;
}

const SCHEME = /^[a-zA-Z][a-zA-Z0-9+.-]*$/;
/** What a target is made of; `#` and blanks would be read differently by different servers. */
const PATH = /^[!"$-~\x80-\xff]+$/;
const AUTHORITY = /^[!$-.0-;=A-Z_a-z~[\]%]*$/;

interface Pseudo {
  method: string | undefined;
  scheme: string | undefined;
  authority: string | undefined;
  path: string | undefined;
  protocol: string | undefined;
}

/**
 * @param ended the request has no body
 * @param webSocketKey for the handshake that HTTP/1 servers want to see (RFC 6455 section 4.1)
 * @returns 'bad' when it deserves an answer of 400, undefined when it is malformed: a stream error of type PROTOCOL_ERROR
 */
export function requestText(
  fields: FieldList,
  ended: boolean,
  webSocketKey: () => string,
): RequestText | 'bad' | undefined {
  const pseudo: Pseudo = { method: undefined, scheme: undefined, authority: undefined, path: undefined, protocol: undefined }; // prettier-ignore
  const first = readPseudo(fields, pseudo);
  if (first < 0) return undefined;
  const { method = '', scheme, protocol } = pseudo;
  const target = targetOf(pseudo);
  if (target === undefined) return undefined;
  const regular = regularFields(fields, first, pseudo.authority);
  if (regular === undefined) return undefined;
  if (!isToken(method) || (scheme !== undefined && scheme !== 'http' && scheme !== 'https' && !SCHEME.test(scheme)))
    return 'bad';
  let text = `${protocol === undefined ? method : 'GET'} ${target} HTTP/1.1\r\n${regular.text}`;
  if (regular.cookie !== '') text += `cookie: ${regular.cookie}\r\n`;
  if (protocol !== undefined) text += `connection: upgrade\r\nupgrade: ${protocol}\r\n`;
  if (protocol === 'websocket') text += `sec-websocket-key: ${webSocketKey()}\r\n`;
  const chunked = !ended && !regular.hasLength && method !== 'CONNECT';
  return { text: `${text}\r\n`, tunnel: protocol !== undefined, chunked };
}

/** Section 8.3. @returns the index of the first field that is none, -1 when something is wrong */
function readPseudo(fields: FieldList, pseudo: Pseudo): number {
  const { names, values, count } = fields;
  let at = 0;
  for (; at < count && names[at].charCodeAt(0) === 0x3a; at++) {
    const value = values[at];
    switch (names[at]) {
      case ':method':
        if (pseudo.method !== undefined || value === '') return -1;
        pseudo.method = value;
        break;
      case ':scheme':
        if (pseudo.scheme !== undefined) return -1;
        pseudo.scheme = value;
        break;
      case ':authority':
        if (pseudo.authority !== undefined || !AUTHORITY.test(value)) return -1;
        pseudo.authority = value;
        break;
      case ':path':
        if (pseudo.path !== undefined || !PATH.test(value)) return -1;
        pseudo.path = value;
        break;
      case ':protocol':
        if (pseudo.protocol !== undefined || !isToken(value)) return -1;
        pseudo.protocol = value;
        break;
      default:
        return -1;
    }
  }
  return pseudo.method === undefined ? -1 : at;
}

/** Section 8.3.1, 8.5; RFC 8441 section 4. As HAProxy shows it: in absolute form where the client named an authority. */
function targetOf({ method, scheme, authority, path, protocol }: Pseudo): string | undefined {
  if (method === 'CONNECT' && protocol === undefined)
    return scheme === undefined && path === undefined ? authority : undefined;
  if (protocol !== undefined && method !== 'CONNECT') return undefined;
  if (scheme === undefined || path === undefined) return undefined;
  if (path !== '*' && path.charCodeAt(0) !== 0x2f) return undefined;
  if (authority === undefined) return path === '*' && method !== 'OPTIONS' ? undefined : path;
  return path === '*' ? `${scheme}://${authority}` : `${scheme}://${authority}${path}`;
}

interface RegularFields {
  readonly text: string;
  /** Crumbs of cookies, joined again (section 8.2.3). */
  readonly cookie: string;
  readonly hasLength: boolean;
}

/** @param authority stands for Host, whatever that says (section 8.3.1) */
function regularFields(
  { names, values, count }: FieldList,
  first: number,
  authority: string | undefined,
): RegularFields | undefined {
  let text = authority === undefined ? '' : `host: ${authority}\r\n`;
  let cookie = '';
  let hasLength = false;
  for (let i = first; i < count; i++) {
    const name = names[i];
    const value = values[i];
    if (!isFieldName(name) || !isFieldValue(value) || CONNECTION_FIELDS.has(name)) return undefined;
    if (name === 'te' && value !== 'trailers') return undefined;
    if (name === 'cookie') {
      cookie = cookie === '' ? value : `${cookie}; ${value}`;
      continue;
    }
    if (name === 'host' && authority !== undefined) continue;
    if (name === 'content-length') hasLength = true;
    text += `${name}: ${value}\r\n`;
  }
  return { text, cookie, hasLength };
}

/** Trailers as lines. @returns undefined when they are malformed (section 8.1) */
export function trailerText({ names, values, count }: FieldList): string | undefined {
  let text = '';
  for (let i = 0; i < count; i++) {
    const name = names[i];
    if (!isFieldName(name) || !isFieldValue(values[i]) || CONNECTION_FIELDS.has(name)) return undefined;
    // these say where a message ends or whose it is: too late for that
    if (name === 'host' || name === 'content-length' || name === 'te') continue;
    text += `${name}: ${values[i]}\r\n`;
  }
  return text;
}

/** Section 8.2.1: a token in lower case; a pseudo-header here is out of place. */
export function isFieldName(name: string): boolean {
  if (name.length === 0) return false;
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i);
    if (LOWER_TOKEN[code] !== code) return false;
  }
  return true;
}

function isToken(text: string): boolean {
  if (text.length === 0) return false;
  for (let i = 0; i < text.length; i++) if (LOWER_TOKEN[text.charCodeAt(i)] === 0) return false;
  return true;
}

/** What would end a line in HTTP/1, or a string in somebody's C. */
export function isFieldValue(value: string): boolean {
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if (code < 0x20 && (code === 0 || code === 0x0a || code === 0x0d)) return false;
  }
  return true;
}
