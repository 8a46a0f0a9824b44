import { ABSENT_FEATURES, FEATURES } from '../config/predicates.js';
import { COMPATIBILITY_VERSION } from '../config/version.js';
import { options } from './options.js';

/** What `-vv` tells of the running program beside what is built in. Names come from the registries. */
export interface BuildFacts {
  /** `0.1.0` */
  readonly version: string;
  /** Data path in use: `handle` or `socket`. */
  readonly transport: string;
  readonly services: readonly string[];
  readonly filters: readonly string[];
}

/** `-v`, and the head of everything else that is printed instead of running. */
export function versionText(version: string): string {
  return [
    `tsproxy version ${version} - compatible with HAProxy ${COMPATIBILITY_VERSION}`,
    `Running on: ${process.platform} ${process.arch}, Node.js ${process.versions.node}, V8 ${process.versions.v8}`,
    '',
  ].join('\n');
}

/** `-vv`, in the shape of HAProxy's, which scripts search for `+NAME`. */
export function buildText({ version, transport, services, filters }: BuildFacts): string {
  const features = [...FEATURES.map((name) => `+${name}`), ...ABSENT_FEATURES.map((name) => `-${name}`)];
  const sorted = features.toSorted((left, right) => (left.slice(1) < right.slice(1) ? -1 : 1));
  return [
    versionText(version),
    `Feature list : ${sorted.join(' ')}`,
    '',
    'Default settings :',
    '  bufsize = 16384, maxrewrite = 1024',
    '',
    'Built without multi-threading support.',
    `Running on OpenSSL version : OpenSSL ${process.versions.openssl}`,
    `Data path : ${transport}`,
    '',
    'Available multiplexer protocols :',
    "(protocols marked as <default> cannot be specified using 'proto' keyword)",
    '  <default> : mode=HTTP  side=FE|BE  mux=H1',
    '         h1 : mode=HTTP  side=FE|BE  mux=H1',
    '  <default> : mode=TCP   side=FE|BE  mux=PASS',
    '       none : mode=TCP   side=FE|BE  mux=PASS',
    '',
    `Available services : ${services.length === 0 ? 'none' : services.join(' ')}`,
    'Available filters :',
    ...(filters.length === 0 ? ['\tnone'] : filters.map((name) => `\t${name}`)),
    '',
    '',
  ].join('\n');
}

/** How the program is called. @param program its name */
export function usageText(program: string): string {
  const rows = options.all().map(({ name, value, summary, attached }) => {
    const argument = value === undefined ? '' : `${attached === true ? '' : ' '}${value}`;
    return `        ${`${name}${argument}`.padEnd(34)} ${summary}`;
  });
  return [
    `Usage : ${program} [-f <cfgfile|cfgdir>]* [ -vdVD ] [ -n <maxconn> ] [ -N <maxpconn> ]`,
    '        [ -p <pidfile> ] [ -m <max megs> ] [ -C <dir> ] [-- <cfgfile>*]',
    ...rows,
    '',
    '',
  ].join('\n');
}
