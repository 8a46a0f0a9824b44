/** A TLS ClientHello, taken apart as far as certificates and fetches need (RFC 8446 section 4.1.2, RFC 6066). */
export interface ClientHello {
  /** The handshake message, its header included. */
  readonly message: Buffer;
  /** legacy_version: 0x0303 from TLS 1.2 on. */
  readonly version: number;
  readonly random: Buffer;
  /** Two bytes each. */
  readonly ciphers: Buffer;
  /** As sent; '' = none. */
  readonly serverName: string;
  /** Numbers of the extensions, two bytes each. */
  readonly extensions: Buffer;
  /** supported_groups and ec_point_formats, without their length; empty = not sent. */
  readonly groups: Buffer;
  readonly pointFormats: Buffer;
  /** legacy_session_id; empty = none. */
  readonly sessionId: Buffer;
  /** The first identity of pre_shared_key, the session that a client of TLS 1.3 wants to resume; empty = none. */
  readonly sharedKey: Buffer;
  /** signature_algorithms, two bytes each; empty = not sent. */
  readonly signatures: Buffer;
}

const NONE: Buffer = Buffer.alloc(0);
const HANDSHAKE = 22;
const CLIENT_HELLO = 1;
/** Longest hello that is waited for; browsers send two KiB with post-quantum keys. */
const LONGEST = 32 * 1024;

const enum Extension {
  ServerName = 0,
  SupportedGroups = 10,
  PointFormats = 11,
  SignatureAlgorithms = 13,
  PreSharedKey = 41,
}

/** 'short' = more is needed; undefined = no hello that could be understood. */
export function readClientHello(bytes: Buffer): ClientHello | 'short' | undefined {
  const message = joinRecords(bytes);
  return Buffer.isBuffer(message) ? parseClientHello(message) : message;
}

/** The first handshake message, which may be spread over several records. */
function joinRecords(bytes: Buffer): Buffer | 'short' | undefined {
  const parts: Buffer[] = [];
  let have = 0;
  let need = 4;
  for (let at = 0; have < need;) {
    if (at < bytes.length && bytes[at] !== HANDSHAKE) return undefined;
    if (at + 1 < bytes.length && bytes[at + 1] !== 3) return undefined;
    if (bytes.length - at < 5) return 'short';
    const length = bytes.readUInt16BE(at + 3);
    if (length === 0 || length > 16384 + 2048) return undefined;
    const part = bytes.subarray(at + 5, at + 5 + length);
    parts.push(part);
    have += part.length;
    if (need === 4 && have >= 4) {
      const head = parts.length === 1 ? part : Buffer.concat(parts);
      if (head[0] !== CLIENT_HELLO) return undefined;
      need = 4 + head.readUIntBE(1, 3);
      if (need > LONGEST) return undefined;
    }
    if (part.length < length) return have >= need ? cut(parts, need) : 'short';
    at += 5 + length;
  }
  return cut(parts, need);
}

function cut(parts: readonly Buffer[], length: number): Buffer {
  return (parts.length === 1 ? parts[0] : Buffer.concat(parts)).subarray(0, length);
}

/** Walks over vectors; beyond the end everything is empty. */
class Reader {
  at = 0;
  constructor(readonly bytes: Buffer) {}

  take(length: number): Buffer {
    const part = this.bytes.subarray(this.at, this.at + length);
    this.at += length;
    return part;
  }
  number(length: 1 | 2): number {
    const part = this.take(length);
    return part.length < length ? 0 : part.readUIntBE(0, length);
  }
  vector(lengthSize: 1 | 2): Buffer {
    return this.take(this.number(lengthSize));
  }
  get ended(): boolean {
    return this.at >= this.bytes.length;
  }
  get overrun(): boolean {
    return this.at > this.bytes.length;
  }
}

/** @param message the handshake message alone */
export function parseClientHello(message: Buffer): ClientHello | undefined {
  const reader = new Reader(message);
  reader.take(4);
  const version = reader.number(2);
  const random = reader.take(32);
  const sessionId = reader.vector(1);
  const ciphers = reader.vector(2);
  reader.vector(1);
  if (reader.overrun) return undefined;
  const extensions = new Reader(reader.vector(2));
  const found = { serverName: '', groups: NONE, pointFormats: NONE, signatures: NONE, sharedKey: NONE };
  const kinds: Buffer[] = [];
  while (!extensions.ended) {
    const kind = extensions.take(2);
    const data = new Reader(extensions.vector(2));
    if (extensions.overrun || kind.length < 2) return undefined;
    kinds.push(kind);
    const number = kind.readUInt16BE(0);
    if (number === Extension.ServerName) found.serverName = hostName(new Reader(data.vector(2)));
    else if (number === Extension.SupportedGroups) found.groups = data.vector(2);
    else if (number === Extension.PointFormats) found.pointFormats = data.vector(1);
    else if (number === Extension.SignatureAlgorithms) found.signatures = data.vector(2);
    else if (number === Extension.PreSharedKey) found.sharedKey = new Reader(data.vector(2)).vector(2);
  }
  return { message, version, random, sessionId, ciphers, ...found, extensions: Buffer.concat(kinds) };
}

/** Of the list of names only host names (type 0) are defined. */
function hostName(list: Reader): string {
  while (!list.ended) {
    const type = list.number(1);
    const name = list.vector(2);
    if (type === 0) return name.toString('latin1');
  }
  return '';
}
