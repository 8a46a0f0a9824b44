import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { rootCertificates } from 'node:tls';
import { join } from 'node:path';
import type { GlobalTlsModel } from '../../config/model.js';
import { type Certificate, parseCertificate } from '../../protocol/tls/certificate.js';

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
  /** DER of the OCSP answer beside it. */
  readonly ocsp: Buffer | undefined;
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
    return this.parse(path, readText(path, `unable to load certificate from file '${path}'.`));
  }

  /**
   * What `text` would be as the file `path`.
   * @param key used where the text has none; whether it fits is not looked at, since it may be replaced next
   * @throws FileProblem
   */
  parse(path: string, text: string, key?: string): LoadedCertificate {
    const blocks = blocksOf(text);
    const [own, ...above] = blocks.filter(isCertificate);
    const certificate = own === undefined ? undefined : parseCertificate(derOf(own));
    if (own === undefined || certificate === undefined || !isX509(own.text)) {
      throw new FileProblem(`unable to load certificate from file '${path}'.`);
    }
    const sent = privateKey(blocks) ?? (key === undefined ? this.#keyBeside(path) : undefined);
    const ownKey = sent ?? key ?? '';
    const keyType = sent === undefined ? '' : matchingKey(path, own.text, ownKey);
    const remarks: string[] = [];
    const { extraFiles } = this.settings;
    if (extraFiles.includes('sctl') && exists(this.#beside(path, '.sctl'))) {
      remarks.push(`'${this.#beside(path, '.sctl')}' is not sent: Node.js has no SSL_CTX_add_server_custom_ext`);
    }
    const ocsp = this.#beside(path, '.ocsp');
    return {
      path,
      certificate,
      chain: this.#chain(own, above, certificate),
      key: ownKey,
      keyType,
      ocsp: extraFiles.includes('ocsp') && exists(ocsp) ? readFileSync(ocsp) : undefined,
      dh: blocks.find(({ label }) => label === 'DH PARAMETERS')?.text,
      remarks,
    };
  }

  /** A file beside the certificate: with `ssl-load-extra-del-ext` its name has no `.crt`. */
  #beside(path: string, extension: string): string {
    const base = this.settings.dropExtension && path.endsWith('.crt') ? path.slice(0, -4) : path;
    return base + extension;
  }

  /** The file that holds its key where the certificate's own does not. */
  keyFile(path: string): string {
    return this.#beside(path, '.key');
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
