import { compareVersions, COMPATIBILITY_VERSION } from './version.js';
import type { Environment } from './environment.js';

/** Facts of the running program that conditions may ask for. */
export interface ConditionFacts {
  readonly env: Environment;
  /** Names that `feature()` finds: what `-vv` lists with a '+'. */
  readonly features: ReadonlySet<string>;
  /** Names that `enabled()` finds. */
  readonly enabled: ReadonlySet<string>;
  /** Version of the TLS library, `3.0.16`. */
  readonly opensslVersion: string;
}

/** A test that `.if` and `-cc` know (manual 2.4). */
export interface Predicate {
  readonly name: string;
  readonly args: 0 | 1 | 2;
  /** First HAProxy version that knows it, when later than 2.6. */
  readonly since?: string;
  test(args: readonly string[], facts: ConditionFacts): boolean;
}

export const predicates: readonly Predicate[] = [
  { name: 'awslc_api_atleast', args: 1, since: '3.3', test: () => false },
  { name: 'awslc_api_before', args: 1, since: '3.3', test: () => false },
  { name: 'defined', args: 1, test: ([name], { env }) => env.get(name) !== undefined },
  { name: 'enabled', args: 1, since: '2.8', test: ([name], { enabled }) => enabled.has(name.toUpperCase()) },
  { name: 'feature', args: 1, test: ([name], { features }) => features.has(name) },
  { name: 'fips_mode', args: 0, since: '3.5', test: () => false },
  {
    name: 'openssl_version_atleast',
    args: 1,
    test: ([version], { opensslVersion }) => compareVersions(opensslVersion, version) >= 0,
  },
  {
    name: 'openssl_version_before',
    args: 1,
    test: ([version], { opensslVersion }) => compareVersions(opensslVersion, version) < 0,
  },
  { name: 'ssllib_name_startswith', args: 1, test: ([name]) => 'OpenSSL'.startsWith(name) },
  { name: 'streq', args: 2, test: ([left, right]) => left === right },
  { name: 'strneq', args: 2, test: ([left, right]) => left !== right },
  { name: 'strstr', args: 2, since: '3.2', test: ([text, part]) => text.includes(part) },
  {
    name: 'version_atleast',
    args: 1,
    test: ([version]) => compareVersions(COMPATIBILITY_VERSION, version) >= 0,
  },
  {
    name: 'version_before',
    args: 1,
    test: ([version]) => compareVersions(COMPATIBILITY_VERSION, version) < 0,
  },
];

/**
 * What `-vv` lists and `feature()` finds. A name stands here when its effect exists in tsproxy: EPOLL, GETADDRINFO and
 * POLL by libuv, OPENSSL's digests and ciphers by Node, LIBCRYPT's passwords and PCRE2's patterns by code of our own.
 * TSPROXY is for lines that HAProxy does not know: `.if feature(TSPROXY)` hides them from it.
 */
export const FEATURES: readonly string[] = ['EPOLL', 'GETADDRINFO', 'LIBCRYPT', 'OPENSSL', 'PCRE2', 'POLL', 'TSPROXY'];

/** HAProxy's other feature names, listed with a '-'. */
export const ABSENT_FEATURES: readonly string[] = [
  '51DEGREES',
  'ACCEPT4',
  'BACKTRACE',
  'CLOSEFROM',
  'CPU_AFFINITY',
  'CRYPT_H',
  'DEVICEATLAS',
  'DL',
  'ENGINE',
  'EVPORTS',
  'KQUEUE',
  'LINUX_SPLICE',
  'LINUX_TPROXY',
  'LUA',
  'MEMORY_PROFILING',
  'NETFILTER',
  'NS',
  'OBSOLETE_LINKER',
  'OT',
  'PCRE',
  'PCRE2_JIT',
  'PCRE_JIT',
  'PRCTL',
  'PROCCTL',
  'PROMEX',
  'QUIC',
  'RT',
  'SLZ',
  'STATIC_PCRE',
  'STATIC_PCRE2',
  'SYSTEMD',
  'TFO',
  'THREAD',
  'THREAD_DUMP',
  'TPROXY',
  'WURFL',
  'ZLIB',
];

/** The facts of this process. */
export function conditionFacts(env: Environment): ConditionFacts {
  return {
    env,
    features: new Set(FEATURES),
    enabled: new Set(['EPOLL', 'POLL', 'GETADDRINFO', 'REUSEPORT']),
    opensslVersion: process.versions.openssl,
  };
}
