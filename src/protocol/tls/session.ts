import { readElement, readElements } from './der.js';

/** What is in a TLS session. */
export interface Session {
  readonly id: Buffer;
  readonly masterKey: Buffer;
}

/** @param asn1 SSL_SESSION as OpenSSL writes it: version, protocol, cipher, id, master key… */
export function readSession(asn1: Buffer | undefined): Session | undefined {
  const outer = asn1 && readElement(asn1);
  if (outer === undefined) return undefined;
  const [, , , id, masterKey] = readElements(outer.content);
  return masterKey === undefined ? undefined : { id: id.content, masterKey: masterKey.content };
}
