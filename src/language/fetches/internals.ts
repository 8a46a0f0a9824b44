import { optional, spec, string, word } from '../arguments.js';
import { USES } from '../checkpoint.js';
import { ArgumentError, defineFetch, type FetchDefinition } from '../definition.js';

const MANUAL = '7.3.7';
const KERNEL = "it is in the kernel's TCP_INFO, which Node.js does not show";
const HTX = "HAProxy's buffers have no counterpart";

const timeUnit = optional(word(['s', 'ms', 'us'], "unit must be 's', 'ms' or 'us'."));
const blockPosition = spec('string', (text) => {
  if (!/^(?:head|tail|first|\d+)$/.test(text)) throw new ArgumentError('invalid block position.');
  return text;
});

/** What the kernel knows of the client's connection: as HAProxy's where the system does not tell, they give nothing. */
const tcpInfo = (name: string, unit: boolean, summary: string): FetchDefinition =>
  defineFetch({
    name,
    args: [unit ? timeUnit : optional(string)],
    out: 'sint',
    use: USES.client,
    manual: '7.3.3',
    summary,
    unknown: KERNEL,
    compile: () => () => undefined,
  });

const message = (name: string, summary: string): FetchDefinition =>
  defineFetch({
    name: `internal.htx.${name}`,
    args: [],
    out: 'sint',
    use: USES.eitherHeaders,
    manual: MANUAL,
    summary,
    unknown: HTX,
    compile: () => () => undefined,
  });

const block = (name: string, out: 'sint' | 'str' | 'bin', summary: string): FetchDefinition =>
  defineFetch({
    name: `internal.htx_blk.${name}`,
    args: [blockPosition],
    out: out as 'str',
    use: USES.eitherHeaders,
    manual: MANUAL,
    summary,
    unknown: HTX,
    compile: () => () => undefined,
  });

/** What says more of HAProxy's inside, or the kernel's, than of the traffic (manual 7.3.3, 7.3.7). */
export const internals = [
  tcpInfo('fc_fackets', false, 'packets counted by forward acknowledgement'),
  tcpInfo('fc_lost', false, 'lost packets'),
  tcpInfo('fc_reordering', false, 'reorderings'),
  tcpInfo('fc_retrans', false, 'retransmitted packets'),
  tcpInfo('fc_rtt', true, 'round trip time'),
  tcpInfo('fc_rttvar', true, 'its variance'),
  tcpInfo('fc_sacked', false, 'selectively acknowledged packets'),
  tcpInfo('fc_unacked', false, 'packets not acknowledged yet'),
  defineFetch({
    name: 'dst_conn',
    args: [],
    out: 'sint',
    use: USES.frontend,
    manual: '7.3.3',
    summary: 'number of connections of the listener, this one included',
    compile: () => (stream) => stream.session.listener.currentConnections,
  }),
  defineFetch({
    name: 'cpu_calls',
    args: [],
    out: 'sint',
    use: USES.internal,
    manual: '7.3.2',
    summary: 'number of calls to the task of the stream',
    unknown: 'streams have no tasks',
    compile: () => () => undefined,
  }),
  message('data', 'bytes of data in the message'),
  message('free', 'free space in the message'),
  message('free_data', 'free space for data in the message'),
  defineFetch({
    name: 'internal.htx.has_eom',
    args: [],
    out: 'bool',
    use: USES.eitherHeaders,
    manual: MANUAL,
    summary: 'whether the message is complete',
    compile: () => (stream) => (stream.response === undefined ? stream.requestComplete : stream.responseComplete),
  }),
  message('nbblks', 'number of blocks of the message'),
  message('size', 'size of the message'),
  message('used', 'bytes used by the message'),
  block('data', 'bin', 'data of a block'),
  block('hdrname', 'str', "name of a block's field"),
  block('hdrval', 'str', "value of a block's field"),
  block('size', 'sint', 'size of a block'),
  block('start_line', 'str', 'start line of a block'),
  block('type', 'str', 'type of a block'),
  defineFetch({
    name: 'internal.strm.is_htx',
    args: [],
    out: 'bool',
    use: USES.internal,
    manual: MANUAL,
    summary: 'whether the stream is one of HTTP',
    compile: () => (stream) => stream.http ?? stream.frontend.mode === 'http',
  }),
];
