/** What a TLS ClientHello in a buffer says, without deciphering anything (RFC 8446 section 4.1.2, RFC 6066). */
export interface Hello {
  /** Handshake type: 1 = client hello, 2 = server hello. */
  readonly type: number;
  /** Major version x 65536 + minor version. */
  readonly version: number;
  readonly serverName: string | undefined;
  /** Protocol names, joined by commas. */
  readonly alpn: string | undefined;
  readonly ellipticCurves: boolean;
  /** Two bytes each: cipher suites, and what some extensions list. */
  readonly ciphers: string | undefined;
  readonly groups: string | undefined;
  readonly signatures: string | undefined;
  /** The groups of key shares, without the shares. */
  readonly keyShares: string | undefined;
  /** 0 = no session ticket extension, 1 = an empty one, 2 = with a ticket. */
  readonly ticket: number;
}

/** 'short' = the bytes so far are a hello's, but more are needed; undefined = this is no TLS hello. */
export type HelloResult = Hello | 'short' | undefined;

const HANDSHAKE = 22;

/** @param text bytes as latin1 */
export function readHello(text: string): HelloResult {
  if (text.length < 5) return text === '' || text.charCodeAt(0) === HANDSHAKE ? 'short' : undefined;
  if (text.charCodeAt(0) !== HANDSHAKE || text.charCodeAt(1) !== 3) return undefined;
  const length = uint16(text, 3);
  if (length < 4 || length > 16384 + 2048) return undefined;
  if (text.length < 5 + length) return 'short';
  const body = text.slice(5, 5 + length);
  const type = body.charCodeAt(0);
  const size = (body.charCodeAt(1) << 16) | uint16(body, 2);
  if ((type !== 1 && type !== 2) || size + 4 > body.length || size < 34) return undefined;
  return readExtensions(body.slice(0, size + 4), type);
}

function uint16(text: string, at: number): number {
  return (text.charCodeAt(at) << 8) | text.charCodeAt(at + 1);
}

/** Versions are major x 65536 + minor: TLS 1.0 is 3.1. */
function readExtensions(body: string, type: number): Hello {
  const hello = {
    type,
    version: body.charCodeAt(4) * 65536 + body.charCodeAt(5),
    serverName: undefined as string | undefined,
    alpn: undefined as string | undefined,
    ellipticCurves: false,
    ciphers: undefined as string | undefined,
    groups: undefined as string | undefined,
    signatures: undefined as string | undefined,
    keyShares: undefined as string | undefined,
    ticket: 0,
  };
  let at = 38;
  at += 1 + body.charCodeAt(at);
  if (type === 1) {
    hello.ciphers = body.slice(at + 2, at + 2 + uint16(body, at));
    at += 2 + uint16(body, at);
    at += 1 + body.charCodeAt(at);
  } else {
    at += 3;
  }
  at += 2;
  while (at + 4 <= body.length) {
    const kind = uint16(body, at);
    const data = body.slice(at + 4, at + 4 + uint16(body, at + 2));
    at += 4 + uint16(body, at + 2);
    if (kind === 0) hello.serverName = readServerName(data);
    else if (kind === 10) {
      hello.ellipticCurves = true;
      hello.groups = data.slice(2, 2 + uint16(data, 0));
    } else if (kind === 13) hello.signatures = data.slice(2, 2 + uint16(data, 0));
    else if (kind === 51) hello.keyShares = readKeyShares(data);
    else if (kind === 16) hello.alpn = readProtocols(data);
    else if (kind === 35) hello.ticket = data.length > 0 ? 2 : 1;
  }
  return hello;
}

/** A list of names, of which only host names (type 0) are defined. */
function readServerName(data: string): string | undefined {
  if (data.length < 5 || data.charCodeAt(2) !== 0) return undefined;
  return data.slice(5, 5 + uint16(data, 3));
}

/** Each is a group, a length and a share (RFC 8446 section 4.2.8). */
function readKeyShares(data: string): string {
  let groups = '';
  for (let at = 2; at + 4 <= data.length; at += 4 + uint16(data, at + 2)) groups += data.slice(at, at + 2);
  return groups;
}

function readProtocols(data: string): string {
  const names: string[] = [];
  for (let at = 2; at < data.length; at += 1 + data.charCodeAt(at))
    names.push(data.slice(at + 1, at + 1 + data.charCodeAt(at)));
  return names.join(',');
}
