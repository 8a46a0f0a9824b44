import type { Diagnostics } from '../config/diagnostics.js';
import type { CookieModel, ProxyModel } from '../config/model.js';
import type { StreamContext } from '../core/stream.js';
import { Checkpoint } from '../language/checkpoint.js';
import type { Scope } from '../language/scope.js';
import { compileConditionLines } from '../rules/lines.js';
import type { Backend } from './backend.js';

/** What keeps a backend's clients on their server (manual 4.2 `cookie`, `force-persist`, `persist`…). */
export interface Persistence {
  /** `cookie`; undefined = none. */
  readonly cookie: CookiePlan | undefined;
  /** `force-persist` and `ignore-persist` lines in order; the first that applies decides. */
  readonly rules: readonly PersistRule[];
  /** `persist rdp-cookie`: the cookie's name; undefined = not asked for. */
  readonly rdpCookie: string | undefined;
  /** `option persist`: a server is used although it is down. */
  readonly evenDown: boolean;
  /** `option checkcache` */
  readonly checkCache: boolean;
}

interface PersistRule {
  readonly kind: 'force' | 'ignore';
  readonly applies: (stream: StreamContext) => boolean;
}

/** A `cookie` line, ready to be carried out. */
export interface CookiePlan extends CookieModel {
  /** `domain`, `httponly`, `secure` and `attr`, as they end a Set-Cookie. */
  readonly suffix: string;
  /** Seconds, 0 = none. */
  readonly maxIdleSeconds: number;
  readonly maxLifeSeconds: number;
  /** It has a mode or is `indirect`: only then the log shows letters about it (manual 8.5). */
  readonly logged: boolean;
}

/** @returns undefined when nothing of it is configured, so that requests pay nothing for it */
export function compilePersistence(model: ProxyModel, scope: Scope): Persistence | undefined {
  const { options, persistRules } = model;
  const cookie = model.mode === 'http' && model.cookie !== undefined ? planOf(model.cookie) : undefined;
  const rules = persistRules.flatMap((line): PersistRule[] => {
    const kind = line.words[0].text === 'force-persist' ? 'force' : 'ignore';
    if (line.words[0].text === 'persist') return [];
    return compileConditionLines([line], scope, Checkpoint.UseBackend).map((applies) => ({ kind, applies }));
  });
  const rdp = persistRules.findLast(({ words }) => words[0].text === 'persist')?.words[1].text;
  const evenDown = options.persist === true;
  const checkCache = model.mode === 'http' && options.checkcache === true;
  if (cookie === undefined && rules.length === 0 && rdp === undefined && !evenDown && !checkCache) return undefined;
  return { cookie, rules, rdpCookie: rdp === undefined ? undefined : nameOfRdpCookie(rdp), evenDown, checkCache };
}

/** Servers with one address have one dynamic cookie: a client of the second would be sent to the first. */
export function warnEqualCookies(backend: Backend, diagnostics: Diagnostics): void {
  if (backend.model.cookie?.dynamic !== true) return;
  const seen = new Set<string>();
  for (const server of backend.servers) {
    const { cookie } = server;
    if (cookie === undefined || server.model.cookie !== undefined) continue;
    if (seen.has(cookie)) {
      diagnostics.warning(
        server.model.span,
        `config : We generated two equal cookies for two different servers. Please change the secret key for '${backend.name}'.`,
      );
    }
    seen.add(cookie);
  }
}

/** `rdp-cookie` or `rdp-cookie(name)` */
function nameOfRdpCookie(word: string): string {
  return /\((.*)\)$/.exec(word)?.[1] ?? 'msts';
}

function planOf(cookie: CookieModel): CookiePlan {
  const { domains, httponly, secure, attributes, mode, indirect } = cookie;
  const parts = [
    ...domains.map((domain) => `domain=${domain}`),
    ...(httponly ? ['HttpOnly'] : []),
    ...(secure ? ['Secure'] : []),
    ...attributes,
  ];
  return {
    ...cookie,
    suffix: parts.map((part) => `; ${part}`).join(''),
    maxIdleSeconds: Math.floor((cookie.maxidle ?? 0) / 1000),
    maxLifeSeconds: Math.floor((cookie.maxlife ?? 0) / 1000),
    logged: mode !== undefined || indirect,
  };
}
