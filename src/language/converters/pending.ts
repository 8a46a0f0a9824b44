import { optional, string } from '../arguments.js';
import { defineConverter, type ConverterDefinition } from '../definition.js';
import type { SampleType } from '../../core/sample.js';

/** Converters that can be written but whose subject tsproxy does not have yet; using one is refused with the reason. */
function pending(reason: string, input: SampleType, out: SampleType, names: string): ConverterDefinition[] {
  return names.split(' ').map((name) =>
    defineConverter({
      name,
      args: [optional(string), optional(string), optional(string), optional(string)],
      in: input as 'str',
      out: out as 'str',
      manual: '7.3.1',
      summary: `not available yet: ${reason}`,
      pending: reason,
      examples: [],
      pure: false,
      compile: () => () => undefined,
    }),
  );
}

/** Converters of 3.x that 2.6 does not have. */
const NEWER =
  'date eth.data eth.dst eth.hdr eth.proto eth.src eth.vlan ip.data ip.df ip.dst ip.fp ip.hdr ip.proto ip.src ' +
  'ip.tos ip.ttl ip.ver jwt_decrypt_cert jwt_decrypt_jwk jwt_decrypt_secret table_clr_gpc table_clr_gpc0 table_clr_gpc1 ' +
  'table_glitch_cnt table_glitch_rate table_inc_gpc table_inc_gpc0 table_inc_gpc1 tcp.dst tcp.flags tcp.options.mss ' +
  'tcp.options.sack tcp.options.tsopt tcp.options.tsval tcp.options.wscale tcp.options.wsopt tcp.options_list tcp.seq ' +
  'tcp.src tcp.win when x509_v_err_str';

export const pendingConverters = [
  ...pending('it came after HAProxy 2.6, whose behaviour tsproxy has so far', 'any', 'str', NEWER),
];
