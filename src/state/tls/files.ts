import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { rootCertificates } from 'node:tls';
import { join } from 'node:path';
import type { GlobalTlsModel } from '../../config/model.js';
import { type Certificate, parseCertificate } from '../../protocol/tls/certificate.js';
import { certificateKey, ocspProblem, parseOcspResponse } from '../../protocol/tls/ocsp.js';

/** A certificate with its key, as loaded from files. */
export interface LoadedCertificate {
  /** As HAProxy shows it. */
  readonly path: string;
  readonly certificate: Certificate;
  /** The certificate and those above it, PEM. */
  readonly chain: string;
  readonly key: string;
  /** `ec`, `rsa`…; '' = it is not known yet whether the key fits */
  readonly keyType: string;
  /** DER of the OCSP answer beside it, whether it may be used or not. */
  readonly ocsp: Buffer | undefined;
  /** PEM of the certificate that signed it, where it is not in the chain. */
  readonly issuer: string | undefined;
  /** HAProxy's key for OCSP answers; '' = it wants none, or nobody knows who signed it. */
  readonly ocspKey: string;
  /** PEM of its own Diffie-Hellman parameters. */
  readonly dh: string | undefined;
  /** Files that were found and cannot be used, with the reason. */
  readonly remarks: readonly string[];
}

/** A file cannot be used; the message is HAProxy's. */
export class FileProblem extends Error {
  constructor(
    message: string,
    readonly hint?: string,
  ) {
    super(message);
  }
}

/** libc's texts. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'No such file or directory',
  EACCES: 'Permission denied',
  ENOTDIR: 'Not a directory',
  EISDIR: 'Is a directory',
};

export function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return REASONS[code] ?? (error instanceof Error ? error.message : String(error));
}

/** One block of a PEM file (RFC 7468). */
interface Block {
  readonly label: string;
  readonly text: string;
}

function blocksOf(text: string): Block[] {
  const pattern = /-----BEGIN ([A-Z0-9 ]+)-----[\s\S]*?-----END \1-----/g;
  return [...text.matchAll(pattern)].map((match) => ({ label: match[1], text: `${match[0]}\n` }));
}

const isCertificate = ({ label }: Block): boolean =>
  label === 'CERTIFICATE' || label === 'X509 CERTIFICATE' || label === 'TRUSTED CERTIFICATE';

function derOf({ text }: Block): Buffer {
  return Buffer.from(text.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64');
}

const privateKey = (blocks: readonly Block[]): string | undefined =>
  blocks.find(({ label }) => label.endsWith('PRIVATE KEY'))?.text;

const BUNDLE = ['.rsa', '.dsa', '.ecdsa'];
const RESERVED = ['.key', '.issuer', '.ocsp', '.sctl'];

/** What may come with a certificate in files of their own. */
export interface Extras {
  /** PEM */
  readonly key?: string | undefined;
  /** DER */
  readonly ocsp?: Buffer | undefined;
  /** PEM */
  readonly issuer?: string | undefined;
}

/** The first certificate of a PEM text. */
export const readIssuer = (text: string): string | undefined => blocksOf(text).find(isCertificate)?.text;

/** A certificate cannot be told from others of its authority, because that one is not known. */
export class MissingIssuer extends FileProblem {}

/** @throws MissingIssuer when there is an OCSP answer and nobody knows who signed the certificate */
export function checkOcsp({ path, ocsp, ocspKey }: LoadedCertificate): void {
  if (ocsp === undefined || ocspKey !== '') return;
  throw new MissingIssuer(
    ` '${path}.ocsp' is present and activates OCSP but it is impossible to compute the OCSP certificate ID (maybe the issuer could not be found)'.`,
  );
}

/** Why the OCSP answer of a certificate is not used. */
export const ocspProblemOf = ({ ocsp, ocspKey }: LoadedCertificate, now = Date.now()): string | undefined =>
  ocsp === undefined ? undefined : ocspProblem(parseOcspResponse(ocsp), ocspKey, now);

/** Loads the certificates of `bind` and `server` lines, each file once. */
export class CertificateFiles {
  readonly #loaded = new Map<string, LoadedCertificate>();
  #issuers: readonly { readonly certificate: Certificate; readonly text: string }[] | undefined = undefined;

  constructor(private readonly settings: GlobalTlsModel) {}

  /** The path that `crt` names: relative ones are under `crt-base`. */
  locate(path: string): string {
    const { crtBase } = this.settings;
    return path.startsWith('/') || crtBase === undefined ? path : `${crtBase}/${path}`;
  }

  /**
   * The certificates that a `crt` stands for: a file, a directory, or a bundle of files.
   * @throws FileProblem
   */
  load(path: string): LoadedCertificate[] {
    let directory: boolean;
    try {
      directory = statSync(path).isDirectory();
    } catch (error) {
      const parts = this.#bundle(path);
      if (parts.length > 0) return parts.map((part) => this.one(part));
      throw new FileProblem(`unable to stat SSL certificate from file '${path}' : ${reasonOf(error)}.`);
    }
    if (!directory) return [this.one(path)];
    return readdirSync(path)
      .toSorted()
      .filter((name) => !name.startsWith('.') && !RESERVED.some((extension) => name.endsWith(extension)))
      .map((name) => join(path, name))
      .filter((file) => statSync(file).isFile())
      .map((file) => this.one(file));
  }

  #bundle(path: string): string[] {
    if (!this.settings.extraFiles.includes('bundle')) return [];
    return BUNDLE.map((extension) => path + extension).filter(exists);
  }

  /** @throws FileProblem */
  one(path: string): LoadedCertificate {
    let loaded = this.#loaded.get(path);
    if (loaded === undefined) {
      loaded = this.#read(path);
      this.#loaded.set(path, loaded);
    }
    return loaded;
  }

  #read(path: string): LoadedCertificate {
    const loaded = this.parse(path, readText(path, `unable to load certificate from file '${path}'.`));
    checkOcsp(loaded);
    const problem = ocspProblemOf(loaded);
    if (problem === undefined) return loaded;
    return { ...loaded, remarks: [...loaded.remarks, `Loading: ${problem}. Content will be ignored.`] };
  }

  /**
   * What `text` would be as the file `path`.
   * @param sent what came with it, so that no file is looked for; a key is used where the text has none, and whether it
   *   fits is not looked at, since it may be replaced next
   * @throws FileProblem
   */
  parse(path: string, text: string, sent?: Extras): LoadedCertificate {
    const blocks = blocksOf(text);
    const [own, ...above] = blocks.filter(isCertificate);
    const certificate = own === undefined ? undefined : parseCertificate(derOf(own));
    if (own === undefined || certificate === undefined || !isX509(own.text)) {
      throw new FileProblem(`unable to load certificate from file '${path}'.`);
    }
    const { key, ocsp, issuer } = sent ?? this.#extras(path);
    const found = privateKey(blocks) ?? (key === undefined ? this.#keyBeside(path) : undefined);
    const ownKey = found ?? key ?? '';
    const keyType = found === undefined ? '' : matchingKey(path, own.text, ownKey);
    const remarks: string[] = [];
    const { extraFiles } = this.settings;
    if (extraFiles.includes('sctl') && exists(this.#beside(path, '.sctl'))) {
      remarks.push(`'${this.#beside(path, '.sctl')}' is not sent: Node.js has no SSL_CTX_add_server_custom_ext`);
    }
    const signer = issuer ?? this.#signer(certificate, above);
    return {
      path,
      certificate,
      chain: this.#chain(own, above, certificate),
      key: ownKey,
      keyType,
      ocsp,
      issuer,
      ocspKey: ocsp === undefined || signer === undefined ? '' : certificateKey(derOf(own), derOfPem(signer)),
      dh: blocks.find(({ label }) => label === 'DH PARAMETERS')?.text,
      remarks,
    };
  }

  /** Who signed it, of those that are known. PEM */
  #signer({ issuerDer }: Certificate, above: readonly Block[]): string | undefined {
    const next = above.find((block) => parseCertificate(derOf(block))?.subjectDer.equals(issuerDer) === true);
    return next?.text ?? (this.settings.issuersChainPath && this.#issuersByName(issuerDer)?.text);
  }

  #extras(path: string): Extras {
    const { extraFiles } = this.settings;
    const ocsp = this.#beside(path, '.ocsp');
    const issuer = this.#beside(path, '.issuer');
    return {
      ocsp: extraFiles.includes('ocsp') && exists(ocsp) ? readFileSync(ocsp) : undefined,
      issuer: extraFiles.includes('issuer') && exists(issuer) ? readIssuer(readFileSync(issuer, 'latin1')) : undefined,
    };
  }

  /** A file beside the certificate: with `ssl-load-extra-del-ext` its name has no `.crt`. */
  #beside(path: string, extension: string): string {
    const base = this.settings.dropExtension && path.endsWith('.crt') ? path.slice(0, -4) : path;
    return base + extension;
  }

  /** A file that may be beside the certificate. */
  extraFile(path: string, kind: 'key' | 'ocsp' | 'issuer'): string {
    return this.#beside(path, `.${kind}`);
  }

  #keyBeside(path: string): string {
    const beside = this.#beside(path, '.key');
    if (this.settings.extraFiles.includes('key') && exists(beside)) {
      const key = privateKey(blocksOf(readText(beside, `unable to load private key from file '${beside}'.`)));
      if (key !== undefined) return key;
    }
    throw new FileProblem(`No Private Key found in '${beside}'.`);
  }

  /** With `issuers-chain-path` a certificate that stands alone gets those above it; roots may be left out. */
  #chain(own: Block, above: readonly Block[], certificate: Certificate): string {
    const texts = above.map(({ text }) => text);
    if (above.length === 0 && this.settings.issuersChainPath !== undefined) {
      let below = certificate;
      for (let depth = 0; depth < 10 && !below.issuerDer.equals(below.subjectDer); depth++) {
        const issuer = this.#issuersByName(below.issuerDer);
        if (issuer === undefined) break;
        texts.push(issuer.text);
        below = issuer.certificate;
      }
    }
    return own.text + (this.settings.skipSelfIssued ? texts.filter(isNoRoot) : texts).join('');
  }

  #issuersByName(name: Buffer): { readonly certificate: Certificate; readonly text: string } | undefined {
    this.#issuers ??= authoritiesIn(this.settings.issuersChainPath?.text ?? '').flatMap((text) => {
      const certificate = parseCertificate(derOf({ label: '', text }));
      return certificate === undefined ? [] : { certificate, text };
    });
    return this.#issuers.find(({ certificate }) => certificate.subjectDer.equals(name));
  }
}

function isNoRoot(text: string): boolean {
  const certificate = parseCertificate(derOf({ label: '', text }));
  return certificate === undefined || !certificate.issuerDer.equals(certificate.subjectDer);
}

function isX509(text: string): boolean {
  try {
    return new X509Certificate(text).raw.length > 0;
  } catch {
    return false;
  }
}

/** @returns the key's type @throws FileProblem when it is encrypted, broken or another certificate's */
function matchingKey(path: string, certificate: string, key: string): string {
  let parsed;
  try {
    parsed = createPrivateKey(key);
  } catch (error) {
    const encrypted =
      /ENCRYPTED/.test(key) || (error instanceof Error && /passphrase|bad decrypt/i.test(error.message));
    throw new FileProblem(
      `No Private Key found in '${path}.key'.`,
      encrypted
        ? `the key in '${path}' is encrypted: write it out with 'openssl pkey'`
        : `the key in '${path}' is broken`,
    );
  }
  if (!new X509Certificate(certificate).checkPrivateKey(parsed)) {
    throw new FileProblem(`inconsistencies between private key and certificate loaded '${path}'.`);
  }
  return parsed.asymmetricKeyType ?? '';
}

/** @throws FileProblem when the key is not the certificate's */
export const withKeyType = (loaded: LoadedCertificate): LoadedCertificate => ({
  ...loaded,
  keyType: matchingKey(loaded.path, loaded.chain, loaded.key),
});

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

function readText(path: string, problem: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch (error) {
    throw new FileProblem(problem, reasonOf(error));
  }
}

/** Where Linux distributions keep the certificates of authorities that the system trusts. */
const SYSTEM_BUNDLES = ['/etc/ssl/certs/ca-certificates.crt', '/etc/pki/tls/certs/ca-bundle.crt', '/etc/ssl/cert.pem'];

function authoritiesIn(directory: string): string[] {
  return readdirSync(directory)
    .toSorted()
    .filter((name) => /\.(pem|crt|cer|crl)$/.test(name))
    .flatMap((name) => blocksOf(readFileSync(join(directory, name), 'latin1')).filter(isCertificate))
    .map(({ text }) => text);
}

/** Certificates and revocations of a `ca-file`, `ca-verify-file` or `crl-file`. */
export interface Authorities {
  readonly certificates: readonly string[];
  readonly revocations: readonly string[];
}

/** @param path a file, a directory, or `@system-ca` @throws FileProblem */
export function loadAuthorities(path: string): Authorities {
  if (path === '@system-ca') return { certificates: systemAuthorities(), revocations: [] };
  let text: string;
  try {
    if (statSync(path).isDirectory()) return { certificates: authoritiesIn(path), revocations: [] };
    text = readFileSync(path, 'latin1');
  } catch (error) {
    throw new FileProblem(`Couldn't open the ca-file '${path}' (${reasonOf(error)}).`);
  }
  const { certificates, revocations } = readAuthorities(text);
  if (certificates.length + revocations.length === 0) {
    throw new FileProblem(`Couldn't open the ca-file '${path}' (no certificate or crl found).`);
  }
  return { certificates, revocations };
}

/** The certificates and revocations in a text in PEM. */
export function readAuthorities(text: string): Authorities {
  const blocks = blocksOf(text);
  return {
    certificates: blocks.filter((block) => isCertificate(block) && isX509(block.text)).map((block) => block.text),
    revocations: blocks.filter(({ label }) => label === 'X509 CRL').map((block) => block.text),
  };
}

/** The bytes that a block of PEM stands for. */
export const derOfPem = (text: string): Buffer => derOf({ label: '', text });

function systemAuthorities(): readonly string[] {
  const bundle = SYSTEM_BUNDLES.find(exists);
  if (bundle === undefined) return rootCertificates;
  return blocksOf(readFileSync(bundle, 'latin1'))
    .filter(isCertificate)
    .map(({ text }) => text);
}
