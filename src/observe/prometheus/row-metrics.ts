import type { Backend } from '../../state/backend.js';
import type { Frontend } from '../../state/frontend.js';
import type { Server } from '../../state/server.js';
import type { StatRow } from '../stats/cells.js';
import { F, STAT_FIELDS } from '../stats/fields.js';
import type { Family } from './exposition.js';
import { CHECK_STATES, exportedCheck, exportedState, hasCheckEnded, SERVER_STATES } from './states.js';

/** One row of `show stat`, and the proxy that it is of. */
export interface Subject {
  readonly row: StatRow;
  readonly frontend: Frontend | undefined;
  readonly backend: Backend | undefined;
  /** The row's own labels as text. */
  readonly labels: string;
}

/** @param label one beside the row's own: `code="2xx"`; '' = none */
type Emit = (label: string, value: number | string | undefined) => void;

/** Something that rows are asked for. Neighbours of the same name are one family. */
export interface RowMetric {
  /** What follows `haproxy_server_` and the like. */
  readonly name: string;
  /** Which kinds of rows have it, as in STAT_FIELDS. */
  readonly kinds: string;
  readonly type: Family['type'];
  readonly help: string;
  /** Tells the samples of a row. */
  samples(subject: Subject, emit: Emit): void;
}

/** One that only proxies in HTTP mode have. */
const inHttp = (metric: RowMetric): RowMetric => ({
  ...metric,
  samples(subject, emit) {
    if (subject.row.proxy.mode === 'http') metric.samples(subject, emit);
  },
});

/** A column as it is; an empty one is `NaN`. */
function column(field: F, kinds: string, type: Family['type'], name: string): RowMetric {
  const samples: RowMetric['samples'] = ({ row }, emit) => emit('', row.cells[field]);
  return { name, kinds, type, help: STAT_FIELDS[field].description, samples };
}
const count = (field: F, kinds: string, name: string): RowMetric => column(field, kinds, 'counter', name);
const gauge = (field: F, kinds: string, name: string): RowMetric => column(field, kinds, 'gauge', name);

/** A column in milliseconds, told in seconds: Prometheus wants base units. */
function seconds(field: F, name: string): RowMetric {
  const help = STAT_FIELDS[field].description.replace('illiseconds', 'econds');
  const samples: RowMetric['samples'] = ({ row }, emit) => emit('', inSeconds(row.cells[field]));
  return { name, kinds: 'BS', type: 'gauge', help, samples };
}

function inSeconds(cell: StatRow['cells'][number]): string | undefined {
  return typeof cell === 'number' ? (cell / 1000).toFixed(6) : undefined;
}

/** 1 for the state that holds, 0 for the others. */
function tellState(states: readonly string[], current: string, emit: Emit): void {
  for (const state of states) emit(`state="${state}"`, state === current ? 1 : 0);
}

const LISTENER_STATES = ['WAITING', 'OPEN', 'FULL'];
const PROXY_STATES = ['DOWN', 'UP'];

const status: RowMetric = {
  name: 'status',
  kinds: 'LFBS',
  type: 'gauge',
  help: 'State: 1 for the one it is in, 0 for the others',
  samples({ row }, emit) {
    const text = String(row.cells[F.status]);
    if (row.server !== undefined) tellState(SERVER_STATES, exportedState(row.server), emit);
    else if (row.kind === 'L') tellState(LISTENER_STATES, text, emit);
    else tellState(PROXY_STATES, text === 'DOWN' || text === 'STOP' ? 'DOWN' : 'UP', emit);
  },
};

/** Responses by class of status: one family, whose samples HAProxy orders by class before row. */
const responses: readonly RowMetric[] = (
  [
    ['1xx', F.hrsp1xx],
    ['2xx', F.hrsp2xx],
    ['3xx', F.hrsp3xx],
    ['4xx', F.hrsp4xx],
    ['5xx', F.hrsp5xx],
    ['other', F.hrspOther],
  ] as const
).map(([code, field]) =>
  inHttp({
    name: 'http_responses_total',
    kinds: 'FBS',
    type: 'counter',
    help: 'Responses by the class of their status',
    samples: ({ row }, emit) => emit(`code="${code}"`, row.cells[field]),
  }),
);

/** Of servers with checks that are not in maintenance; the others are left out. */
function checkMetric(
  name: string,
  help: string,
  samples: (server: Server, row: StatRow, emit: Emit) => void,
): RowMetric {
  return {
    name,
    kinds: 'S',
    type: 'gauge',
    help,
    samples({ row }, emit) {
      if (row.server !== undefined && exportedCheck(row.server) !== undefined) samples(row.server, row, emit);
    },
  };
}

const checks: readonly RowMetric[] = [
  checkMetric('check_status', 'Outcome of the last check: 1 for it, 0 for the others', (server, _row, emit) =>
    tellState(CHECK_STATES, server.checkResult.status, emit),
  ),
  checkMetric('check_code', 'Status code that the last check received, 0 = none', (_server, { cells }, emit) =>
    emit('', cells[F.checkCode] ?? 0),
  ),
  checkMetric('check_duration_seconds', 'Seconds the last check took', ({ checkResult }, { cells }, emit) => {
    if (hasCheckEnded(checkResult.status)) emit('', inSeconds(cells[F.checkDuration]));
  }),
];

/** How many servers of a backend are in each state; nothing of one without servers. */
function aggregate(
  name: string,
  help: string,
  states: readonly string[],
  stateOf: (server: Server) => string | undefined,
): RowMetric {
  return {
    name,
    kinds: 'B',
    type: 'gauge',
    help,
    samples({ backend }, emit) {
      const servers = backend?.servers ?? [];
      if (servers.length === 0) return;
      const counts = new Map(states.map((state) => [state, 0]));
      for (const server of servers) {
        const state = stateOf(server);
        const before = state === undefined ? undefined : counts.get(state);
        if (state !== undefined && before !== undefined) counts.set(state, before + 1);
      }
      for (const [state, number] of counts) emit(`state="${state}"`, number);
    },
  };
}

/** Everything about rows, in the order of their columns, which is HAProxy 2.6's. */
// prettier-ignore
export const ROW_METRICS: readonly RowMetric[] = [
  gauge(F.qcur, 'BS', 'current_queue'),
  gauge(F.qmax, 'BS', 'max_queue'),
  gauge(F.scur, 'LFBS', 'current_sessions'),
  gauge(F.smax, 'LFBS', 'max_sessions'),
  gauge(F.slim, 'LFBS', 'limit_sessions'),
  count(F.stot, 'LFBS', 'sessions_total'),
  count(F.bin, 'LFBS', 'bytes_in_total'),
  count(F.bout, 'LFBS', 'bytes_out_total'),
  count(F.dreq, 'LFB', 'requests_denied_total'),
  count(F.dresp, 'LFBS', 'responses_denied_total'),
  count(F.ereq, 'LF', 'request_errors_total'),
  count(F.econ, 'BS', 'connection_errors_total'),
  count(F.eresp, 'BS', 'response_errors_total'),
  count(F.wretr, 'BS', 'retry_warnings_total'),
  count(F.wredis, 'BS', 'redispatch_warnings_total'),
  status,
  gauge(F.weight, 'BS', 'weight'),
  gauge(F.act, 'B', 'active_servers'),
  gauge(F.bck, 'B', 'backup_servers'),
  count(F.chkfail, 'S', 'check_failures_total'),
  count(F.chkdown, 'BS', 'check_up_down_total'),
  gauge(F.lastchg, 'BS', 'check_last_change_seconds'),
  count(F.downtime, 'BS', 'downtime_seconds_total'),
  gauge(F.qlimit, 'S', 'queue_limit'),
  gauge(F.throttle, 'S', 'current_throttle'),
  count(F.lbtot, 'BS', 'loadbalanced_total'),
  gauge(F.rateLim, 'F', 'limit_session_rate'),
  gauge(F.rateMax, 'FBS', 'max_session_rate'),
  ...checks,
  ...responses,
  inHttp(gauge(F.reqRateMax, 'F', 'http_requests_rate_max')),
  inHttp(count(F.reqTot, 'FB', 'http_requests_total')),
  count(F.cliAbrt, 'BS', 'client_aborts_total'),
  count(F.srvAbrt, 'BS', 'server_aborts_total'),
  inHttp(count(F.compIn, 'FB', 'http_comp_bytes_in_total')),
  inHttp(count(F.compOut, 'FB', 'http_comp_bytes_out_total')),
  inHttp(count(F.compByp, 'FB', 'http_comp_bytes_bypassed_total')),
  inHttp(count(F.compRsp, 'FB', 'http_comp_responses_total')),
  gauge(F.lastsess, 'BS', 'last_session_seconds'),
  seconds(F.qtime, 'queue_time_average_seconds'),
  seconds(F.ctime, 'connect_time_average_seconds'),
  seconds(F.rtime, 'response_time_average_seconds'),
  seconds(F.ttime, 'total_time_average_seconds'),
  gauge(F.connRateMax, 'F', 'connections_rate_max'),
  count(F.connTot, 'F', 'connections_total'),
  inHttp(count(F.intercepted, 'F', 'intercepted_requests_total')),
  count(F.dcon, 'LF', 'denied_connections_total'),
  count(F.dses, 'LF', 'denied_sessions_total'),
  count(F.wrew, 'LFBS', 'failed_header_rewriting_total'),
  count(F.connect, 'BS', 'connection_attempts_total'),
  count(F.reuse, 'BS', 'connection_reuses_total'),
  inHttp(count(F.cacheLookups, 'FB', 'http_cache_lookups_total')),
  inHttp(count(F.cacheHits, 'FB', 'http_cache_hits_total')),
  gauge(F.srvIcur, 'S', 'idle_connections_current'),
  gauge(F.srcIlim, 'S', 'idle_connections_limit'),
  seconds(F.qtimeMax, 'max_queue_time_seconds'),
  seconds(F.ctimeMax, 'max_connect_time_seconds'),
  seconds(F.rtimeMax, 'max_response_time_seconds'),
  seconds(F.ttimeMax, 'max_total_time_seconds'),
  count(F.eint, 'LFBS', 'internal_errors_total'),
  gauge(F.idleConnCur, 'S', 'unsafe_idle_connections_current'),
  gauge(F.safeConnCur, 'S', 'safe_idle_connections_current'),
  gauge(F.usedConnCur, 'S', 'used_connections_current'),
  gauge(F.needConnEst, 'S', 'need_connections_current'),
  gauge(F.uweight, 'BS', 'uweight'),
  aggregate('agg_server_status', 'Servers by their state', SERVER_STATES, exportedState),
  aggregate('agg_server_check_status', 'Servers by their state, under the name it had first', SERVER_STATES, exportedState),
  aggregate('agg_check_status', 'Servers by the outcome of their last check', CHECK_STATES, exportedCheck),
];
