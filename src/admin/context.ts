import { LogLevel } from '../core/log.js';
import { CliLevel, type CliCommand, type CliMessage } from '../core/cli.js';
import type { ServerModel } from '../config/model.js';
import type { Rings } from '../observe/log/ring/index.js';
import type { ProcessGauges } from '../observe/stats/gauges.js';
import type { Backend } from '../state/backend.js';
import type { Frontend } from '../state/frontend.js';
import type { Health } from '../state/health.js';
import type { HealthAdmin } from '../state/health-admin.js';
import type { CompiledRuntime } from '../state/compile.js';
import type { Names } from '../state/resolvers/names.js';
import type { TrustKind } from '../state/tls/trust.js';
import type { Server } from '../state/server.js';
import type { SessionContext } from '../core/stream.js';
import type { Transport } from '../core/transport.js';
import type { PeerGroup } from '../peers/group.js';
import type { ServerUser } from '../upstream/health-listener.js';
import type { Answer, Question } from './questions.js';
import type { FrontendControl } from './frontend-control.js';
import type { Profile } from './profile.js';

/** What the commands of a running proxy work on. */
export interface AdminContext {
  readonly runtime: CompiledRuntime;
  readonly health: Health;
  readonly admin: HealthAdmin;
  readonly gauges: ProcessGauges;
  readonly rings: Rings;
  readonly frontends: FrontendControl;
  /** Names that are resolved while the process runs. */
  readonly names: Names;
  /** A server has another address: tells the other threads. */
  moved(server: Server): void;
  /** A certificate or a file of authorities was changed: tells the other threads. */
  renewed(edit: TlsEdit): void;
  /** Dynamic cookies of a backend were changed: tells the other threads. */
  cookiesChanged(edit: DynamicCookieEdit): void;
  readonly servers: ServerRegistry;
  readonly peers: readonly PeerGroup[];
  /** Asks all threads, this one first. */
  everywhere(question: Question): Promise<readonly Answer[]>;
  readonly profile: Profile;
  /** Environment variables as the configuration left them. */
  readonly env: ReadonlyMap<string, string | undefined>;
  /** What was said while starting, lines. */
  startupLogs(): string;
  /** Date.now() in ms. */
  date(): number;
  /** Monotonic ms of the clock that feeds the rate counters. */
  now(): number;
}

/** What became of a file that TLS uses. `text` is PEM, of a certificate with its key; undefined = deleted. */
export type TlsEdit =
  | {
      readonly kind: 'certificate';
      readonly path: string;
      readonly text: string;
      /** Base64 of DER. */
      readonly ocsp: string | undefined;
      readonly issuer: string | undefined;
    }
  /** @param key base64 */
  | { readonly kind: 'ticket-key'; readonly path: string; readonly key: string }
  /** @param text base64 */
  | { readonly kind: 'ocsp'; readonly text: string }
  | { readonly kind: 'certificate-added' | 'certificate-removed'; readonly path: string }
  /** @param text the line that was added */
  | { readonly kind: 'crt-list-added'; readonly list: string; readonly text: string }
  /** @param position among the entries of the list */
  | { readonly kind: 'crt-list-removed'; readonly list: string; readonly position: number }
  | { readonly kind: 'trust'; readonly file: TrustKind; readonly path: string; readonly text: string | undefined };

/** How a backend's servers get cookies of their own. */
export interface DynamicCookieEdit {
  readonly kind: 'dynamic-cookie';
  /** Its place in the configuration. */
  readonly backend: number;
  readonly enabled: boolean;
  readonly key: string | undefined;
}

/** Servers that come and go at run time. */
export interface ServerRegistry {
  /** Adds it in maintenance, its checks not enabled. @returns why it cannot be done */
  add(backend: Backend, model: ServerModel): string | undefined;
  remove(server: Server): void;
  /** `set server … ssl`; the server has TLS ready. */
  switchTls(server: Server, on: boolean): void;
  /** `enable health`: the next check is due. */
  checksEnabled(server: Server): void;
}

/** A client's session as the runtime API sees it. */
export interface AdminSession extends SessionContext, ServerUser {
  readonly transport: Transport;
}

export type AdminCommand = CliCommand<AdminContext>;

const line = (text: string): string => (text.endsWith('\n') ? text : `${text}\n`);

export const failure = (text: string): CliMessage => ({ severity: LogLevel.Err, text: line(text) });
export const info = (text: string): CliMessage => ({ severity: LogLevel.Info, text: line(text) });
export const warning = (text: string): CliMessage => ({ severity: LogLevel.Warning, text: line(text) });

/** Messages whose line HAProxy does not end. */
export const bareFailure = (text: string): CliMessage => ({ severity: LogLevel.Err, text });
export const bareWarning = (text: string): CliMessage => ({ severity: LogLevel.Warning, text });
export const bareInfo = (text: string): CliMessage => ({ severity: LogLevel.Info, text });

/** Runs `run` with what `find` found, or answers its complaint. */
export type Found<T> = { readonly found: T } | { readonly complaint: CliMessage };

/** A proxy by its name, or by its number as `#4`. */
function named<T extends { readonly name: string; readonly id: number }>(
  all: readonly T[],
  word: string,
): T | undefined {
  return all.find(({ name }) => name === word) ?? all.find(({ id }) => word === `#${id}`);
}

export function findBackend({ runtime }: AdminContext, word: string): Backend | undefined {
  return named(runtime.backends, word);
}

export function findFrontend({ runtime }: AdminContext, word: string): Frontend | undefined {
  return named(runtime.frontends, word);
}

/** `<backend>/<server>`, names or numbers (management manual 9.3 `disable server`). */
export function findServer(context: AdminContext, word: string): Found<Server> {
  const slash = word.indexOf('/');
  if (slash < 0) return { complaint: failure("Require 'backend/server'.") };
  const backend = findBackend(context, word.slice(0, slash));
  if (backend === undefined) return { complaint: failure('No such backend.') };
  const found = named(backend.servers, word.slice(slash + 1));
  return found === undefined ? { complaint: failure('No such server.') } : { found };
}

/** A command for the level admin. @param words what follows its name */
export const adminOnly = (name: string, words: string, help: string, run: AdminCommand['run']): AdminCommand => ({
  name,
  level: CliLevel.Admin,
  usage: `${name} ${words}`,
  help,
  run,
});
