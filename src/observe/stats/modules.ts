import type { RowKind, StatField } from './fields.js';

/**
 * Columns that HAProxy's modules add after the `-` column. The manual promises neither their presence nor their order,
 * but every row must have as many as the header. A figure that nobody counts stays empty: a made-up 0 would be a lie.
 */
export type ModuleName = 'ssl' | 'h2' | 'h1';
export interface ModuleField extends StatField {
  readonly module: ModuleName;
}
export const MODULE_NAMES: readonly ModuleName[] = ['ssl', 'h2', 'h1'];

const row = (module: ModuleName, name: string, kinds: string, tags: string, description: string): ModuleField => ({
  module,
  name,
  kinds,
  tags,
  type: 'u64',
  description,
});

// prettier-ignore
export const MODULE_FIELDS: readonly ModuleField[] = [
  row('ssl', 'ssl_sess', 'LFBS', 'MCP', 'TLS sessions established'),
  row('ssl', 'ssl_reused_sess', 'LFBS', 'MCP', 'TLS sessions resumed'),
  row('ssl', 'ssl_failed_handshake', 'LFBS', 'MCP', 'TLS handshakes that failed'),
  row('h2', 'h2_headers_rcvd', 'FB', 'MCP', 'HEADERS frames received'),
  row('h2', 'h2_data_rcvd', 'FB', 'MCP', 'DATA frames received'),
  row('h2', 'h2_settings_rcvd', 'FB', 'MCP', 'SETTINGS frames received'),
  row('h2', 'h2_rst_stream_rcvd', 'FB', 'MCP', 'RST_STREAM frames received'),
  row('h2', 'h2_goaway_rcvd', 'FB', 'MCP', 'GOAWAY frames received'),
  row('h2', 'h2_detected_conn_protocol_errors', 'FB', 'MCP', 'Protocol errors that ended a connection'),
  row('h2', 'h2_detected_strm_protocol_errors', 'FB', 'MCP', 'Protocol errors that ended a stream'),
  row('h2', 'h2_rst_stream_resp', 'FB', 'MCP', 'RST_STREAM frames sent for an error'),
  row('h2', 'h2_goaway_resp', 'FB', 'MCP', 'GOAWAY frames sent for an error'),
  row('h2', 'h2_open_connections', 'FB', 'MGP', 'Connections open now'),
  row('h2', 'h2_backend_open_streams', 'FB', 'MGP', 'Streams open now'),
  row('h2', 'h2_total_connections', 'FB', 'MCP', 'Connections since the start'),
  row('h2', 'h2_backend_total_streams', 'FB', 'MCP', 'Streams since the start'),
  row('h1', 'h1_open_connections', 'FB', 'MGP', 'Connections open now'),
  row('h1', 'h1_open_streams', 'FB', 'MGP', 'Streams open now'),
  row('h1', 'h1_total_connections', 'FB', 'MCP', 'Connections since the start'),
  row('h1', 'h1_total_streams', 'FB', 'MCP', 'Streams since the start'),
  row('h1', 'h1_bytes_in', 'FB', 'MCP', 'Bytes received'),
  row('h1', 'h1_bytes_out', 'FB', 'MCP', 'Bytes sent'),
  row('h1', 'h1_spliced_bytes_in', 'FB', 'MCP', 'Bytes received by splicing in the kernel'),
  row('h1', 'h1_spliced_bytes_out', 'FB', 'MCP', 'Bytes sent by splicing in the kernel'),
];

/** What decides whether a module can have counted anything for a row. */
export interface ModuleFacts {
  readonly kind: RowKind;
  readonly proxy: { readonly mode: 'http' | 'tcp' };
  /** The row's own lines ask for TLS. */
  readonly tls: boolean;
  /** See StatRow. */
  readonly tlsFigures?: readonly number[];
}

const byFacts = new Map<string, readonly (number | undefined)[]>();

const TLS_FIELDS = MODULE_FIELDS.filter(({ module }) => module === 'ssl').length;

/** Figures by MODULE_FIELDS; undefined = not counted. */
export function moduleValues(facts: ModuleFacts): readonly (number | undefined)[] {
  const values = knownValues(facts);
  // those of TLS are the first
  return facts.tls && facts.tlsFigures !== undefined ? [...facts.tlsFigures, ...values.slice(TLS_FIELDS)] : values;
}

/**
 * Figures by MODULE_FIELDS where they are known without counting: no TLS was ever spoken where none is configured, and no
 * HTTP where the mode is TCP. undefined = not counted.
 */
function knownValues({ kind, proxy, tls }: ModuleFacts): readonly (number | undefined)[] {
  const key = `${kind}${proxy.mode}${tls}`;
  let values = byFacts.get(key);
  if (values === undefined) {
    values = MODULE_FIELDS.map((field) => {
      if (!field.kinds.includes(kind)) return undefined;
      if (field.module === 'ssl') return tls ? undefined : 0;
      return proxy.mode === 'tcp' ? 0 : undefined;
    });
    byFacts.set(key, values);
  }
  return values;
}
