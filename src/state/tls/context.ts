import { constants, createHash } from 'node:crypto';
import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls';
import type { Word } from '../../config/cursor.js';
import { type Authorities, FileProblem, type LoadedCertificate } from './files.js';
import { type TlsSettings, versionRange } from './settings.js';
import { type TicketKeyFiles, ticketKeysFor } from './tickets.js';
import type { TrustFiles, TrustKind } from './trust.js';

/** Something in a line's TLS parameters cannot be done; the message is HAProxy's, without its place. */
export class TlsProblem extends Error {
  constructor(
    readonly word: Word | undefined,
    message: string,
    readonly hint?: string,
  ) {
    super(message);
  }
}

/** OpenSSL's own lists, which HAProxy uses where nothing is configured. */
const CIPHERS = 'DEFAULT';
const SUITES = 'TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256';
/** HAProxy's default of `tune.ssl.lifetime`, seconds. */
const SESSION_LIFETIME = 300;

/** What contexts need beside the parameters of their line. */
export interface ContextNeeds {
  readonly trust: TrustFiles;
  readonly tickets: TicketKeyFiles;
  /** Ephemeral Diffie-Hellman for certificates without parameters of their own: parameters as PEM, `auto` = by the key's size, or none. */
  readonly dh: string | undefined;
  /** ms, undefined = HAProxy's default */
  readonly sessionLifetime: number | undefined;
}

type Part = (options: SecureContextOptions) => void;

/**
 * The context for one certificate, or none.
 * @param scope of a bind line: sessions of one are none of another
 * @throws TlsProblem, FileProblem
 */
export function createContext(
  settings: TlsSettings,
  side: 'bind' | 'server',
  certificate: LoadedCertificate | undefined,
  needs: ContextNeeds,
  scope = '',
): SecureContext {
  const options = contextOptions(settings, side, needs);
  if (side === 'bind') limitSessions(options, settings, certificate, scope);
  if (certificate !== undefined) {
    options.cert = certificate.chain;
    options.key = certificate.key;
    options.dhparam = certificate.dh ?? needs.dh;
  }
  const keys = settings.ticketKeys && needs.tickets.open(settings.ticketKeys);
  try {
    const context = createSecureContext(options);
    keys?.use(context);
    return context;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const path = certificate?.path ?? '';
    throw new TlsProblem(undefined, `unable to load SSL certificate into SSL Context '${path}'.`, why);
  }
}

/**
 * A resumed session stands for the certificate that its client showed once: it must be worth nothing where another one
 * is wanted, or the same from other authorities, or since the certificate was revoked. OpenSSL compares the session's
 * context whatever keys its ticket was made with; keys of our own are others for each certificate of each line besides.
 */
function limitSessions(
  options: SecureContextOptions,
  { verify, caIgnore, crtIgnore, ticketKeys }: TlsSettings,
  certificate: LoadedCertificate | undefined,
  scope: string,
): void {
  const { ca, crl } = options;
  const trusted = digest([verify?.text ?? 'none', caIgnore?.text, crtIgnore?.text, ca, crl]);
  options.sessionIdContext = trusted;
  if (ticketKeys !== undefined) return;
  options.ticketKeys = ticketKeysFor(`${scope} ${trusted} ${digest([certificate?.chain])}`);
}

/** As long as OpenSSL's context of a session may be. */
const digest = (value: unknown): string =>
  createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 32);

/** @throws TlsProblem */
function contextOptions(settings: TlsSettings, side: 'bind' | 'server', needs: ContextNeeds): SecureContextOptions {
  const { range } = versionRange(settings);
  if (range === undefined) throw new TlsProblem(undefined, 'all SSL/TLS versions are disabled');
  const lifetime = needs.sessionLifetime === undefined ? SESSION_LIFETIME : Math.round(needs.sessionLifetime / 1000);
  let secureOptions = constants.SSL_OP_ALL | constants.SSL_OP_NO_COMPRESSION | constants.SSL_OP_NO_RENEGOTIATION;
  if (!settings.tickets) secureOptions |= constants.SSL_OP_NO_TICKET;
  if (side === 'bind' && !settings.preferClient) {
    secureOptions |= constants.SSL_OP_CIPHER_SERVER_PREFERENCE | constants.SSL_OP_PRIORITIZE_CHACHA;
  }
  const options: SecureContextOptions = {
    ...range,
    secureOptions,
    ciphers: `${SUITES}:${CIPHERS}`,
    sessionTimeout: lifetime,
  };
  for (const part of cryptography(settings)) part(options);
  trust(settings, side, options, needs.trust);
  return options;
}

/** Each part is tried alone first, so that the complaint is about the right one. */
function cryptography({ ciphers, ciphersuites, curves, ecdhe, sigalgs }: TlsSettings): Part[] {
  const parts: Part[] = [];
  const list = ciphers?.text ?? CIPHERS;
  const suites = ciphersuites?.text ?? SUITES;
  if (ciphers !== undefined) attempt({ ciphers: `${SUITES}:${list}` }, ciphers, 'unable to set SSL cipher list to');
  if (ciphersuites !== undefined) {
    if (!suites.split(':').every((suite) => suite.startsWith('TLS_'))) {
      throw new TlsProblem(ciphersuites, `unable to set TLS 1.3 cipher suites to '${suites}'`);
    }
    attempt({ ciphers: `${suites}:${CIPHERS}` }, ciphersuites, 'unable to set TLS 1.3 cipher suites to');
  }
  parts.push((options) => (options.ciphers = `${suites}:${list}`));
  const groups = curves ?? ecdhe;
  if (groups !== undefined) {
    const ecdhCurve = groups.text;
    attempt(
      { ecdhCurve },
      groups,
      `unable to set ${curves === undefined ? 'elliptic named curve' : 'SSL curves list'} to`,
    );
    parts.push((options) => (options.ecdhCurve = ecdhCurve));
  }
  if (sigalgs !== undefined) {
    attempt({ sigalgs: sigalgs.text }, sigalgs, 'unable to set SSL Signature Algorithm list to');
    parts.push((options) => (options.sigalgs = sigalgs.text));
  }
  return parts;
}

/** @throws TlsProblem */
function attempt(options: SecureContextOptions, word: Word, problem: string): void {
  try {
    createSecureContext(options);
  } catch {
    throw new TlsProblem(word, `${problem} '${word.text}'`);
  }
}

/** `ca-file`, `ca-verify-file` and `crl-file`. @throws TlsProblem */
function trust(
  settings: TlsSettings,
  side: 'bind' | 'server',
  options: SecureContextOptions,
  trusted: TrustFiles,
): void {
  const files: Authorities[] = [];
  for (const word of [settings.caFile, settings.caVerifyFile])
    if (word !== undefined) files.push(authorities('ca', word, trusted));
  const ca = files.flatMap(({ certificates }) => certificates);
  const crl = files.flatMap(({ revocations }) => revocations);
  if (settings.crlFile !== undefined) {
    const file = authorities('crl', settings.crlFile, trusted);
    crl.push(...file.revocations);
    ca.push(...file.certificates);
  }
  // OpenSSL would complete its own chain from them too, which HAProxy keeps apart: they are there for verifying only
  const mode = settings.verify?.text ?? (side === 'bind' ? 'none' : '');
  if (mode === 'none') ca.length = 0;
  // without an own list Node would trust its built-in one
  options.ca = ca.length > 0 ? ca : [];
  if (crl.length > 0) options.crl = crl;
}

/** @throws TlsProblem */
function authorities(kind: TrustKind, word: Word, trusted: TrustFiles): Authorities {
  try {
    return trusted.read(kind, word);
  } catch (error) {
    if (!(error instanceof FileProblem)) throw error;
    throw new TlsProblem(word, error.message);
  }
}
