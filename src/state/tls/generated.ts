import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parseCertificate } from '../../protocol/tls/certificate.js';
import { canSign, forgeCertificate, type Signer } from '../../protocol/tls/forge.js';
import type { ServerIdentity } from '../../protocol/tls/server.js';
import { type CertificateFiles, FileProblem, type LoadedCertificate } from './files.js';

/** HAProxy's default of `tune.ssl.ssl-ctx-cache-size`. */
export const DEFAULT_KEPT = 1000;

/** Who signs, and the certificate that is sent behind the made ones, PEM. */
export interface SigningAuthority {
  readonly signer: Signer;
  readonly chain: string;
}

/** Reads a `ca-sign-file`. @param pass `ca-sign-pass` @throws FileProblem */
export function readSigningAuthority(
  files: CertificateFiles,
  path: string,
  pass: string | undefined,
): SigningAuthority {
  let text: string;
  try {
    text = readFileSync(path, 'latin1');
  } catch {
    throw new FileProblem(`cannot open the file '${path}'.`);
  }
  const loaded = files.parse(path, pass === undefined ? text : decrypted(text, pass));
  const signer = { certificate: new X509Certificate(loaded.chain).raw, key: createPrivateKey(loaded.key) };
  if (!canSign(signer)) throw new FileProblem(`the key in '${path}' cannot sign certificates.`);
  return { signer, chain: loaded.chain };
}

/** Keys with a password, in the clear; what cannot be read stays, to be complained about. */
const decrypted = (text: string, passphrase: string): string =>
  text.replaceAll(/-----BEGIN ([A-Z ]*PRIVATE KEY)-----[^]*?-----END \1-----/g, (key) => {
    try {
      return createPrivateKey({ key, passphrase }).export({ type: 'pkcs8', format: 'pem' }).toString();
    } catch {
      return key;
    }
  });

/** Certificates made for the names that clients ask for (manual 5.1 `generate-certificates`), the last used kept. */
export class GeneratedCertificates {
  readonly #kept = new Map<string, ServerIdentity>();

  /** @param own the line's first certificate: all have its key */
  constructor(
    private readonly authority: SigningAuthority,
    private readonly own: () => LoadedCertificate | undefined,
    private readonly most: number,
    private readonly identity: (made: LoadedCertificate) => ServerIdentity,
  ) {}

  /** @param name in small letters @returns undefined when there can be none for it */
  get(name: string): ServerIdentity | undefined {
    let found = this.#kept.get(name);
    if (found === undefined) {
      found = this.#make(name);
      if (found === undefined) return undefined;
    } else this.#kept.delete(name);
    if (this.most > 0) this.#kept.set(name, found);
    if (this.#kept.size > this.most) {
      for (const oldest of this.#kept.keys()) {
        this.#kept.delete(oldest);
        break;
      }
    }
    return found;
  }

  #make(name: string): ServerIdentity | undefined {
    const own = this.own();
    const { signer, chain } = this.authority;
    if (own === undefined) return undefined;
    const made = forgeCertificate(name, signer, createPrivateKey(own.key), Date.now());
    const certificate = made && parseCertificate(made);
    if (made === undefined || certificate === undefined) return undefined;
    const path = `made for ${name}`;
    return this.identity({ ...own, path, certificate, chain: pem(made) + chain, ocsp: undefined, ocspKey: '' });
  }
}

const pem = (der: Buffer): string =>
  `-----BEGIN CERTIFICATE-----\n${der.toString('base64').replaceAll(/.{64}(?=.)/g, '$&\n')}\n-----END CERTIFICATE-----\n`;
