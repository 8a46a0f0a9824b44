import { oidText, readElement, readElements, Tag, type Element } from './der.js';
import { shortName } from './oids.js';

/** One attribute of a distinguished name. */
export interface NameEntry {
  /** `CN` */
  readonly type: string;
  /** Bytes as latin1. */
  readonly value: string;
}

/** An X.509 certificate, as far as names and fetches need it (RFC 5280 section 4.1). Texts are bytes as latin1. */
export interface Certificate {
  readonly version: number;
  readonly serial: Buffer;
  readonly issuer: readonly NameEntry[];
  readonly subject: readonly NameEntry[];
  /** `YYMMDDhhmmssZ`, or with a year of four digits from 2050 on. */
  readonly notBefore: string;
  readonly notAfter: string;
  /** `RSA-SHA256` */
  readonly signatureAlgorithm: string;
  /** `rsaEncryption` */
  readonly keyAlgorithm: string;
  /** The whole names, for comparing issuer and subject. */
  readonly issuerDer: Buffer;
  readonly subjectDer: Buffer;
  /** DNS names of the subjectAltName extension. */
  readonly dnsNames: readonly string[];
}

const VERSION = 0xa0;
const EXTENSIONS = 0xa3;
const DNS_NAME = 0x82;
const BMP_STRING = 0x1e;
const SUBJECT_ALT_NAME = '2.5.29.17';

/** @param der the certificate; @returns undefined when it cannot be understood */
export function parseCertificate(der: Buffer): Certificate | undefined {
  const outer = readElement(der);
  const body = outer && readElement(outer.content);
  if (outer?.tag !== Tag.Sequence || body?.tag !== Tag.Sequence) return undefined;
  const fields = readElements(body.content);
  const version =
    fields[0]?.tag === VERSION ? (readElement(fields.shift()?.content ?? body.content)?.content.at(-1) ?? 0) : 0;
  const [serial, signature, issuer, validity, subject, key] = fields;
  if (key === undefined) return undefined;
  const [notBefore, notAfter] = readElements(validity.content);
  if (notAfter === undefined) return undefined;
  const extensions = fields.find(({ tag }) => tag === EXTENSIONS);
  return {
    version: version + 1,
    serial: serial.content,
    issuer: nameEntries(issuer),
    subject: nameEntries(subject),
    notBefore: notBefore.content.toString('latin1'),
    notAfter: notAfter.content.toString('latin1'),
    signatureAlgorithm: algorithm(signature),
    keyAlgorithm: algorithm(readElement(key.content)),
    issuerDer: issuer.whole,
    subjectDer: subject.whole,
    dnsNames: extensions === undefined ? [] : alternativeNames(extensions),
  };
}

function algorithm(identifier: Element | undefined): string {
  const oid = identifier && readElement(identifier.content);
  return oid === undefined ? '' : shortName(oidText(oid.content));
}

export function nameEntries(name: Element): NameEntry[] {
  return readElements(name.content).flatMap((set) =>
    readElements(set.content).flatMap((attribute) => {
      const [type, value] = readElements(attribute.content);
      return value === undefined ? [] : { type: shortName(oidText(type.content)), value: text(value) };
    }),
  );
}

/** Two-byte characters become UTF-8; the others are taken as they are. */
function text({ tag, content }: Element): string {
  if (tag !== BMP_STRING) return content.toString('latin1');
  return Buffer.from(Buffer.from(content).swap16().toString('utf16le')).toString('latin1');
}

function alternativeNames(extensions: Element): string[] {
  const list = readElement(extensions.content);
  for (const extension of list === undefined ? [] : readElements(list.content)) {
    const parts = readElements(extension.content);
    if (parts[0] === undefined || oidText(parts[0].content) !== SUBJECT_ALT_NAME) continue;
    const names = readElement(parts[parts.length - 1].content);
    if (names === undefined) return [];
    return readElements(names.content).flatMap(({ tag, content }) =>
      tag === DNS_NAME ? content.toString('latin1') : [],
    );
  }
  return [];
}

/** When it ends, in ms since the epoch; NaN when the time is not understood. */
export function timeOf(time: string): number {
  const match = /^(\d{2}|\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(time);
  if (match === null) return NaN;
  const [year, month, day, hour, minute, second] = match.slice(1).map(Number);
  const full = match[1].length === 4 ? year : year + (year < 50 ? 2000 : 1900);
  return Date.UTC(full, month - 1, day, hour, minute, second);
}

/** The names that the certificate is for: the common names and the alternative ones, as HAProxy uses both. */
export function certificateNames({ subject, dnsNames }: Certificate): string[] {
  const common = subject.flatMap(({ type, value }) => (type === 'CN' ? value : []));
  return [...new Set([...dnsNames, ...common].map((name) => name.toLowerCase()))];
}
