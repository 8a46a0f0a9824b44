import { expect, test } from 'vitest';
import { compileExpressionWord } from '../expression.js';
import { fakeScope, fakeServer, streamOf, wordOf, type FakeStream } from '../testing.js';

/** The text of an expression; undefined when the sample fails. */
function text(expression: string, stream: FakeStream, options: Parameters<typeof fakeScope>[0] = {}): unknown {
  return compileExpressionWord(wordOf(expression), fakeScope(options)).as('str')?.evaluate(stream);
}

function example(): FakeStream {
  const stream = streamOf('GET', '/a?b=c', [
    ['host', 'h'],
    ['cookie', 'a=1; b=2'],
    ['cookie', 'c=3'],
  ]);
  stream.server = fakeServer('s');
  Object.assign(stream.timers, { accept: 1000, requestStart: 1005, requestEnd: 1015, queueEnd: 1020 });
  Object.assign(stream.timers, { connectEnd: 1050, responseHead: 1119, end: 1200 });
  Object.assign(stream.log, { retries: 2, redispatched: true, termination: 'sQ', serverQueue: 3, backendQueue: 4 });
  stream.lastRule = { file: 'x.cfg', line: 7 };
  return stream;
}

test.each([
  ['req.timer.idle', '5'],
  ['req.timer.hdr', '10'],
  ['req.timer.tq', '15'],
  ['req.timer.queue', '5'],
  ['bc.timer.connect', '30'],
  ['res.timer.hdr', '69'],
  ['res.timer.data', '81'],
  ['fc.timer.total', '200'],
  ['txn.timer.total', '195'],
  ['accept_date(ms)', String(Date.UTC(2009, 1, 6, 11, 14, 14, 655))],
  ['request_date', String(Date.UTC(2009, 1, 6, 11, 14, 14) / 1000)],
  ['txn.status', '200'],
  ['txn.conn_retries', '2'],
  ['txn.redispatched', '1'],
  ['txn.sess_term_state', 'sQ'],
  ['bc_srv_queue', '3'],
  ['bc_be_queue', '4'],
  ['bytes_in', '100'],
  ['bytes_out', '2750'],
  ['last_entity', 'x.cfg:7'],
  ['quic_enabled', '0'],
  ['act_conn', '3'],
  ['tgroup', '0'],
  ['req.cook_names', 'a,b,c'],
  ['req.cook_names(;)', 'a;b;c'],
  ['cpu_ns_tot', '0'],
  ['prio_class', '0'],
])('%s', (expression, expected) => {
  expect(text(expression, example())).toBe(expected);
});

test('timers that are not reached have no value', () => {
  const stream = example();
  Object.assign(stream.timers, { connectEnd: -1, responseHead: -1 });
  expect(text('bc.timer.connect', stream)).toBeUndefined();
  expect(text('res.timer.hdr', stream)).toBeUndefined();
});

test('timeouts that rules have set', () => {
  const stream = example();
  const timeouts = { client: 1, server: 2, tunnel: 3, tarpit: 4, connect: 5, queue: 6 };
  stream.backend = { name: 'b', id: 1, mode: 'http', currentConnections: 0, queued: 0, servers: [], timeouts };
  expect(['server', 'tunnel', 'connect', 'queue'].map((one) => text(`cur_${one}_timeout`, stream))).toEqual([
    '2',
    '3',
    '5',
    '6',
  ]);
  expect(text('be_queue_timeout', stream)).toBe('6');
  Object.assign(stream, { serverTimeout: 20 });
  expect(text('cur_server_timeout', stream)).toBe('20');
});

test('acl() joins named ACLs', () => {
  const named = (name: string, held: boolean) =>
    [name, { name, places: -1, fetch: '', test: (): boolean => held }] as const;
  const acls = new Map([named('yes', true), named('no', false)]);
  expect(text('acl(yes,!no)', example(), { acls })).toBe('1');
  expect(text('acl(yes,no)', example(), { acls })).toBe('0');
  expect(() => text('acl(none)', example(), { acls })).toThrow(/ACL 'none' not found/);
});

test('dump_all_vars', () => {
  const stream = example();
  stream.txnVars = new Map([
    ['name', { type: 'str', value: 'John "Doe"\n' }],
    ['data', { type: 'bin', value: 'Hello' }],
    ['count', { type: 'sint', value: 42 }],
    ['active', { type: 'bool', value: true }],
    ['client', { type: 'ipv4', value: 0xc0a80101 }],
  ]);
  stream.session.vars = new Map([['x', { type: 'sint', value: 1 }]]);
  const txn =
    'txn.name="John \\"Doe\\"\\n", txn.data=x48656c6c6f, txn.count=42, txn.active=true, txn.client=192.168.1.1';
  expect(text('dump_all_vars(txn)', stream)).toBe(txn);
  expect(text('dump_all_vars', stream)).toBe(`sess.x=1, ${txn}`);
  expect(text('dump_all_vars(txn,c,|)', stream)).toBe('txn.count=42|txn.client=192.168.1.1');
});

test('distcc', () => {
  const stream = example();
  stream.requestBuffer = 'DIST00000001ARGC00000002ARGV00000002ccARGV00000003-o xDOTI00000000';
  expect(text('distcc_param(DIST)', stream)).toBe('1');
  expect(text('distcc_body(ARGV)', stream)).toBe('cc');
  expect(text('distcc_body(ARGV,2)', stream)).toBe('-o ');
});

test('keys of maps', () => {
  const files = { 'a.map': '/app 1\n/app/deep 2\n' };
  expect(text('path,map_beg_key(a.map)', streamOf('GET', '/app/x'), { files })).toBe('/app');
  expect(text('path,map_beg_int(a.map,7)', streamOf('GET', '/app/deep/x'), { files })).toBe('2');
  expect(text('path,map_beg_int(a.map,7)', streamOf('GET', '/'), { files })).toBe('7');
});
