import { isIP, isIPv4, isIPv6 } from 'node:net';
import type { Word } from './cursor.js';
import type { AddressModel } from './model.js';

/** What one kind of line allows in an address (manual 4.2 `bind`, 5.2 `server`, 3.1 `log`). */
export interface AddressRules {
  /** `required`: without one the address is refused. */
  readonly port: 'required' | 'optional' | 'forbidden';
  /** `:80-90`. */
  readonly range?: boolean;
  /** `:+80`: an offset to the port that the client connected to. */
  readonly offset?: boolean;
  /** What a bare address carries; the other kinds need an entry in `transports`. */
  readonly transport: 'stream' | 'dgram';
  /** Kinds accepted beside it. */
  readonly transports?: readonly AddressModel['transport'][];
  /** Port when none is written. */
  readonly defaultPort?: number;
  /** Host names are refused: `source`, health check addresses. */
  readonly numeric?: boolean;
}

export type AddressResult =
  | { readonly ok: true; readonly address: AddressModel }
  | { readonly ok: false; readonly why: string; readonly hint?: string };

/** Addresses of `bind` lines. */
export const BIND_ADDRESS: AddressRules = { port: 'required', range: true, transport: 'stream', transports: ['quic'] };
/** Addresses of `server` lines. */
export const SERVER_ADDRESS: AddressRules = { port: 'optional', offset: true, transport: 'stream' };
/** `source` of servers and backends. */
export const SOURCE_ADDRESS: AddressRules = { port: 'optional', range: true, transport: 'stream', numeric: true };
/** Addresses of `nameserver` lines: asked over UDP unless `tcp@` says otherwise. */
export const NAMESERVER_ADDRESS: AddressRules = { port: 'required', transport: 'dgram', transports: ['stream'] };
/** Targets of `log` lines: syslog over UDP unless `tcp@` says otherwise. */
export const LOG_ADDRESS: AddressRules = {
  port: 'optional',
  transport: 'dgram',
  transports: ['stream'],
  defaultPort: 514,
};

interface Prefix {
  readonly kind: Exclude<AddressModel['kind'], 'none'> | 'any';
  readonly family?: 4 | 6;
  /** undefined = what the line carries by default. */
  readonly transport?: AddressModel['transport'];
}

/** `ipv4@`, `unix@`…, with HAProxy's older and newer spellings. */
const PREFIXES = new Map<string, Prefix>(
  Object.entries({
    'unix@': { kind: 'unix' },
    'uxst@': { kind: 'unix', transport: 'stream' },
    'uxdg@': { kind: 'unix', transport: 'dgram' },
    'abns@': { kind: 'abns' },
    'abnsz@': { kind: 'abns' },
    'fd@': { kind: 'fd' },
    'sockpair@': { kind: 'sockpair' },
    'ip@': { kind: 'ip' },
    'ipv4@': { kind: 'ip', family: 4 },
    'ipv6@': { kind: 'ip', family: 6 },
    'tcp@': { kind: 'ip', transport: 'stream' },
    'tcp4@': { kind: 'ip', family: 4, transport: 'stream' },
    'tcp6@': { kind: 'ip', family: 6, transport: 'stream' },
    'mptcp@': { kind: 'ip', transport: 'stream' },
    'mptcp4@': { kind: 'ip', family: 4, transport: 'stream' },
    'mptcp6@': { kind: 'ip', family: 6, transport: 'stream' },
    'udp@': { kind: 'ip', transport: 'dgram' },
    'udp4@': { kind: 'ip', family: 4, transport: 'dgram' },
    'udp6@': { kind: 'ip', family: 6, transport: 'dgram' },
    'quic@': { kind: 'ip', transport: 'quic' },
    'quic4@': { kind: 'ip', family: 4, transport: 'quic' },
    'quic6@': { kind: 'ip', family: 6, transport: 'quic' },
  } satisfies Record<string, Prefix>),
);

type Variables = ReadonlyMap<string, string | undefined>;

/**
 * Parses one address as written, with HAProxy's complaints. Nothing is resolved.
 * @param env addresses are the one place where HAProxy replaces `$NAME` and `${NAME}` outside of quotes too
 */
export function parseAddress(word: Word, rules: AddressRules, env: Variables = new Map()): AddressResult {
  const text = expandVariables(word.text, env);
  if (text === '') {
    return refuse(`'${word.text}' resolves to an empty address (environment variable missing?)`);
  }
  const { prefix, rest } = splitPrefix(text);
  const transport = prefix.transport ?? rules.transport;
  if (transport !== rules.transport && rules.transports?.includes(transport) !== true) {
    return refuse(`${transport}-type address not acceptable in '${word.text}'`);
  }
  const kind = prefix.kind === 'any' ? (rest.startsWith('/') ? 'unix' : 'ip') : prefix.kind;
  const base = { ...EMPTY, span: word.span, text: word.text, kind, transport };
  switch (kind) {
    case 'unix':
    case 'abns':
      if (rest === '') return refuse(`a ${kind === 'unix' ? 'path' : 'name'} is missing in '${word.text}'`);
      if (Buffer.byteLength(rest) > LONGEST_PATH) return refuse(`socket path '${rest}' too long (max ${LONGEST_PATH})`);
      return accept({ ...base, host: rest });
    case 'fd':
    case 'sockpair':
      return /^\d+$/.test(rest)
        ? accept({ ...base, fd: Number(rest) })
        : refuse(`file descriptor '${rest}' is not a valid integer in '${word.text}'`);
    default:
      return internet(rest, { ...base, family: prefix.family }, rules);
  }
}

/** The comma-separated list of a `bind` line (or of an old `listen` line). */
export function parseBindAddresses(
  word: Word,
  env?: Variables,
): AddressModel[] | { readonly why: string; readonly hint?: string; readonly word: Word } {
  const addresses: AddressModel[] = [];
  let column = word.span.column;
  for (const part of word.text.split(',')) {
    const span = { source: word.span.source, column, length: Math.max(1, part.length) };
    const partWord = { text: part, span };
    column += part.length + 1;
    if (part === '' && addresses.length > 0) continue; // ':80,' is accepted by HAProxy
    const result = parseAddress(partWord, BIND_ADDRESS, env);
    if (!result.ok) return { why: result.why, hint: result.hint, word: partWord };
    addresses.push(result.address);
  }
  return addresses;
}

/** `sun_path` of Linux, less the NUL in front of an abstract name or behind a path. */
const LONGEST_PATH = 107;

/** Why an address of this kind cannot be used; undefined = it can. @param forServer connecting rather than listening */
export function addressProblem({ kind, text }: AddressModel, forServer: boolean): string | undefined {
  if (text.includes('abnsz@')) return 'Node fills abstract names up with zeros: abns@ works';
  if (kind === 'abns' && process.platform !== 'linux') return 'abstract socket names exist on Linux only';
  if (kind === 'sockpair') return 'Node cannot pass descriptors over a socket pair';
  if (kind === 'fd' && forServer) return 'Node cannot make a connection out of an inherited descriptor';
  return undefined;
}

const EMPTY = { host: '', family: undefined, port: 0, portEnd: 0, portOffset: false, fd: -1 } as const;

const accept = (address: AddressModel): AddressResult => ({ ok: true, address });
const refuse = (why: string, hint?: string): AddressResult => ({ ok: false, why, hint });

function expandVariables(text: string, env: Variables): string {
  return text.replaceAll(
    /\$(?:\{([A-Za-z_]\w*)(?:-([^}]*))?\}|([A-Za-z_]\w*))/g,
    (_all, braced: string | undefined, fallback: string | undefined, bare: string | undefined) =>
      env.get(braced ?? bare ?? '') ?? fallback ?? '',
  );
}

function splitPrefix(text: string): { prefix: Prefix; rest: string } {
  const transport = (['stream', 'dgram'] as const).find((kind) => text.startsWith(`${kind}+`));
  const tail = transport === undefined ? text : text.slice(transport.length + 1);
  const name = /^[a-z0-9]+@/.exec(tail)?.[0] ?? '';
  const prefix = PREFIXES.get(name);
  if (prefix === undefined) return { prefix: { kind: 'any', transport }, rest: tail };
  return { prefix: { ...prefix, transport: transport ?? prefix.transport }, rest: tail.slice(name.length) };
}

/** The port follows the last colon, unless a bracket closes after it: HAProxy reads `::1:80` as port 80 of `::1`. */
function splitPort(text: string): { host: string; port: string } {
  const colon = text.lastIndexOf(':');
  if (colon < 0 || text.lastIndexOf(']') > colon) return { host: text, port: '' };
  return { host: text.slice(0, colon), port: text.slice(colon + 1) };
}

function internet(text: string, base: AddressModel, rules: AddressRules): AddressResult {
  const { host: written, port: portText } = splitPort(text);
  const ports = parsePorts(portText, base.text, rules);
  if (typeof ports === 'string') return refuse(ports);
  const host = /^\[.*\]$/.test(written) ? written.slice(1, -1) : written;
  const complaint = hostComplaint(host, written, base, rules);
  if (complaint !== undefined) return complaint;
  return accept({ ...base, ...ports, host: host === '*' ? '' : host });
}

function hostComplaint(
  host: string,
  written: string,
  base: AddressModel,
  rules: AddressRules,
): AddressResult | undefined {
  if (host === '' || host === '*') return undefined;
  const invalid = `invalid address: '${written}' in '${base.text}'`;
  if (written.includes('[') !== written.includes(']')) return refuse(invalid);
  if (host.includes(':') && !isIPv6(host)) return refuse(invalid, bracketHint(base.text));
  if (base.family === 4 && isIPv6(host)) return refuse(invalid);
  if (base.family === 6 && isIPv4(host)) return refuse(invalid);
  if (isIP(host) !== 0) return undefined;
  // any other text is a name: whether it can be resolved is seen at start
  return rules.numeric === true ? refuse(invalid) : undefined;
}

const bracketHint = (text: string): string | undefined =>
  isIPv6(text) ? `the last colon begins the port: write '[${text}]'` : undefined;

type Ports = Pick<AddressModel, 'port' | 'portEnd' | 'portOffset'>;

function parsePorts(text: string, whole: string, rules: AddressRules): Ports | string {
  if (text === '') {
    if (rules.port === 'required') return `missing port specification in '${whole}'`;
    const port = rules.defaultPort ?? 0;
    return { port, portEnd: port, portOffset: false };
  }
  if (rules.port === 'forbidden') return `port specification not permitted here in '${whole}'`;
  const parts = /^([+-]?)(\d+)(?:-(\d+))?$/.exec(text);
  if (parts === null) {
    const bad = text.replace(/^[+-]?\d*-?\d*/, '').charAt(0) || text.charAt(0);
    return `invalid character '${bad}' in port number '${text}' in '${whole}'`;
  }
  return parts[1] === '' ? absolutePorts(parts, text, whole, rules) : offsetPort(parts, whole, rules);
}

function absolutePorts(parts: RegExpExecArray, text: string, whole: string, rules: AddressRules): Ports | string {
  const port = Number(parts[2]);
  const portEnd = parts[3] === undefined ? port : Number(parts[3]);
  if (portEnd !== port && rules.range !== true) return `port range not permitted here in '${whole}'`;
  const lowest = rules.port === 'required' ? 1 : 0;
  if (port < lowest || port > 65535) return `invalid port '${text}'`;
  if (portEnd < port || portEnd > 65535) return `invalid port range '${text}'`;
  return { port, portEnd, portOffset: false };
}

function offsetPort(parts: RegExpExecArray, whole: string, rules: AddressRules): Ports | string {
  if (rules.offset !== true) return `port offset not permitted here in '${whole}'`;
  const offset = Number(parts[1] + parts[2]);
  if (parts[3] !== undefined || Math.abs(offset) > 65535) return `invalid port offset in '${whole}'`;
  return { port: offset, portEnd: offset, portOffset: true };
}
