/**
 * The columns of `show stat` in HAProxy 2.6's order (management manual 9.1): tools find them by position, so none is ever
 * inserted. One row each; the CSV header, the typed and JSON outputs and their descriptions are all made from them.
 */

/** L listener, F frontend, B backend, S server. */
export type RowKind = 'L' | 'F' | 'B' | 'S';
export type ValueType = 'u32' | 'u64' | 's32' | 'str';

export interface StatField {
  readonly name: string;
  /** Which kinds of row have it. */
  readonly kinds: string;
  /** Origin, nature and scope as three letters (management manual 9.2). */
  readonly tags: string;
  readonly type: ValueType;
  readonly description: string;
}

/** Position of each column. */
// prettier-ignore
export const enum F {
  pxname, svname, qcur, qmax, scur, smax, slim, stot, bin, bout, dreq, dresp, ereq, econ, eresp, wretr, wredis,
  status, weight, act, bck, chkfail, chkdown, lastchg, downtime, qlimit, pid, iid, sid, throttle, lbtot, tracked,
  type, rate, rateLim, rateMax, checkStatus, checkCode, checkDuration, hrsp1xx, hrsp2xx, hrsp3xx, hrsp4xx, hrsp5xx,
  hrspOther, hanafail, reqRate, reqRateMax, reqTot, cliAbrt, srvAbrt, compIn, compOut, compByp, compRsp, lastsess,
  lastChk, lastAgt, qtime, ctime, rtime, ttime, agentStatus, agentCode, agentDuration, checkDesc, agentDesc,
  checkRise, checkFall, checkHealth, agentRise, agentFall, agentHealth, addr, cookie, mode, algo, connRate,
  connRateMax, connTot, intercepted, dcon, dses, wrew, connect, reuse, cacheLookups, cacheHits, srvIcur, srcIlim,
  qtimeMax, ctimeMax, rtimeMax, ttimeMax, eint, idleConnCur, safeConnCur, usedConnCur, needConnEst, uweight,
  aggServerStatus, aggServerCheckStatus, aggCheckStatus,
  /** Number of static columns; those of modules follow. */
  size,
}

const row = (name: string, kinds: string, tags: string, type: ValueType, description: string): StatField => ({
  name,
  kinds,
  tags,
  type,
  description,
});

// prettier-ignore
export const STAT_FIELDS: readonly StatField[] = [
  row('pxname', 'LFBS', 'KNS', 'str', 'Name of the proxy'),
  row('svname', 'LFBS', 'KNS', 'str', 'FRONTEND, BACKEND, or the name of the server or listener'),
  row('qcur', 'BS', 'MGP', 'u32', 'Requests waiting now; of a backend, those without a server'),
  row('qmax', 'BS', 'MMP', 'u32', 'Most requests that ever waited at once'),
  row('scur', 'LFBS', 'MGP', 'u32', 'Sessions open now'),
  row('smax', 'LFBS', 'MMP', 'u32', 'Most sessions ever open at once'),
  row('slim', 'LFBS', 'CLP', 'u32', 'Limit of concurrent sessions (maxconn; fullconn of a backend)'),
  row('stot', 'LFBS', 'MCP', 'u64', 'Sessions since the start'),
  row('bin', 'LFBS', 'MCP', 'u64', 'Bytes received from clients'),
  row('bout', 'LFBS', 'MCP', 'u64', 'Bytes sent to clients'),
  row('dreq', 'LFB', 'MCP', 'u64', 'Requests refused by a rule'),
  row('dresp', 'LFBS', 'MCP', 'u64', 'Responses refused by a rule'),
  row('ereq', 'LF', 'MCP', 'u64', 'Requests that were invalid, too slow or given up by the client'),
  row('econ', 'BS', 'MCP', 'u64', 'Requests for which no server could be connected'),
  row('eresp', 'BS', 'MCP', 'u64', 'Responses that were invalid, too slow or broken off'),
  row('wretr', 'BS', 'MCP', 'u64', 'Connections that were tried again'),
  row('wredis', 'BS', 'MCP', 'u64', 'Requests moved to another server after a failed connection'),
  row('status', 'LFBS', 'SGP', 'str', 'OPEN, FULL, UP, DOWN, MAINT, DRAIN, NOLB...'),
  row('weight', 'BS', 'MaP', 'u32', 'Effective weight; of a backend, the sum over its servers in use'),
  row('act', 'BS', 'SGP', 'u32', 'Active servers in use; of a server, 1 when it is an active one'),
  row('bck', 'BS', 'SGP', 'u32', 'Backup servers ready for use; of a server, 1 when it is a backup'),
  row('chkfail', 'S', 'MCP', 'u64', 'Checks that failed while the server was up'),
  row('chkdown', 'BS', 'MCP', 'u64', 'Times it went from up to down'),
  row('lastchg', 'BS', 'MAP', 'u32', 'Seconds since it last went up or down'),
  row('downtime', 'BS', 'MCP', 'u32', 'Seconds spent down'),
  row('qlimit', 'S', 'CGS', 'u32', "Limit of the server's queue (maxqueue)"),
  row('pid', 'LFBS', 'KGP', 'u32', 'Number of the process, always 1'),
  row('iid', 'LFBS', 'KGS', 'u32', 'Number of the proxy'),
  row('sid', 'LFBS', 'KGS', 'u32', 'Number of the server or listener in its proxy'),
  row('throttle', 'S', 'MaP', 'u32', 'Percentage of the weight reached so far by slowstart'),
  row('lbtot', 'BS', 'MCP', 'u64', 'Times it was chosen by load balancing'),
  row('tracked', 'S', 'CNS', 'str', 'The backend/server whose state this server follows'),
  row('type', 'LFBS', 'CGS', 'u32', '0 frontend, 1 backend, 2 server, 3 listener'),
  row('rate', 'FBS', 'MRP', 'u32', 'Sessions during the last second'),
  row('rate_lim', 'F', 'CLP', 'u32', 'Limit of sessions per second (rate-limit sessions)'),
  row('rate_max', 'FBS', 'MMP', 'u32', 'Most sessions ever seen in one second'),
  row('check_status', 'S', 'MOP', 'str', 'Outcome of the last check; "* " in front while one runs'),
  row('check_code', 'S', 'MOP', 'u32', 'Status code that the last check received'),
  row('check_duration', 'S', 'MDP', 'u64', 'Milliseconds the last check took'),
  row('hrsp_1xx', 'FBS', 'MCP', 'u64', 'Responses with a status 100 to 199'),
  row('hrsp_2xx', 'FBS', 'MCP', 'u64', 'Responses with a status 200 to 299'),
  row('hrsp_3xx', 'FBS', 'MCP', 'u64', 'Responses with a status 300 to 399'),
  row('hrsp_4xx', 'FBS', 'MCP', 'u64', 'Responses with a status 400 to 499'),
  row('hrsp_5xx', 'FBS', 'MCP', 'u64', 'Responses with a status 500 to 599'),
  row('hrsp_other', 'FBS', 'MCP', 'u64', 'Responses with another status, or none'),
  row('hanafail', 'S', 'MCP', 'u64', 'Failures seen in traffic (observe)'),
  row('req_rate', 'F', 'MRP', 'u32', 'Requests during the last second'),
  row('req_rate_max', 'F', 'MMP', 'u32', 'Most requests ever seen in one second'),
  row('req_tot', 'FBS', 'MCP', 'u64', 'Requests since the start'),
  row('cli_abrt', 'BS', 'MCP', 'u64', 'Transfers given up by the client'),
  row('srv_abrt', 'BS', 'MCP', 'u64', 'Transfers given up by the server'),
  row('comp_in', 'FB', 'MCP', 'u64', 'Bytes given to the compressor'),
  row('comp_out', 'FB', 'MCP', 'u64', 'Bytes that came out of the compressor'),
  row('comp_byp', 'FB', 'MCP', 'u64', 'Bytes sent uncompressed for lack of CPU or bandwidth'),
  row('comp_rsp', 'FB', 'MCP', 'u64', 'Responses that were compressed'),
  row('lastsess', 'BS', 'MAP', 's32', 'Seconds since the last session, -1 when there was none'),
  row('last_chk', 'S', 'MOP', 'str', 'What the last check received, or its error'),
  row('last_agt', 'S', 'MOP', 'str', 'What the agent last said, or the error'),
  row('qtime', 'BS', 'MaP', 'u32', 'Mean milliseconds in queues, over recent sessions'),
  row('ctime', 'BS', 'MaP', 'u32', 'Mean milliseconds to connect, over recent sessions'),
  row('rtime', 'BS', 'MaP', 'u32', 'Mean milliseconds to the response, over recent sessions'),
  row('ttime', 'BS', 'MaP', 'u32', 'Mean milliseconds of a whole session, over recent sessions'),
  row('agent_status', 'S', 'MOP', 'str', 'Outcome of the last agent check'),
  row('agent_code', 'S', 'MOP', 'u32', 'Code that the agent gave'),
  row('agent_duration', 'S', 'MDP', 'u64', 'Milliseconds the last agent check took'),
  row('check_desc', 'S', 'MOP', 'str', 'The outcome of the last check in words'),
  row('agent_desc', 'S', 'MOP', 'str', 'The outcome of the last agent check in words'),
  row('check_rise', 'S', 'CGS', 'u32', 'Successful checks needed to be up'),
  row('check_fall', 'S', 'CGS', 'u32', 'Failed checks needed to be down'),
  row('check_health', 'S', 'CGS', 'u32', 'Health counter of the checks, 0 to rise+fall-1'),
  row('agent_rise', 'S', 'CGS', 'u32', 'Successful agent checks needed to be up'),
  row('agent_fall', 'S', 'CGS', 'u32', 'Failed agent checks needed to be down'),
  row('agent_health', 'S', 'CGS', 'u32', 'Health counter of the agent checks, 0 to rise+fall-1'),
  row('addr', 'LS', 'CGS', 'str', 'Address and port, or "unix"'),
  row('cookie', 'BS', 'CNS', 'str', 'Cookie value of a server, cookie name of a backend'),
  row('mode', 'LFBS', 'CGS', 'str', 'http or tcp'),
  row('algo', 'B', 'CGS', 'str', 'Balancing algorithm'),
  row('conn_rate', 'F', 'MRP', 'u32', 'Connections during the last second'),
  row('conn_rate_max', 'F', 'MMP', 'u32', 'Most connections ever seen in one second'),
  row('conn_tot', 'F', 'MCP', 'u64', 'Connections since the start'),
  row('intercepted', 'F', 'MCP', 'u64', 'Requests answered by the proxy itself (stats, monitor)'),
  row('dcon', 'LF', 'MCP', 'u64', 'Connections refused by tcp-request connection'),
  row('dses', 'LF', 'MCP', 'u64', 'Connections refused by tcp-request session'),
  row('wrew', 'LFBS', 'MCP', 'u64', 'Header edits that failed'),
  row('connect', 'BS', 'MCP', 'u64', 'Connections opened to servers'),
  row('reuse', 'BS', 'MCP', 'u64', 'Requests sent over an already open connection'),
  row('cache_lookups', 'FB', 'MCP', 'u64', 'Requests looked up in the cache'),
  row('cache_hits', 'FB', 'MCP', 'u64', 'Requests answered from the cache'),
  row('srv_icur', 'S', 'MGP', 'u32', 'Idle connections that may be reused'),
  row('src_ilim', 'S', 'CLP', 'u32', 'Limit of idle connections (pool-max-conn)'),
  row('qtime_max', 'BS', 'MMP', 'u32', 'Longest milliseconds in queues'),
  row('ctime_max', 'BS', 'MMP', 'u32', 'Longest milliseconds to connect'),
  row('rtime_max', 'BS', 'MMP', 'u32', 'Longest milliseconds to the response'),
  row('ttime_max', 'BS', 'MMP', 'u32', 'Longest milliseconds of a whole session'),
  row('eint', 'LFBS', 'MCP', 'u64', 'Internal errors'),
  row('idle_conn_cur', 'S', 'MGP', 'u32', 'Idle connections whose reuse is not safe'),
  row('safe_conn_cur', 'S', 'MGP', 'u32', 'Idle connections whose reuse is safe'),
  row('used_conn_cur', 'S', 'MGP', 'u32', 'Connections in use'),
  row('need_conn_est', 'S', 'MGP', 'u32', 'Connections expected to be needed'),
  row('uweight', 'BS', 'MaP', 'u32', 'Weight as configured or set; of a backend, the sum over its servers in use'),
  row('agg_server_status', 'B', 'MGP', 'u32', 'Reserved for servers by state, which only the exporter counts'),
  row('agg_server_check_status', 'B', 'MGP', 'u32', 'Reserved for servers by check state, which only the exporter counts'),
  row('agg_check_status', 'B', 'MGP', 'u32', 'Reserved for servers by check outcome, which only the exporter counts'),
];

/** Columns that HAProxy tags differently in a backend's row: sums and gauges there. */
const BACKEND_TAGS: ReadonlyMap<number, string> = new Map([
  [F.act, 'MGP'],
  [F.bck, 'MGP'],
  [F.rate, 'MGP'],
  [F.rateMax, 'MGP'],
]);

/** Origin, nature and scope of a column in a row of this kind. */
export function tagsOf(field: number, kind: RowKind): string {
  return (kind === 'B' ? BACKEND_TAGS.get(field) : undefined) ?? STAT_FIELDS[field].tags;
}
