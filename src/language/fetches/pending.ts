import { optional, string } from '../arguments.js';
import { USES, type Use } from '../checkpoint.js';
import { defineFetch, type FetchDefinition } from '../definition.js';
import type { SampleType } from '../../core/sample.js';

/** Fetches that can be written but whose subject tsproxy does not have yet; using one is refused with the reason. */
function pending(
  reason: string,
  manual: string,
  use: Use,
  out: SampleType,
  names: readonly string[],
  args = 3,
): FetchDefinition[] {
  return names.map((name) =>
    defineFetch({
      name,
      args: Array.from({ length: args }, () => optional(string)),
      out: out as 'str',
      use,
      manual,
      summary: `not available yet: ${reason}`,
      pending: reason,
      compile: () => () => undefined,
    }),
  );
}

/** Fetches of 3.x that 2.6 does not have. */
const NEWER =
  'bc_err_name bc_glitches bc_nb_streams bc_reused bc_rtt bc_rttvar bc_settings_streams_limit be_max_retries ' +
  'bs.aborted bs.debug_str bs.id bs.rst_code cpu_usage_grp cpu_usage_proc cpu_usage_thr cur_max_retries ' +
  'fc_err_name fc_glitches fc_nb_streams fc_saved_syn fc_settings_streams_limit fs.aborted ' +
  'fs.debug_str fs.id fs.rst_code req.bytes_out res.bytes_out sc0_glitch_cnt sc0_glitch_rate sc0_key ' +
  'sc1_glitch_cnt sc1_glitch_rate sc1_key sc2_glitch_cnt sc2_glitch_rate sc2_key sc_glitch_cnt sc_glitch_rate ' +
  'sc_key spoe.engine-id src_glitch_cnt src_glitch_rate ssl_bc_client_early_traffic_secret ' +
  'ssl_bc_client_handshake_traffic_secret ssl_bc_client_traffic_secret_0 ssl_bc_curve ' +
  'ssl_bc_early_exporter_secret ssl_bc_exporter_secret ssl_bc_server_handshake_traffic_secret ' +
  'ssl_bc_server_traffic_secret_0 ssl_bc_sni ssl_c_policies ssl_c_r_dn ssl_c_san ssl_fc_crtname ssl_fc_curve ' +
  'ssl_fc_early_rcvd ssl_fc_sigalgs_bin ssl_fc_supported_versions_bin term_events waiting_entity';

export const pendingFetches = [
  ...pending('FastCGI is not there yet', '7.3.6', USES.requestHeaders, 'str', ['fcgi.docroot', 'fcgi.index'], 0),
  ...pending(
    'it came after HAProxy 2.6, whose behaviour tsproxy has so far',
    '7.3',
    USES.internal,
    'str',
    NEWER.split(' '),
  ),
];
