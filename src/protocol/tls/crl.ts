import { type NameEntry, nameEntries } from './certificate.js';
import { oidText, readElement, readElements, Tag } from './der.js';
import { shortName } from './oids.js';

/** A list of revoked certificates (RFC 5280 section 5.1). Times are as in certificates. */
export interface RevocationList {
  readonly version: number;
  /** `RSA-SHA256` */
  readonly signatureAlgorithm: string;
  readonly issuer: readonly NameEntry[];
  readonly lastUpdate: string;
  readonly nextUpdate: string;
  readonly revoked: readonly { readonly serial: Buffer; readonly date: string }[];
}

const UTC_TIME = 0x17;
const GENERALIZED_TIME = 0x18;
const isTime = (tag: number | undefined): boolean => tag === UTC_TIME || tag === GENERALIZED_TIME;

/** @param der the list; @returns undefined when it cannot be understood */
export function parseRevocationList(der: Buffer): RevocationList | undefined {
  const body = readElement(readElement(der)?.content ?? der);
  const fields = body?.tag === Tag.Sequence ? readElements(body.content) : [];
  const version = fields[0]?.tag === Tag.Integer ? (fields.shift()?.content.at(-1) ?? 0) : 0;
  const [signature, issuer, lastUpdate] = fields.splice(0, 3);
  if (lastUpdate === undefined || !isTime(lastUpdate.tag)) return undefined;
  const nextUpdate = isTime(fields[0]?.tag) ? fields.shift()?.content.toString('latin1') : '';
  const list = fields[0]?.tag === Tag.Sequence ? readElements(fields[0].content) : [];
  const algorithm = readElement(signature.content);
  return {
    version: version + 1,
    signatureAlgorithm: algorithm === undefined ? '' : shortName(oidText(algorithm.content)),
    issuer: nameEntries(issuer),
    lastUpdate: lastUpdate.content.toString('latin1'),
    nextUpdate: nextUpdate ?? '',
    revoked: list.flatMap(({ content }) => {
      const [serial, date] = readElements(content);
      return date === undefined ? [] : { serial: serial.content, date: date.content.toString('latin1') };
    }),
  };
}
