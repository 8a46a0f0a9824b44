import { average } from '../../base/sliding-average.js';
import { CHECK_STATUSES, type CheckStatus } from '../../core/check.js';
import { BE, SV } from '../../core/counters.js';
import { AGENT_RISE, type Agent } from '../../state/agent.js';
import type { Backend } from '../../state/backend.js';
import { Admin, ServerState, WEIGHT_SCALE, type Server } from '../../state/server.js';
import { addressText, blankCells, type Cell, type RowOptions, type StatRow } from './cells.js';
import { F } from './fields.js';
import { checkedBy, statusText } from './server-status.js';

export function backendRow(backend: Backend, options: RowOptions): StatRow {
  const { model, id } = backend;
  const counters = backend.figures.totals();
  const cells = blankCells('B', model, 'BACKEND', id, 0);
  fillBackendTraffic(counters, cells);
  cells[F.qcur] = backend.queued;
  cells[F.slim] = backend.fullconn;
  cells[F.status] = backend.up ? 'UP' : 'DOWN';
  cells[F.rate] = backend.sessionRate.read(options.now);
  cells[F.rateMax] = counters[BE.sessRateMax];
  cells[F.act] = backend.activeServers;
  cells[F.bck] = backend.backupServers;
  fillWeights(backend, cells);
  cells[F.chkdown] = counters[BE.chkdown];
  cells[F.lastchg] = Math.max(0, options.date - backend.lastChange);
  if (backend.servers.length > 0) cells[F.downtime] = backendDowntime(backend, options.date);
  cells[F.lastsess] = secondsSince(counters[BE.lastSess], options.date);
  fillTimes(cells, counters, model.mode === 'http' ? counters[BE.reqTot] : counters[BE.lbtot], BE_TIMES);
  cells[F.aggServerStatus] = 0;
  cells[F.aggServerCheckStatus] = 0;
  cells[F.aggCheckStatus] = 0;
  if (model.mode === 'http') fillBackendHttp(counters, cells);
  if (options.legends) {
    cells[F.cookie] = model.cookie?.name;
    cells[F.algo] = algorithm(backend);
  }
  const tls = model.servers.some((server) => server.ssl);
  return { kind: 'B', proxy: model, iid: id, sid: 0, tls, server: undefined, cells };
}

function fillBackendTraffic(counters: Float64Array, cells: Cell[]): void {
  cells[F.qmax] = counters[BE.qmax];
  cells[F.scur] = counters[BE.scur];
  cells[F.smax] = counters[BE.smax];
  cells[F.stot] = counters[BE.stot];
  cells[F.bin] = counters[BE.bin];
  cells[F.bout] = counters[BE.bout];
  cells[F.dreq] = counters[BE.dreq];
  cells[F.dresp] = counters[BE.dresp];
  cells[F.econ] = counters[BE.econ];
  cells[F.eresp] = counters[BE.eresp];
  cells[F.wretr] = counters[BE.wretr];
  cells[F.wredis] = counters[BE.wredis];
  cells[F.lbtot] = counters[BE.lbtot];
  cells[F.cliAbrt] = counters[BE.cliAbrt];
  cells[F.srvAbrt] = counters[BE.srvAbrt];
  cells[F.compIn] = counters[BE.compIn];
  cells[F.compOut] = counters[BE.compOut];
  cells[F.compByp] = counters[BE.compByp];
  cells[F.compRsp] = counters[BE.compRsp];
  cells[F.wrew] = counters[BE.wrew];
  cells[F.eint] = counters[BE.eint];
  cells[F.connect] = counters[BE.connect];
  cells[F.reuse] = counters[BE.reuse];
}

function fillBackendHttp(counters: Float64Array, cells: Cell[]): void {
  cells[F.reqTot] = counters[BE.reqTot];
  cells[F.hrsp1xx] = counters[BE.hrsp1xx];
  cells[F.hrsp2xx] = counters[BE.hrsp2xx];
  cells[F.hrsp3xx] = counters[BE.hrsp3xx];
  cells[F.hrsp4xx] = counters[BE.hrsp4xx];
  cells[F.hrsp5xx] = counters[BE.hrsp5xx];
  cells[F.hrspOther] = counters[BE.hrspOther];
  cells[F.cacheLookups] = 0; // the cache is looked up in the frontend; HAProxy has the column here too
  cells[F.cacheHits] = 0;
}

/** Weights of the servers that would be picked now: the active ones, else the first backup, or all with `allbackups`. */
function fillWeights(backend: Backend, cells: Cell[]): void {
  let picked = backend.servers.filter((server) => !server.backup && isPickable(server));
  if (picked.length === 0) {
    picked = backend.servers.filter((server) => server.backup && isPickable(server));
    if (backend.model.options.allbackups !== true) picked = picked.slice(0, 1);
  }
  cells[F.weight] = picked.reduce((sum, server) => sum + shownWeight(server), 0);
  cells[F.uweight] = picked.reduce((sum, server) => sum + server.userWeight, 0);
}

function isPickable(server: Server): boolean {
  return server.usable && server.effectiveWeight > 0;
}

function backendDowntime(backend: Backend, date: number): number {
  return backend.up ? backend.downTime : backend.downTime + Math.max(0, date - backend.lastChange);
}

/** Names that HAProxy's `algo` column has; it says `unknown` for the others (`random`). */
const ALGORITHMS: ReadonlySet<string> = new Set([
  'roundrobin',
  'static-rr',
  'leastconn',
  'first',
  'source',
  'uri',
  'url_param',
  'hdr',
  'rdp-cookie',
  'hash',
]);

function algorithm(backend: Backend): string {
  const { model } = backend;
  if (model.dispatch !== undefined || model.options.transparent === true) return 'none';
  const name = (model.balance?.[0].text ?? 'roundrobin').replace(/\(.*$/, '');
  return ALGORITHMS.has(name) ? name : 'unknown';
}

export function serverRow(server: Server, options: RowOptions): StatRow {
  const { model, backend, id } = server;
  const counters = server.figures.totals();
  const cells = blankCells('S', backend.model, server.name, backend.id, id);
  fillServerTraffic(counters, cells);
  cells[F.qcur] = server.queued;
  if (server.maxconn > 0) cells[F.slim] = server.maxconn;
  if (server.maxqueue > 0) cells[F.qlimit] = server.maxqueue;
  cells[F.status] = statusText(server);
  cells[F.lastchg] = Math.max(0, options.date - server.lastChange);
  cells[F.weight] = shownWeight(server);
  cells[F.uweight] = server.userWeight;
  cells[F.act] = server.backup ? 0 : 1;
  cells[F.bck] = server.backup ? 1 : 0;
  cells[F.rate] = server.sessionRate.read(options.now);
  cells[F.rateMax] = counters[SV.sessRateMax];
  cells[F.lastsess] = secondsSince(counters[SV.lastSess], options.date);
  fillTimes(cells, counters, backend.mode === 'http' ? counters[SV.reqTot] : counters[SV.lbtot], SV_TIMES);
  fillPool(server, counters, cells);
  if (server.state === ServerState.Starting && !server.inMaintenance) cells[F.throttle] = throttle(server);
  if (server.tracked !== undefined) cells[F.tracked] = `${server.tracked.backend.name}/${server.tracked.name}`;
  if (checkedBy(server).model.observe !== undefined) cells[F.hanafail] = counters[SV.hanafail];
  if (server.checked) fillCheck(server, counters, cells, options.date);
  if (server.agent?.enabled === true) fillAgent(server.agent, cells);
  if (backend.mode === 'http') fillServerHttp(counters, cells);
  if (options.legends) {
    // one whose name does not resolve has none
    if (server.path !== '' || server.address !== '') cells[F.addr] = addressText(server.address, server.port);
    cells[F.cookie] = server.cookie;
  }
  return { kind: 'S', proxy: backend.model, iid: backend.id, sid: id, tls: model.ssl, server, cells };
}

function fillServerTraffic(counters: Float64Array, cells: Cell[]): void {
  cells[F.qmax] = counters[SV.qmax];
  cells[F.scur] = counters[SV.scur];
  cells[F.smax] = counters[SV.smax];
  cells[F.stot] = counters[SV.stot];
  cells[F.bin] = counters[SV.bin];
  cells[F.bout] = counters[SV.bout];
  cells[F.dresp] = counters[SV.dresp];
  cells[F.econ] = counters[SV.econ];
  cells[F.eresp] = counters[SV.eresp];
  cells[F.wretr] = counters[SV.wretr];
  cells[F.wredis] = counters[SV.wredis];
  cells[F.lbtot] = counters[SV.lbtot];
  cells[F.cliAbrt] = counters[SV.cliAbrt];
  cells[F.srvAbrt] = counters[SV.srvAbrt];
  cells[F.wrew] = counters[SV.wrew];
  cells[F.eint] = counters[SV.eint];
  cells[F.connect] = counters[SV.connect];
  cells[F.reuse] = counters[SV.reuse];
}

function fillServerHttp(counters: Float64Array, cells: Cell[]): void {
  cells[F.reqTot] = counters[SV.reqTot];
  cells[F.hrsp1xx] = counters[SV.hrsp1xx];
  cells[F.hrsp2xx] = counters[SV.hrsp2xx];
  cells[F.hrsp3xx] = counters[SV.hrsp3xx];
  cells[F.hrsp4xx] = counters[SV.hrsp4xx];
  cells[F.hrsp5xx] = counters[SV.hrsp5xx];
  cells[F.hrspOther] = counters[SV.hrspOther];
}

function fillPool({ model }: Server, counters: Float64Array, cells: Cell[]): void {
  cells[F.srvIcur] = counters[SV.idleConn];
  if (model.poolMaxConn !== undefined && model.poolMaxConn >= 0) cells[F.srcIlim] = model.poolMaxConn;
  cells[F.idleConnCur] = counters[SV.idleConn] - counters[SV.safeConn];
  cells[F.safeConnCur] = counters[SV.safeConn];
  cells[F.usedConnCur] = counters[SV.usedConn];
  cells[F.needConnEst] = counters[SV.usedConn]; // no forecast is made: what is used now is what is needed
}

/** Outcomes that carry a code of layer 5 to 7 (or a process' exit code). */
const WITH_CODE: ReadonlySet<CheckStatus> = new Set(['L7OK', 'L7OKC', 'L7STS', 'PROCERR', 'PROCTOUT', 'PROCOK']);
/** Outcomes before any check ended. */
const WITHOUT_DURATION: ReadonlySet<CheckStatus> = new Set(['UNK', 'INI', 'HCHK']);
const BEFORE_CHECKS: Partial<Record<CheckStatus, string>> = { UNK: 'Unknown', INI: 'Initializing' };

function fillCheck(server: Server, counters: Float64Array, cells: Cell[], date: number): void {
  const { checkResult } = server;
  cells[F.chkfail] = counters[SV.chkfail];
  cells[F.chkdown] = counters[SV.chkdown];
  cells[F.downtime] = serverDowntime(server, date);
  if (server.inMaintenance) return;
  const { status, code, info, durationMs } = checkResult;
  cells[F.checkStatus] = server.checkInProgress ? `* ${status}` : status;
  if (status.startsWith('PROC')) cells[F.checkCode] = code >>> 0;
  else if (WITH_CODE.has(status) && code > 0) cells[F.checkCode] = code;
  if (!WITHOUT_DURATION.has(status)) cells[F.checkDuration] = Math.round(durationMs);
  cells[F.checkDesc] = BEFORE_CHECKS[status] ?? CHECK_STATUSES[status].reason;
  cells[F.lastChk] = info;
  cells[F.checkRise] = server.rise;
  cells[F.checkFall] = server.fall;
  cells[F.checkHealth] = server.health;
}

function fillAgent({ result, health, inProgress }: Agent, cells: Cell[]): void {
  const { status, code, info, durationMs } = result;
  cells[F.agentStatus] = inProgress ? `* ${status}` : status;
  if (WITH_CODE.has(status)) cells[F.agentCode] = code;
  if (!WITHOUT_DURATION.has(status)) cells[F.agentDuration] = Math.round(durationMs);
  cells[F.agentDesc] = BEFORE_CHECKS[status] ?? CHECK_STATUSES[status].reason;
  cells[F.lastAgt] = info;
  cells[F.agentRise] = AGENT_RISE;
  cells[F.agentFall] = 1;
  cells[F.agentHealth] = health;
}

function serverDowntime(server: Server, date: number): number {
  if (server.state !== ServerState.Stopped) return server.downTime;
  return server.downTime + Math.max(0, date - server.lastChange);
}

/** Effective weight in the user's scale, rounded up. Draining leaves it as it is. */
function shownWeight(server: Server): number {
  if ((server.admin & Admin.AnyDrain) !== 0) return server.userWeight;
  return Math.ceil(server.effectiveWeight / WEIGHT_SCALE);
}

/** Percentage of its weight that slowstart grants by now. */
function throttle(server: Server): number {
  if (server.userWeight === 0) return 100;
  return Math.floor((100 * server.effectiveWeight + WEIGHT_SCALE - 1) / (server.userWeight * WEIGHT_SCALE));
}

function secondsSince(then: number, date: number): number {
  return then === 0 ? -1 : Math.max(0, Math.floor(date - then));
}

/** Slots of the four times and their maxima, which backends and servers have at different places. */
interface TimeSlots {
  readonly sums: readonly [number, number, number, number];
  readonly maxima: readonly [number, number, number, number];
}
const BE_TIMES: TimeSlots = {
  sums: [BE.qtime, BE.ctime, BE.rtime, BE.ttime],
  maxima: [BE.qtimeMax, BE.ctimeMax, BE.rtimeMax, BE.ttimeMax],
};
const SV_TIMES: TimeSlots = {
  sums: [SV.qtime, SV.ctime, SV.rtime, SV.ttime],
  maxima: [SV.qtimeMax, SV.ctimeMax, SV.rtimeMax, SV.ttimeMax],
};
const SHOWN_TIMES: TimeSlots = {
  sums: [F.qtime, F.ctime, F.rtime, F.ttime],
  maxima: [F.qtimeMax, F.ctimeMax, F.rtimeMax, F.ttimeMax],
};

/** @param count sessions that the sums of `slidingAverage` have seen */
function fillTimes(cells: Cell[], counters: Float64Array, count: number, slots: TimeSlots): void {
  for (let i = 0; i < 4; i++) {
    cells[SHOWN_TIMES.sums[i]] = average(counters[slots.sums[i]], count);
    cells[SHOWN_TIMES.maxima[i]] = counters[slots.maxima[i]];
  }
}
