import type { Word } from '../config/cursor.js';
import type { Diagnostics, Span } from '../config/diagnostics.js';
import type { AclModel, UserlistModel } from '../config/model.js';
import type { Reply, StreamControl } from '../core/action.js';
import type { NameService } from '../core/name-resolver.js';
import type { RuleService } from '../core/service.js';
import type { ProcessVariables } from './process-variables.js';
import type { StickTables } from '../core/stick-table.js';
import type { BackendInfo, FrontendInfo, ServerInfo, StreamContext } from '../core/stream.js';
import type { VariableLimits } from './variables.js';
import type { PatternStore } from './patterns/store.js';

/** What lies outside of one proxy. One object for the whole configuration; names are resolved through it at run time. */
export interface Environment {
  /** Text of a file as latin1. @throws Error when it cannot be read */
  readFile(path: string): string;
  hasFrontend(name: string): boolean;
  hasBackend(name: string): boolean;
  hasServer(backend: string, server: string): boolean;
  findFrontend(name: string): FrontendInfo | undefined;
  findBackend(name: string): BackendInfo | undefined;
  findServer(backend: string, server: string): ServerInfo | undefined;
  /** Names for "did you mean". */
  backendNames(): string[];
  userlists(): readonly UserlistModel[];
  /** Answers of an `http-errors` section by status; undefined = there is no such section. */
  httpErrors?(name: string): ReadonlyMap<number, string> | undefined;
  /** Environment variables as the configuration left them. */
  env(name: string): string | undefined;
  readonly hostname: string;
  readonly pid: number;
  readonly nbthread: number;
  /** Number of this thread, from 0. */
  readonly thread: number;
  stopping(): boolean;
  /** Connections of clients that the process has now. */
  connections(): number;
  /** Date.now(), injectable. @returns ms since the epoch, with fractions where the clock has them */
  now(): number;
  /** [0, 1) */
  random(): number;
  /** Variables of scope `proc`. */
  readonly variables: ProcessVariables;
  /** `tune.vars.*`; undefined = none is set. */
  readonly variableLimits?: VariableLimits;
  /** Files of `acl -f` and map(), shared by all who name the same file, and editable at run time. */
  readonly patterns: PatternStore;
  readonly tables: StickTables;
  /** Counters that a session may follow at once (`tune.stick-counters`). */
  readonly stickCounters: number;
  /** Name servers, for rules that ask them. */
  readonly names: NameService;
  /** What `use-service` can use, by name; filled before traffic comes, asked for each request. */
  readonly services: Map<string, RuleService>;
}

/** The proxy whose rules are being compiled. */
export interface ScopeProxy {
  readonly name: string;
  readonly mode: 'http' | 'tcp';
  readonly frontend: boolean;
  readonly backend: boolean;
  /** Longest captured length by slot (`declare capture`, `capture … header`); `http-request capture … len` adds slots. */
  readonly requestCaptures: number[];
  readonly responseCaptures: number[];
  /** The slot of requests that a rule's word `capture` made; -1 = none. */
  readonly captureOf?: (action: Word) => number;
}

/** Everything that compiling a rule or an expression may know and use. */
export interface Scope {
  readonly environment: Environment;
  readonly diagnostics: Diagnostics;
  readonly proxy: ScopeProxy;
  /** Places where the result is evaluated: bits of Checkpoint, frontend and backend ones together for `listen`. */
  readonly places: number;
  /** ACLs that conditions may name. */
  readonly acls: ReadonlyMap<string, NamedAcl>;
  /** The ACLs of a `defaults` section, for the rules inherited from it; they see no others. */
  inheritedAcls?(models: readonly AclModel[]): ReadonlyMap<string, NamedAcl>;
  /** What is compiled stands in a `defaults` section, which has no servers of its own. */
  readonly fromDefaults?: boolean;
  /** `-c --offline`: files are not opened, and what tsproxy cannot do yet is a warning. */
  readonly offline: boolean;
  /** The proxy's error pages, for `default-errorfiles`; HAProxy's own when undefined. */
  readonly errorReplies?: { get(status: number, stream?: StreamControl): Reply };
}

/** A named ACL, ready to be tested. */
export interface NamedAcl {
  readonly name: string;
  /** Places where its tests can be answered, and the fetch that limits them, for complaints. */
  readonly places: number;
  readonly fetch: string;
  readonly test: (stream: StreamContext) => boolean;
}

/** Records that something is known but cannot be done, where traffic would not be served as the user expects. */
export function refuse(scope: Scope, span: Span, what: string, why: string): void {
  if (scope.offline)
    scope.diagnostics.warning(span, `${what} is not supported by tsproxy yet: it would refuse to start`, why);
  else scope.diagnostics.alert(span, `${what} is not supported by tsproxy yet`, why);
}
