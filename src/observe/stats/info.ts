import { LI } from '../../core/counters.js';
import { COMPATIBILITY_VERSION } from '../../config/version.js';
import type { Runtime } from '../../state/runtime.js';
import type { ValueType } from './fields.js';
import type { ProcessFigures } from './gauges.js';
import { jsonMetric } from './json.js';
import type { Metric } from './metrics.js';
import { typedLine } from './typed.js';

/** The HAProxy whose behaviour and figures these are; tools decide by this number what they may ask for. */
export const COMPATIBLE_VERSION: string = COMPATIBILITY_VERSION;
export const COMPATIBLE_RELEASE = '2023/03/28';

/** What `show info` is made from. */
export interface InfoSource {
  readonly runtime: Runtime;
  readonly figures: ProcessFigures;
  /** Unix time in ms. */
  readonly date: number;
}

interface InfoField {
  readonly position: number;
  readonly name: string;
  readonly tags: string;
  readonly type: ValueType;
  readonly description: string;
  value(source: InfoSource): string | number | undefined;
}

let position = 0;
function field(name: string, tags: string, type: ValueType, description: string, value: InfoField['value']): InfoField {
  return { position: position++, name, tags, type, description, value };
}
const nothing = (): number => 0;

/**
 * All fields of HAProxy 2.6 in its order (manual 9.3 `show info`). A figure about something tsproxy does not have (pipes,
 * memory pools, a splicing kernel) is the 0 that HAProxy reports where that is not in use.
 */
// prettier-ignore
const INFO_FIELDS: readonly InfoField[] = [
  field('Name', 'POS', 'str', 'Name of the program', () => 'tsproxy'),
  field('Version', 'POS', 'str', 'Version of HAProxy that it behaves like', () => COMPATIBLE_VERSION),
  field('Release_date', 'POS', 'str', 'Release date of that version', () => COMPATIBLE_RELEASE),
  field('Nbthread', 'CGS', 'u32', 'Threads', ({ runtime }) => runtime.process.nbthread),
  field('Nbproc', 'CGS', 'u32', 'Processes', () => 1),
  field('Process_num', 'KGP', 'u32', 'Number of this process', () => 1),
  field('Pid', 'SGP', 'u32', 'Process id', ({ runtime }) => runtime.process.pid),
  field('Uptime', 'MDP', 'str', 'Time since the start', (source) => uptimeText(uptime(source))),
  field('Uptime_sec', 'MDP', 'u32', 'Seconds since the start', (source) => uptime(source)),
  field('Memmax_MB', 'CLP', 'u32', 'Limit of memory in MB, 0 = none', nothing),
  field('PoolAlloc_MB', 'MGP', 'u32', 'Memory taken from the system, in MB', () => Math.floor(process.memoryUsage.rss() / 1048576)),
  field('PoolUsed_MB', 'MGP', 'u32', 'Memory in use, in MB', () => Math.floor(process.memoryUsage().heapUsed / 1048576)),
  field('PoolFailed', 'MCP', 'u32', 'Allocations that failed', nothing),
  field('Ulimit-n', 'CLP', 'u32', 'Limit of open files asked for', ({ runtime }) => runtime.model.global.ulimitN ?? expectedSockets(runtime)),
  field('Maxsock', 'CLP', 'u32', 'Sockets expected at most', ({ runtime }) => expectedSockets(runtime)),
  field('Maxconn', 'CLP', 'u32', 'Limit of connections', ({ runtime }) => runtime.process.maxconn),
  field('Hard_maxconn', 'CLP', 'u32', 'Limit of connections at the start', ({ runtime }) => runtime.process.hardMaxconn),
  field('CurrConns', 'MGP', 'u32', 'Connections open now', ({ runtime }) => runtime.process.connections),
  field('CumConns', 'MCP', 'u32', 'Connections since the start', ({ runtime }) => runtime.process.totalConnections),
  field('CumReq', 'MCP', 'u32', 'Requests since the start', ({ runtime }) => runtime.process.totalRequests),
  field('MaxSslConns', 'MMP', 'u32', 'Limit of TLS connections, 0 = none', nothing),
  field('CurrSslConns', 'MGP', 'u32', 'TLS connections of clients open now', ({ runtime }) => openTls(runtime)),
  field('CumSslConns', 'MCP', 'u32', 'TLS connections of clients since the start', ({ runtime }) => runtime.process.totalTls),
  field('Maxpipes', 'CLP', 'u32', 'Limit of pipes, which are not used', nothing),
  field('PipesUsed', 'MGP', 'u32', 'Pipes in use', nothing),
  field('PipesFree', 'MGP', 'u32', 'Pipes ready for use', nothing),
  field('ConnRate', 'MRP', 'u32', 'Connections during the last second', ({ figures }) => figures.connectionRate),
  field('ConnRateLimit', 'CLP', 'u32', 'Limit of connections per second (maxconnrate)', ({ runtime }) => runtime.process.rateLimit('connections')),
  field('MaxConnRate', 'MMP', 'u32', 'Most connections seen in one second', ({ figures }) => figures.maxConnectionRate),
  field('SessRate', 'MRP', 'u32', 'Sessions during the last second', ({ figures }) => figures.sessionRate),
  field('SessRateLimit', 'CLP', 'u32', 'Limit of sessions per second (maxsessrate)', ({ runtime }) => runtime.process.rateLimit('sessions')),
  field('MaxSessRate', 'MRP', 'u32', 'Most sessions seen in one second', ({ figures }) => figures.maxSessionRate),
  field('SslRate', 'MRP', 'u32', 'TLS connections of clients during the last second', ({ figures }) => figures.tlsRate),
  field('SslRateLimit', 'CLP', 'u32', 'Limit of TLS sessions per second', ({ runtime }) => runtime.process.rateLimit('ssl-sessions')),
  field('MaxSslRate', 'MMP', 'u32', 'Most of them seen in one second', ({ figures }) => figures.maxTlsRate),
  field('SslFrontendKeyRate', 'MGP', 'u32', 'Private keys used for clients during the last second', ({ figures }) => figures.tlsKeyRate),
  field('SslFrontendMaxKeyRate', 'MMP', 'u32', 'Most private keys used for clients in one second', ({ figures }) => figures.maxTlsKeyRate),
  field('SslFrontendSessionReuse_pct', 'MGP', 'u32', 'Percentage of TLS sessions of clients that were resumed', ({ figures }) => resumedShare(figures)),
  field('SslBackendKeyRate', 'MRP', 'u32', 'Keys computed for servers during the last second', nothing),
  field('SslBackendMaxKeyRate', 'MMP', 'u32', 'Most keys computed for servers in one second', nothing),
  field('SslCacheLookups', 'MCP', 'u32', 'Lookups in the TLS session cache', nothing),
  field('SslCacheMisses', 'MCP', 'u32', 'Lookups in the TLS session cache that failed', nothing),
  field('CompressBpsIn', 'MRP', 'u32', 'Bytes per second into the compressor', nothing),
  field('CompressBpsOut', 'MRP', 'u32', 'Bytes per second out of the compressor', nothing),
  field('CompressBpsRateLim', 'CLP', 'u32', 'Limit of bytes per second out of the compressor', ({ runtime }) => runtime.process.rateLimit('http-compression')),
  field('ZlibMemUsage', 'MGP', 'u32', 'Memory of zlib, not reported where another compressor is built in', () => undefined),
  field('MaxZlibMemUsage', 'CLP', 'u32', 'Limit of the memory of zlib', () => undefined),
  field('Tasks', 'MGP', 'u32', 'Streams at work now', ({ runtime }) => runtime.process.connections),
  field('Run_queue', 'MGP', 'u32', 'Streams waiting for the processor', nothing),
  field('Idle_pct', 'MaP', 'u32', 'Percentage of the last second spent idle', ({ figures }) => figures.idlePercent),
  field('node', 'COS', 'str', 'Name of this node', ({ runtime }) => runtime.process.node),
  field('description', 'COS', 'str', 'Description of this node', ({ runtime }) => runtime.process.description || undefined),
  field('Stopping', 'MGP', 'u32', '1 while it stops', ({ runtime }) => (runtime.process.stopping ? 1 : 0)),
  field('Jobs', 'MGP', 'u32', 'Listeners and connections that keep it alive', ({ runtime }) => listeners(runtime) + runtime.process.connections),
  field('Unstoppable Jobs', 'MGP', 'u32', 'Those that do not end when it stops', nothing),
  field('Listeners', 'MGP', 'u32', 'Addresses it listens on', ({ runtime }) => listeners(runtime)),
  field('ActivePeers', 'MGP', 'u32', 'Peers that answer', nothing),
  field('ConnectedPeers', 'MGP', 'u32', 'Peers connected', nothing),
  field('DroppedLogs', 'MGP', 'u32', 'Log lines lost', ({ runtime }) => runtime.process.droppedLogs),
  field('BusyPolling', 'MGP', 'u32', '1 when it polls without sleeping', nothing),
  field('FailedResolutions', 'MGP', 'u32', 'Names that did not resolve', nothing),
  field('TotalBytesOut', 'MGP', 'u64', 'Bytes sent to clients', ({ figures }) => figures.totalBytesOut),
  field('TotalSplicdedBytesOut', 'MGP', 'u64', 'Bytes sent by splicing in the kernel', nothing),
  field('BytesOutRate', 'MRP', 'u64', 'Bytes per second sent to clients', ({ figures }) => figures.bytesOutRate),
  field('DebugCommandsIssued', 'MGP', 'u32', 'Debugging commands issued', nothing),
  field('CumRecvLogs', 'MCP', 'u32', 'Log lines received', ({ runtime }) => runtime.process.receivedLogs),
  field('Build info', 'POS', 'str', 'The program and its own version', ({ runtime }) => `tsproxy ${runtime.process.version}`),
  field('Memmax_bytes', 'CLP', 'u32', 'Limit of memory in bytes, 0 = none', nothing),
  field('PoolAlloc_bytes', 'MGP', 'u64', 'Memory taken from the system, in bytes', () => process.memoryUsage.rss()),
  field('PoolUsed_bytes', 'MGP', 'u64', 'Memory in use, in bytes', () => process.memoryUsage().heapUsed),
  field('Start_time_sec', 'MDP', 'u32', 'Unix time of the start', ({ runtime }) => Math.floor(runtime.process.startDate / 1000)),
  field('Tainted', 'SGP', 'str', 'Use of experimental features, as a bit field', () => '0'),
];

/** Open connections of the listeners that have TLS. */
function openTls({ frontends }: Runtime): number {
  const secure = frontends.flatMap(({ listeners }) => listeners.filter(({ tls }) => tls !== undefined));
  return secure.reduce((sum, { figures }) => sum + figures.sum(LI.scur), 0);
}

/** Rounded as HAProxy does. */
function resumedShare({ tlsRate, tlsKeyRate }: ProcessFigures): number {
  return tlsRate === 0 ? 0 : 100 - Math.floor((100 * tlsKeyRate + (tlsRate - 1) / 2) / tlsRate);
}

/** How `show info` tells. */
export interface InfoStyle {
  readonly descriptions?: boolean;
  /** `float`: times with microseconds. */
  readonly floats?: boolean;
}

/** Fields that `float` makes more exact. */
const FLOATS: Readonly<Record<string, (source: InfoSource) => string>> = {
  Uptime_sec: ({ runtime, date }) => (Math.max(0, date - runtime.process.startDate) / 1000).toFixed(6),
  Start_time_sec: ({ runtime }) => (runtime.process.startDate / 1000).toFixed(6),
};

/** Figures for the Prometheus exporter, by their names in `show info`; those that are unset have no value. */
export function infoFields(): ReadonlyMap<string, Pick<InfoField, 'description' | 'value'>> {
  return new Map(INFO_FIELDS.map((entry) => [entry.name, entry]));
}

/** Unset fields are left out. */
function infoMetrics(source: InfoSource, { floats = false }: InfoStyle): Metric[] {
  return INFO_FIELDS.flatMap((entry) => {
    const value = (floats ? FLOATS[entry.name]?.(source) : undefined) ?? entry.value(source);
    const { name, tags, type, description } = entry;
    return value === undefined ? [] : [{ position: entry.position, name, tags, type, description, value }];
  });
}

/** `show info [desc]`. */
export function renderInfo(source: InfoSource, style: InfoStyle = {}): string {
  return infoMetrics(source, style)
    .map(
      ({ name, value, description }) => `${name}: ${value}${style.descriptions === true ? `:"${description}"` : ''}\n`,
    )
    .join('');
}

/** `show info typed [desc]`. */
export function renderInfoTyped(source: InfoSource, style: InfoStyle = {}): string {
  return infoMetrics(source, style)
    .map((metric) => typedLine(metric, style.descriptions === true))
    .join('');
}

/** `show info json [desc]`. */
export function renderInfoJson(source: InfoSource, style: InfoStyle = {}): string {
  return `[${infoMetrics(source, style)
    .map((metric) => '{' + jsonMetric(metric, style.descriptions === true))
    .join(',')}]`;
}

function uptime({ runtime, date }: InfoSource): number {
  return Math.max(0, Math.floor((date - runtime.process.startDate) / 1000));
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

/** `0d 0h00m56s` */
export function uptimeText(seconds: number): string {
  const hours = Math.floor(seconds / 3600);
  return `${Math.floor(hours / 24)}d ${hours % 24}h${two(Math.floor(seconds / 60) % 60)}m${two(seconds % 60)}s`;
}

/** What HAProxy reckons with: two for a connection, one for a listener, a check and a thread's poller each, and some. */
function expectedSockets(runtime: Runtime): number {
  const { maxconn, nbthread } = runtime.process;
  const ofChecks = runtime.backends
    .flatMap(({ servers }) => servers)
    .reduce((sum, { checked, agent }) => sum + (checked ? 1 : 0) + (agent === undefined ? 0 : 2), 0);
  return 2 * maxconn + listeners(runtime) + ofChecks + 3 * nbthread + 20;
}

function listeners(runtime: Runtime): number {
  const sockets = runtime.model.global.statsSockets.length;
  return runtime.frontends.reduce((sum, frontend) => sum + frontend.listeners.length, sockets);
}
