import { createServer, type Server } from 'node:tls';

/** Hellos that Node never asks about are forgotten then. */
const MOST_ALIASES = 1000;

/**
 * TLS sessions of clients that use no tickets (`no-tls-tickets`), by their id; the least recently used leaves first
 * (manual 3.2 `tune.ssl.cachesize`, `tune.ssl.lifetime`).
 */
export class SessionCache {
  /** Hellos whose session Node has not asked for yet. */
  readonly #aliases = new Map<string, string>();
  readonly #sessions = new Map<string, { readonly session: Buffer; readonly until: number }>();

  /** @param lifetime ms */
  constructor(
    private readonly size: number,
    private readonly lifetime: number,
  ) {}

  set(id: Buffer, session: Buffer, now = Date.now()): void {
    if (this.size === 0) return;
    const key = id.toString('latin1');
    this.#sessions.delete(key);
    this.#sessions.set(key, { session, until: now + this.lifetime });
    if (this.#sessions.size <= this.size) return;
    for (const oldest of this.#sessions.keys()) {
      this.#sessions.delete(oldest);
      break;
    }
  }

  /**
   * A hello of TLS 1.3 names its session in an extension that Node does not look at: it will ask for the session by the
   * id that the hello has for old middleboxes' sake.
   */
  alias(id: Buffer, session: Buffer): void {
    if (this.#aliases.size >= MOST_ALIASES) this.#aliases.clear();
    this.#aliases.set(id.toString('latin1'), session.toString('latin1'));
  }

  get(id: Buffer, now = Date.now()): Buffer | null {
    const asked = id.toString('latin1');
    const key = this.#aliases.get(asked) ?? asked;
    this.#aliases.delete(asked);
    const found = this.#sessions.get(key);
    if (found === undefined) return null;
    this.#sessions.delete(key);
    if (found.until <= now) return null;
    this.#sessions.set(key, found);
    return found.session;
  }
}

/** Node asks a server for sessions and OCSP answers; this one never listens. */
const newHelper = (): Server => createServer({ SNICallback: (_name, done) => done(null) });

/** @param helper one that answers something else too */
export function storeSessions(cache: SessionCache, helper: Server = newHelper()): Server {
  helper.on('newSession', (id: Buffer, session: Buffer, done: () => void) => {
    cache.set(id, session);
    done();
  });
  helper.on('resumeSession', (id: Buffer, done: (error: Error | null, session: Buffer | null) => void) =>
    done(null, cache.get(id)),
  );
  return helper;
}

/** @param answer gives DER of an OCSP answer, or nothing to send */
export function answerOcsp(answer: () => Buffer | null): Server {
  const helper = newHelper();
  helper.on('OCSPRequest', (_certificate, _issuer, done: (error: Error | null, answer: Buffer | null) => void) =>
    done(null, answer()),
  );
  return helper;
}
