import type { ClientHello } from '../../protocol/tls/client-hello.js';
import type { ServerIdentity } from '../../protocol/tls/server.js';

/** A certificate that may be shown for some names. */
export interface Candidate {
  /** Changes when the certificate is replaced. */
  identity: ServerIdentity;
  /** `rsa`, `ec`… */
  keyType: string;
}

/** Signature schemes that tell of ECDSA (RFC 8446 section 4.2.3). */
const ECDSA_SCHEMES = new Set([0x0403, 0x0503, 0x0603, 0x0203]);
/** Ciphers that an elliptic key can be used with, up to TLS 1.2 (RFC 8422, 5289, 7251, 7905, 6367, 6209)… */
const ECDSA_CIPHERS = new Set([
  0xc008, 0xc009, 0xc00a, 0xc023, 0xc024, 0xc02b, 0xc02c, 0xc05c, 0xc05d, 0xc072, 0xc073, 0xc0ac, 0xc0ad, 0xc0ae,
  0xc0af, 0xcca9,
]);
/** …and those of TLS 1.3, which go with every key. */
const TLS13_CIPHERS = 0x13;

/** Which certificate for which name (manual 5.1 `crt`, `crt-list`, `strict-sni`). */
export class ServerNames {
  readonly #exact = new Map<string, Candidate[]>();
  /** By the name without its first label, the dot included. */
  readonly #wildcards = new Map<string, Candidate[]>();
  /** Names that a certificate must not be shown for. */
  readonly #never = new Map<Candidate, Set<string>>();
  /** For names that no certificate is for, and clients that name none. */
  readonly #fallback: Candidate[] = [];

  /** Makes a certificate for a name that none is for, where that is wanted. */
  generate: ((name: string) => ServerIdentity | undefined) | undefined = undefined;

  constructor(private readonly strict: boolean) {}

  /** Makes it one of those shown when nothing else fits: the first, and others of its bundle. */
  addFallback(candidate: Candidate): void {
    this.#fallback.push(candidate);
  }

  /** Whether it is shown where no other is for the name, which `strict-sni` rules out. */
  isDefault(candidate: Candidate): boolean {
    return !this.strict && this.#fallback.includes(candidate);
  }

  get empty(): boolean {
    return this.#fallback.length === 0;
  }

  /** @param filters names, `*.name`, and with `!` in front names that it is not for */
  add(candidate: Candidate, filters: readonly string[]): void {
    for (const filter of filters) {
      const name = filter.toLowerCase();
      if (name.startsWith('!')) {
        const never = this.#never.get(candidate) ?? new Set<string>();
        this.#never.set(candidate, never.add(name.slice(1)));
      } else if (name.startsWith('*')) push(this.#wildcards, name.slice(1), candidate);
      else push(this.#exact, name, candidate);
    }
  }

  /** Takes it away from all names, for it to be added for others. */
  forget(candidate: Candidate): void {
    for (const map of [this.#exact, this.#wildcards]) {
      for (const [name, list] of map) {
        const rest = list.filter((each) => each !== candidate);
        if (rest.length === 0) map.delete(name);
        else if (rest.length < list.length) map.set(name, rest);
      }
    }
  }

  /** Takes it away altogether. */
  remove(candidate: Candidate): void {
    this.forget(candidate);
    this.#never.delete(candidate);
    const at = this.#fallback.indexOf(candidate);
    if (at >= 0) this.#fallback.splice(at, 1);
  }

  /** @returns undefined = none, the handshake fails */
  choose(hello: ClientHello | undefined): ServerIdentity | undefined {
    const name = hello?.serverName.toLowerCase() ?? '';
    const found = name === '' ? [] : this.#lookUp(name);
    if (found.length > 0) return best(found, hello);
    const made = name === '' ? undefined : this.generate?.(name);
    if (made !== undefined || this.strict) return made;
    return this.#fallback.length === 0 ? undefined : best(this.#fallback, hello);
  }

  /** Those for the very name go first, but a wildcard's may be the one with the right kind of key. */
  #lookUp(name: string): Candidate[] {
    const exact = this.#exact.get(name) ?? [];
    const dot = name.indexOf('.');
    const wild = this.#wildcards.get(dot < 0 ? '' : name.slice(dot)) ?? this.#wildcards.get('') ?? [];
    return [...exact, ...wild.filter((candidate) => this.#never.get(candidate)?.has(name) !== true)];
  }
}

function push(map: Map<string, Candidate[]>, name: string, candidate: Candidate): void {
  const list = map.get(name);
  if (list === undefined) map.set(name, [candidate]);
  else list.push(candidate);
}

/** The first one with an elliptic key for clients that can use it, else the first other; the first where that fails. */
function best(candidates: readonly Candidate[], hello: ClientHello | undefined): ServerIdentity {
  if (candidates.length === 1) return candidates[0].identity;
  const elliptic = hello === undefined || speaksEcdsa(hello);
  const found = candidates.find(({ keyType }) => (keyType === 'ec') === elliptic);
  return (found ?? candidates[0]).identity;
}

function speaksEcdsa({ signatures, ciphers }: ClientHello): boolean {
  return (
    has(signatures, (scheme) => ECDSA_SCHEMES.has(scheme)) &&
    has(ciphers, (cipher) => cipher >> 8 === TLS13_CIPHERS || ECDSA_CIPHERS.has(cipher))
  );
}

/** Whether one of the two-byte numbers is of a kind. */
function has(list: Buffer, accept: (value: number) => boolean): boolean {
  for (let at = 0; at + 1 < list.length; at += 2) if (accept(list.readUInt16BE(at))) return true;
  return false;
}
