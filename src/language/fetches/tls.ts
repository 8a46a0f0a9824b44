import { integer, optional, string } from '../arguments.js';
import { USES, type Use } from '../checkpoint.js';
import { defineFetch, type ArgSpec, type FetchDefinition } from '../definition.js';
import type { SampleType } from '../../core/sample.js';

/**
 * TLS connections (manual 7.3.4). Listeners and servers with `ssl` are refused so far, so every connection is plain:
 * there, as in HAProxy, `ssl_fc`, `ssl_bc` and two more are false and everything else fails.
 */
function absent(out: SampleType, use: Use, names: string): FetchDefinition[] {
  return names.split(' ').map((name) =>
    defineFetch({
      name,
      args: argumentsOf(name),
      out: out as 'str',
      use,
      manual: '7.3.4',
      summary: 'a fact about a TLS connection; fails on plain ones',
      compile: () => () => undefined,
    }),
  );
}

/** Names of certificates take a part and its occurrence, lists of the hello a filter. */
function argumentsOf(name: string): readonly ArgSpec<unknown>[] {
  if (name.endsWith('_dn')) return [optional(string), optional(integer), optional(string)];
  return /list_(?:bin|hex|str)$/.test(name) ? [optional(integer)] : [];
}

function plain(name: string, use: Use, summary: string): FetchDefinition {
  return defineFetch({ name, args: [], out: 'bool', use, manual: '7.3.4', summary, compile: () => () => false });
}

const CERTIFICATE_STRINGS = 'i_dn key_alg notafter notbefore s_dn sig_alg';
const certificate = (prefix: string, names: string): string =>
  names
    .split(' ')
    .map((name) => prefix + name)
    .join(' ');

export const tls = [
  plain('ssl_fc', USES.clientSession, "whether the client's connection uses TLS"),
  plain('ssl_fc_has_sni', USES.clientSession, 'whether the client named a host in its TLS hello'),
  plain('ssl_fc_is_resumed', USES.clientSession, 'whether the TLS session was resumed'),
  plain('ssl_bc', USES.response, "whether the server's connection uses TLS"),
  ...absent('sint', USES.response, 'ssl_bc_alg_keysize ssl_bc_err ssl_bc_use_keysize'),
  ...absent('str', USES.response, 'ssl_bc_alpn ssl_bc_cipher ssl_bc_err_str ssl_bc_npn ssl_bc_protocol'),
  ...absent(
    'bin',
    USES.response,
    'ssl_bc_client_random ssl_bc_server_random ssl_bc_session_id ssl_bc_session_key ssl_bc_unique_id',
  ),
  ...absent('bool', USES.response, 'ssl_bc_is_resumed'),
  ...['ssl_c_', 'ssl_f_', 'ssl_s_'].flatMap((prefix) => [
    ...absent('str', USES.clientSession, certificate(prefix, CERTIFICATE_STRINGS)),
    ...absent(
      'bin',
      USES.clientSession,
      certificate(prefix, prefix === 'ssl_f_' ? 'der serial sha1' : 'chain_der der serial sha1'),
    ),
    ...absent('sint', USES.clientSession, `${prefix}version`),
  ]),
  ...absent('sint', USES.clientSession, 'ssl_c_ca_err ssl_c_ca_err_depth ssl_c_err ssl_c_verify'),
  ...absent('bool', USES.clientSession, 'ssl_c_used'),
  ...absent(
    'sint',
    USES.clientSession,
    'ssl_fc_alg_keysize ssl_fc_cipherlist_xxh ssl_fc_err ssl_fc_protocol_hello_id ssl_fc_use_keysize',
  ),
  ...absent(
    'str',
    USES.clientSession,
    'ssl_fc_alpn ssl_fc_cipher ssl_fc_cipherlist_bin ssl_fc_cipherlist_str ssl_fc_client_early_traffic_secret ' +
      'ssl_fc_client_handshake_traffic_secret ssl_fc_client_traffic_secret_0 ssl_fc_early_exporter_secret ssl_fc_ecformats_bin ' +
      'ssl_fc_eclist_bin ssl_fc_err_str ssl_fc_exporter_secret ssl_fc_extlist_bin ssl_fc_npn ssl_fc_protocol ' +
      'ssl_fc_server_handshake_traffic_secret ssl_fc_server_traffic_secret_0 ssl_fc_sni',
  ),
  ...absent(
    'bin',
    USES.clientSession,
    'ssl_fc_cipherlist_hex ssl_fc_client_random ssl_fc_server_random ssl_fc_session_id ssl_fc_session_key ssl_fc_unique_id',
  ),
  ...absent('bool', USES.clientSession, 'ssl_fc_has_crt ssl_fc_has_early'),
];
