import { infoFields, type InfoSource } from '../stats/info.js';
import type { TextWriter } from '../stats/writer.js';
import { FamilyWriter, labelText, type Family } from './exposition.js';

interface GlobalMetric {
  readonly family: Family;
  readonly value: (source: InfoSource) => string | number | undefined;
}

const fields = infoFields();

/** A field of `show info`, under the exporter's name. */
function metric(field: string, type: Family['type'], name: string): GlobalMetric {
  const found = fields.get(field);
  if (found === undefined) throw new Error(`show info has no ${field}`);
  return { family: { name: `haproxy_process_${name}`, type, help: found.description }, value: found.value };
}

/** In HAProxy 2.6's order. */
// prettier-ignore
const GLOBAL_METRICS: readonly GlobalMetric[] = [
  metric('Nbthread', 'gauge', 'nbthread'),
  metric('Nbproc', 'gauge', 'nbproc'),
  metric('Process_num', 'gauge', 'relative_process_id'),
  metric('Uptime_sec', 'gauge', 'uptime_seconds'),
  metric('PoolFailed', 'counter', 'pool_failures_total'),
  metric('Ulimit-n', 'gauge', 'max_fds'),
  metric('Maxsock', 'gauge', 'max_sockets'),
  metric('Maxconn', 'gauge', 'max_connections'),
  metric('Hard_maxconn', 'gauge', 'hard_max_connections'),
  metric('CurrConns', 'gauge', 'current_connections'),
  metric('CumConns', 'counter', 'connections_total'),
  metric('CumReq', 'counter', 'requests_total'),
  metric('MaxSslConns', 'gauge', 'max_ssl_connections'),
  metric('CurrSslConns', 'gauge', 'current_ssl_connections'),
  metric('CumSslConns', 'counter', 'ssl_connections_total'),
  metric('Maxpipes', 'gauge', 'max_pipes'),
  metric('PipesUsed', 'counter', 'pipes_used_total'),
  metric('PipesFree', 'counter', 'pipes_free_total'),
  metric('ConnRate', 'gauge', 'current_connection_rate'),
  metric('ConnRateLimit', 'gauge', 'limit_connection_rate'),
  metric('MaxConnRate', 'gauge', 'max_connection_rate'),
  metric('SessRate', 'gauge', 'current_session_rate'),
  metric('SessRateLimit', 'gauge', 'limit_session_rate'),
  metric('MaxSessRate', 'gauge', 'max_session_rate'),
  metric('SslRate', 'gauge', 'current_ssl_rate'),
  metric('SslRateLimit', 'gauge', 'limit_ssl_rate'),
  metric('MaxSslRate', 'gauge', 'max_ssl_rate'),
  metric('SslFrontendKeyRate', 'gauge', 'current_frontend_ssl_key_rate'),
  metric('SslFrontendMaxKeyRate', 'gauge', 'max_frontend_ssl_key_rate'),
  metric('SslFrontendSessionReuse_pct', 'gauge', 'frontend_ssl_reuse'),
  metric('SslBackendKeyRate', 'gauge', 'current_backend_ssl_key_rate'),
  metric('SslBackendMaxKeyRate', 'gauge', 'max_backend_ssl_key_rate'),
  metric('SslCacheLookups', 'counter', 'ssl_cache_lookups_total'),
  metric('SslCacheMisses', 'counter', 'ssl_cache_misses_total'),
  metric('CompressBpsIn', 'counter', 'http_comp_bytes_in_total'),
  metric('CompressBpsOut', 'counter', 'http_comp_bytes_out_total'),
  metric('CompressBpsRateLim', 'gauge', 'limit_http_comp'),
  metric('ZlibMemUsage', 'gauge', 'current_zlib_memory'),
  metric('MaxZlibMemUsage', 'gauge', 'max_zlib_memory'),
  metric('Tasks', 'gauge', 'current_tasks'),
  metric('Run_queue', 'gauge', 'current_run_queue'),
  metric('Idle_pct', 'gauge', 'idle_time_percent'),
  metric('Stopping', 'gauge', 'stopping'),
  metric('Jobs', 'gauge', 'jobs'),
  metric('Unstoppable Jobs', 'gauge', 'unstoppable_jobs'),
  metric('Listeners', 'gauge', 'listeners'),
  metric('ActivePeers', 'gauge', 'active_peers'),
  metric('ConnectedPeers', 'gauge', 'connected_peers'),
  metric('DroppedLogs', 'counter', 'dropped_logs_total'),
  metric('BusyPolling', 'gauge', 'busy_polling_enabled'),
  metric('FailedResolutions', 'counter', 'failed_resolutions'),
  metric('TotalBytesOut', 'counter', 'bytes_out_total'),
  metric('TotalSplicdedBytesOut', 'counter', 'spliced_bytes_out_total'),
  metric('BytesOutRate', 'gauge', 'bytes_out_rate'),
  metric('CumRecvLogs', 'counter', 'recv_logs_total'),
  metric('Version', 'gauge', 'build_info'),
  metric('Memmax_bytes', 'gauge', 'max_memory_bytes'),
  metric('PoolAlloc_bytes', 'gauge', 'pool_allocated_bytes'),
  metric('PoolUsed_bytes', 'gauge', 'pool_used_bytes'),
  metric('Start_time_sec', 'gauge', 'start_time_seconds'),
];

/** The process: `scope=global`. */
export function writeGlobal(text: TextWriter, source: InfoSource): void {
  for (const { family, value } of GLOBAL_METRICS) {
    const writer = new FamilyWriter(text, family);
    const figure = value(source);
    // a text is told by a label: its sample is always 1
    if (typeof figure === 'string') writer.add(labelText([['version', figure]]), 1);
    else writer.add('', figure);
  }
}
