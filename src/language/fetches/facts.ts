import { optional, string, word } from '../arguments.js';
import { USES, type Use } from '../checkpoint.js';
import { ArgumentError, defineFetch, type FetchDefinition } from '../definition.js';
import { acceptDate, requestDate, timerOf } from '../log-format/timers.js';
import type { StreamContext } from '../../core/stream.js';

/** What 3.x can say of a stream that 2.6 only writes into logs (manual 7.3.2 to 7.3.4 and 8.4). */

const UNITS = { s: 1000, ms: 1, us: 0.001 } as const;

interface Facts {
  readonly name: string;
  readonly use: Use;
  readonly summary: string;
  readonly since: string;
}

function number(facts: Facts, read: (stream: StreamContext) => number | undefined): FetchDefinition {
  return defineFetch({ ...facts, args: [], out: 'sint', manual: '7.3.3', compile: () => read });
}

/** Milliseconds, none while the moment is not reached. */
function timer(name: string, use: Use, summary: string, read: (stream: StreamContext) => number): FetchDefinition {
  return number({ name, use, summary: `${summary}, in ms`, since: '3.0' }, (stream) => {
    const value = read(stream);
    return value < 0 ? undefined : value;
  });
}

function date(facts: Facts, read: (stream: StreamContext) => number): FetchDefinition {
  return defineFetch({
    ...facts,
    args: [optional(word(['s', 'ms', 'us'], "expects 's', 'ms' or 'us'."))],
    out: 'sint',
    manual: '7.3.3',
    compile:
      ([unit = 's']) =>
      (stream) =>
        Math.floor(read(stream) / UNITS[unit]),
  });
}

const { Ta, Tc, Td, Th, Ti, TR, Tq, Tr, Tt, Tu, Tw } = timerOf;
const NAMES = 12;

export const facts = [
  timer('fc.timer.handshake', USES.frontend, 'time of handshakes (%Th)', Th),
  timer('fc.timer.total', USES.frontend, 'total time (%Tt)', Tt),
  timer('bc.timer.connect', USES.response, 'time to connect to the server (%Tc)', Tc),
  timer('req.timer.hdr', USES.requestHeaders, 'time to receive the request (%TR)', TR),
  timer('req.timer.idle', USES.requestHeaders, 'idle time before the request (%Ti)', Ti),
  timer('req.timer.queue', USES.requestBuffer, 'time in queues (%Tw)', Tw),
  timer('req.timer.tq', USES.requestHeaders, 'time until the request was complete (%Tq)', Tq),
  timer('res.timer.data', USES.serverBytes, 'time to transfer the data (%Td)', Td),
  timer('res.timer.hdr', USES.responseHeaders, 'time until the response began (%Tr)', Tr),
  timer('txn.timer.total', USES.frontend, 'active time of the request (%Ta)', Ta),
  timer('txn.timer.user', USES.frontend, 'total time as the client sees it (%Tu)', Tu),
  date({ name: 'accept_date', use: USES.client, summary: 'when the stream began (%t)', since: '2.9' }, acceptDate),
  date({ name: 'request_date', use: USES.request, summary: 'when the request began (%tr)', since: '2.9' }, requestDate),
  number(
    { name: 'bytes_in', use: USES.request, summary: 'bytes received from the client (%U)', since: '3.0' },
    (stream) => stream.log.bytesIn,
  ),
  number(
    { name: 'req.bytes_in', use: USES.request, summary: 'bytes received from the client (%U)', since: '3.3' },
    (stream) => stream.log.bytesIn,
  ),
  number(
    { name: 'bytes_out', use: USES.serverBytes, summary: 'bytes sent to the client (%B)', since: '3.0' },
    (stream) => stream.log.bytesOut,
  ),
  number(
    { name: 'res.bytes_in', use: USES.serverBytes, summary: 'bytes of the response (%B)', since: '3.3' },
    (stream) => stream.log.bytesOut,
  ),
  number(
    { name: 'bc_be_queue', use: USES.response, summary: "place in the backend's queue (%bq)", since: '3.0' },
    (stream) => stream.log.backendQueue,
  ),
  number(
    { name: 'bc_srv_queue', use: USES.response, summary: "place in the server's queue (%sq)", since: '3.0' },
    (stream) => stream.log.serverQueue,
  ),
  number(
    { name: 'txn.conn_retries', use: USES.response, summary: 'retries of the connection (%rc)', since: '3.0' },
    (stream) => stream.log.retries,
  ),
  number(
    { name: 'txn.status', use: USES.response, summary: 'status of the answer, as logged (%ST)', since: '3.0' },
    (stream) => (stream.log.status < 0 ? undefined : stream.log.status),
  ),
  number(
    { name: 'server_status', use: USES.response, summary: "status in the server's response", since: '3.0' },
    (stream) => stream.response?.status,
  ),
  number(
    { name: 'txn.id32', use: USES.internal, summary: 'number of the request in this process', since: '3.0' },
    (stream) => stream.log.requestNumber,
  ),
  defineFetch({
    name: 'txn.redispatched',
    args: [],
    out: 'bool',
    use: USES.response,
    manual: '7.3.3',
    since: '3.0',
    summary: 'whether a retry went to another server',
    compile: () => (stream) => stream.log.redispatched,
  }),
  defineFetch({
    name: 'txn.sess_term_state',
    args: [],
    out: 'str',
    use: USES.internal,
    manual: '7.3.3',
    since: '3.0',
    summary: 'how the stream ended, as two letters (%ts)',
    compile: () => (stream) => stream.log.termination,
  }),
  defineFetch({
    name: 'last_entity',
    args: [],
    out: 'str',
    use: USES.internal,
    manual: '7.3.2',
    since: '3.2',
    summary: 'file and line of the final rule that matched last',
    compile: () => (stream) =>
      stream.lastRule === undefined ? undefined : `${stream.lastRule.file}:${stream.lastRule.line}`,
  }),
  defineFetch({
    name: 'quic_enabled',
    args: [],
    out: 'bool',
    use: USES.constant,
    manual: '7.3.2',
    since: '2.9',
    summary: 'whether QUIC is there: false',
    compile: () => () => false,
  }),
  defineFetch({
    name: 'uptime',
    args: [],
    out: 'sint',
    use: USES.constant,
    manual: '7.3.2',
    since: '3.1',
    summary: 'seconds since the process started',
    compile: () => () => Math.floor(process.uptime()),
  }),
  defineFetch({
    name: 'acl',
    args: [string, ...Array.from({ length: NAMES - 1 }, () => optional(string))],
    out: 'bool',
    use: USES.constant,
    manual: '7.3.2',
    since: '2.9',
    summary: 'whether all of these named ACLs hold; ! negates one',
    compile(names, { acls }) {
      const tests = names.flatMap((text) => {
        if (text === undefined) return [];
        const negated = text.startsWith('!');
        const found = acls.get(negated ? text.slice(1) : text);
        if (found === undefined) throw new ArgumentError(`ACL '${text}' not found.`);
        return [{ negated, test: found.test }];
      });
      return (stream) => tests.every(({ negated, test }) => test(stream) !== negated);
    },
  }),
];
