import { beforeAll, describe, expect, test } from 'vitest';
import { FrameFlag, FrameType } from '../../src/protocol/h2/codes.js';
import { frame, H2Peer, type Fields } from '../support/h2-client.js';
import { lacks } from '../support/installed.js';
import { comparable } from '../support/log-line.js';
import { closes, ok, sends, sendsAndCloses } from '../support/origin.js';
import { pause, until } from '../support/poll.js';
import { Differential, type Bench } from './differential.js';

/** HTTP/2 clients: what the origin, the client and the log see. */

const CONFIG = `defaults
 mode http
 log global
 option httplog
 timeout connect 1s
 timeout client 2s
 timeout server 2s
frontend f
 bind 127.0.0.1:{web}
 http-request return status 200 content-type text/plain string "own" if { path /own }
 http-request deny if { path /deny }
 http-request reject if { path /reject }
 http-request redirect location /there if { path /redirect }
 http-request set-path /changed if { path /set-path }
 http-request set-header x-facts "%[req.ver] %[url] %[path] %[base] %[req.hdr(host)]"
 http-response set-header X-Added Yes
 default_backend b
backend b
 server s 127.0.0.1:{origin}
`;

const REQUEST: Fields = [
  [':method', 'GET'],
  [':scheme', 'http'],
  [':authority', 'example.com'],
  [':path', '/'],
];
/** The request with other, fewer or more fields; undefined takes one out. */
function like(changes: Readonly<Record<string, string | undefined>>, more: Fields = []): Fields {
  const fields = REQUEST.map(([name, value]) => [name, name in changes ? changes[name] : value] as const);
  return [...fields.filter((field): field is readonly [string, string] => field[1] !== undefined), ...more];
}
const at = (path: string, more: Fields = []): Fields => like({ ':path': path }, more);
const post = (path: string, more: Fields = []): Fields => like({ ':method': 'POST', ':path': path }, more);

type Act = (peer: H2Peer) => void | Promise<void>;
const asks = (fields: Fields, end = true): Act => (peer) => peer.headers(1, fields, end); // prettier-ignore
const all = (...acts: Act[]): Act => async (peer) => { for (const act of acts) await act(peer); }; // prettier-ignore
const data = (text: string, end = true): Act => (peer) => peer.data(1, text, end); // prettier-ignore
const bytes = (...frames: Buffer[]): Act => (peer) => peer.send(Buffer.concat(frames)); // prettier-ignore

const ROUTES = {
  '/chunked': sends('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n'),
  '/trailers': sends('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ntrailer: x-t\r\n\r\n5\r\nhello\r\n0\r\nX-T: yes\r\nx-u:  two \r\n\r\n'),
  '/close': sendsAndCloses('HTTP/1.1 200 OK\r\n\r\nuntil the close'),
  '/hints': sends(`HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n${ok('late')}`),
  '/204': sends('HTTP/1.1 204 No Content\r\n\r\n'),
  '/304': sends('HTTP/1.1 304 Not Modified\r\netag: "x"\r\ncontent-length: 5\r\n\r\n'),
  '/hop': sends(ok('hop', 'connection: keep-alive, x-hop\r\nkeep-alive: timeout=5\r\nproxy-connection: close\r\nupgrade: h2c\r\nx-hop: 1\r\nX-Mixed-Case: Value\r\nset-cookie: a=b\r\nset-cookie: c=d\r\n')),
  '/nothing': closes,
  '/cut': sendsAndCloses('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nshort'),
  '/nonsense': sends('nonsense\r\n\r\n'),
  '/100': sends(`HTTP/1.1 100 Continue\r\n\r\n${ok('after 100')}`),
}; // prettier-ignore

const SERVED: readonly (readonly [string, Act])[] = [
  ['a request', asks(REQUEST)],
  ['with fields', asks(at('/a/b?c=d', [['accept', '*/*'], ['x-a', 'b  c'], ['user-agent', '']]))],
  ['an empty value', asks(at('/', [['x-empty', '']]))],
  ['without an authority', asks(like({ ':authority': undefined }, [['host', 'from.host']]))],
  ['with both, equal', asks(at('/', [['host', 'example.com']]))],
  ['with neither', asks(like({ ':authority': undefined }))],
  ['default port', asks(like({ ':authority': 'example.com:80' }))],
  ['another port', asks(like({ ':authority': 'example.com:8080' }))],
  ['https', asks(like({ ':scheme': 'https', ':authority': 'example.com:443' }))],
  ['cookies in crumbs', asks(at('/', [['cookie', 'a=b'], ['x', 'y'], ['cookie', 'c=d'], ['cookie', 'e=f']]))],
  ['te: trailers', asks(at('/', [['te', 'trailers']]))],
  ['HEAD', asks(like({ ':method': 'HEAD' }))],
  ['OPTIONS *', asks(like({ ':method': 'OPTIONS', ':path': '*' }))],
  ['another method', asks(like({ ':method': 'PURGE' }))],
  ['POST without a body', asks(post('/'))],
  ['POST with a body', all(asks(post('/'), false), data('hello'))],
  ['POST with its length', all(asks(post('/', [['content-length', '5']]), false), data('hello'))],
  ['POST in frames', all(asks(post('/'), false), data('hel', false), () => pause(20), data('lo', false), data(''))],
  ['POST with trailers', all(asks(post('/'), false), data('hello', false), asks([['x-t', '1']]))],
  ['POST with a length and trailers', all(asks(post('/', [['content-length', '5']]), false), data('hello', false), asks([['x-t', '1']]))],
  ['GET with a body', all(asks(REQUEST, false), data('hello'))],
  ['expect', all(asks(post('/100', [['expect', '100-continue']]), false), () => pause(20), data('hello'))],
  ['chunks', asks(at('/chunked'))],
  ['trailers', asks(at('/trailers'))],
  ['until the close', asks(at('/close'))],
  ['early hints', asks(at('/hints'))],
  ['204', asks(at('/204'))],
  ['304', asks(at('/304'))],
  ['hop-by-hop fields of the server', asks(at('/hop'))],
  ['the server closes', asks(at('/nothing'))],
  ['the server talks nonsense', asks(at('/nonsense'))],
  ['an answer of our own', asks(at('/own'))],
  ['HEAD of an answer of our own', asks(like({ ':method': 'HEAD', ':path': '/own' }))],
  ['deny', asks(at('/deny'))],
  ['redirect', asks(at('/redirect'))],
  ['set-path', asks(at('/set-path?q'))],
  ['deny while the body comes', all(asks(post('/deny'), false), data('hello', false))],
  ['priority and padding', (peer) => peer.send(frame(FrameType.Headers, FrameFlag.EndHeaders | FrameFlag.EndStream | FrameFlag.Priority | FrameFlag.Padded, 1, Buffer.concat([Buffer.from([2, 0, 0, 0, 3, 9]), peer.block(REQUEST), Buffer.alloc(2)])))],
  ['continuation', (peer) => {
    const block = peer.block(REQUEST);
    peer.send(Buffer.concat([frame(FrameType.Headers, FrameFlag.EndStream, 1, block.subarray(0, 3)), frame(FrameType.Continuation, FrameFlag.EndHeaders, 1, block.subarray(3))]));
  }],
  ['an unknown frame and an unknown setting', all(bytes(frame(0x55, 0, 0, 'what'), frame(FrameType.Settings, 0, 0, Buffer.from([0, 0x77, 0, 0, 0, 1]))), asks(REQUEST))],
]; // prettier-ignore

const MALFORMED: readonly (readonly [string, Act])[] = [
  ['no method', asks(like({ ':method': undefined }))],
  ['no scheme', asks(like({ ':scheme': undefined }))],
  ['no path', asks(like({ ':path': undefined }))],
  ['an empty path', asks(at(''))],
  ['a path without a slash', asks(at('x'))],
  ['a path with a blank', asks(at('/a b'))],
  ['a path with a hash', asks(at('/a#b'))],
  ['a path with a control character', asks(at('/a\x01b'))],
  ['a path with high bytes', asks(at('/\xe4'))],
  ['a star with GET', asks(at('*'))],
  ['a method with a blank', asks(like({ ':method': 'GE T' }))],
  ['a scheme with a blank', asks(like({ ':scheme': 'ht tp' }))],
  ['an empty method', asks(like({ ':method': '' }))],
  ['an empty authority', asks(like({ ':authority': '' }))],
  ['authority and host differ', asks(at('/', [['host', 'other.com']]))],
  ['two hosts', asks(at('/', [['host', 'example.com'], ['host', 'other.com']]))],
  ['two methods', asks(at('/', [[':method', 'GET']]))],
  ['two paths', asks([...REQUEST, [':path', '/b']])],
  ['a pseudo-header after fields', asks([...REQUEST.slice(0, 3), ['x', 'y'], [':path', '/']])],
  ['an unknown pseudo-header', asks([...REQUEST, [':what', 'x']])],
  [':status in a request', asks([...REQUEST, [':status', '200']])],
  ['upper case', asks(at('/', [['X-Upper', 'x']]))],
  ['an empty name', asks(at('/', [['', 'x']]))],
  ['a name with a blank', asks(at('/', [['x y', 'x']]))],
  ['a name with a colon', asks(at('/', [['x:y', 'x']]))],
  ['LF in a value', asks(at('/', [['x', 'a\nb: c']]))],
  ['CR in a value', asks(at('/', [['x', 'a\rb']]))],
  ['NUL in a value', asks(at('/', [['x', 'a\0b']]))],
  ['connection', asks(at('/', [['connection', 'close']]))],
  ['keep-alive', asks(at('/', [['keep-alive', '5']]))],
  ['proxy-connection', asks(at('/', [['proxy-connection', 'close']]))],
  ['upgrade', asks(at('/', [['upgrade', 'h2c']]))],
  ['transfer-encoding', asks(post('/', [['transfer-encoding', 'chunked']]), false)],
  ['te: gzip', asks(at('/', [['te', 'gzip']]))],
  ['two lengths', asks(post('/', [['content-length', '5'], ['content-length', '6']]), false)],
  ['two equal lengths', all(asks(post('/', [['content-length', '5'], ['content-length', '5']]), false), data('hello'))],
  ['a length that is none', asks(post('/', [['content-length', '5x']]), false)],
  ['more than announced', all(asks(post('/', [['content-length', '5']]), false), () => pause(50), data('hello!'))],
  ['CONNECT with a path', asks(like({ ':method': 'CONNECT' }))],
]; // prettier-ignore

/** What 2.6 lets through, or answers with a page, and the RFC calls malformed (sections 8.1.1, 8.3.1): reset here. */
const STRICTER: readonly (readonly [string, Act])[] = [
  ['an authority with a slash', asks(like({ ':authority': 'a/b' }))],
  ['an authority with user information', asks(like({ ':authority': 'me@example.com' }))],
  ['a length but no body', asks(post('/', [['content-length', '5']]))],
  ['less than announced', all(asks(post('/', [['content-length', '5']]), false), () => pause(50), data('hell'))],
  ['a pseudo-header in trailers', all(asks(post('/'), false), data('x', false), asks([[':path', '/']]))],
]; // prettier-ignore

const BROKEN: readonly (readonly [string, Act])[] = [
  ['HEADERS on stream 0', (peer) => peer.headers(0, REQUEST)],
  ['an even stream', (peer) => peer.headers(2, REQUEST)],
  ['DATA on an idle stream', bytes(frame(FrameType.Data, 0, 1, 'x'))],
  ['DATA on stream 0', bytes(frame(FrameType.Data, 0, 0, 'x'))],
  ['WINDOW_UPDATE of 0', (peer) => peer.window(0, 0)],
  ['a window beyond 2^31', (peer) => peer.window(0, 0x7fffffff)],
  ['WINDOW_UPDATE on an idle stream', (peer) => peer.window(5, 1)],
  ['RST_STREAM on an idle stream', (peer) => peer.reset(5, 1)],
  ['a frame that is too large', bytes(frame(FrameType.Data, 0, 1, 'x'.repeat(16385)))],
  ['a PING of seven bytes', bytes(frame(FrameType.Ping, 0, 0, '1234567'))],
  ['a PING on a stream', bytes(frame(FrameType.Ping, 0, 1, '12345678'))],
  ['SETTINGS on a stream', bytes(frame(FrameType.Settings, 0, 1))],
  ['SETTINGS of five bytes', bytes(frame(FrameType.Settings, 0, 0, '12345'))],
  ['an acknowledgement with a payload', bytes(frame(FrameType.Settings, 1, 0, '123456'))],
  ['ENABLE_PUSH 2', bytes(frame(FrameType.Settings, 0, 0, Buffer.from([0, 2, 0, 0, 0, 2])))],
  ['INITIAL_WINDOW_SIZE 2^31', bytes(frame(FrameType.Settings, 0, 0, Buffer.from([0, 4, 0x80, 0, 0, 0])))],
  ['MAX_FRAME_SIZE 100', bytes(frame(FrameType.Settings, 0, 0, Buffer.from([0, 5, 0, 0, 0, 100])))],
  ['PUSH_PROMISE', bytes(frame(FrameType.PushPromise, 4, 1, '1234'))],
  ['CONTINUATION out of the blue', bytes(frame(FrameType.Continuation, 4, 1, 'x'))],
  ['something between HEADERS and CONTINUATION', (peer) => peer.send(Buffer.concat([frame(FrameType.Headers, 0, 1, peer.block(REQUEST)), frame(FrameType.Ping, 0, 0, '12345678')]))],
  ['padding longer than the frame', bytes(frame(FrameType.Headers, FrameFlag.EndHeaders | FrameFlag.Padded, 1, '\xff12345'))],
  ['a broken block', bytes(frame(FrameType.Headers, FrameFlag.EndHeaders | FrameFlag.EndStream, 1, Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff])))],
  ['an index that is not there', bytes(frame(FrameType.Headers, FrameFlag.EndHeaders | FrameFlag.EndStream, 1, Buffer.from([0xbf])))],
  ['a stream that depends on itself', (peer) => peer.send(frame(FrameType.Headers, 0x25, 1, Buffer.concat([Buffer.from([0, 0, 0, 1, 9]), peer.block(REQUEST)])))],
  ['a smaller stream after a larger one', all((peer) => peer.headers(5, at('/own')), () => pause(50), (peer) => peer.headers(3, at('/own')))],
  ['HEADERS again after the end', all(asks(at('/own')), () => pause(50), asks(at('/own')))],
  ['DATA after the end', all(asks(at('/own')), () => pause(50), data('x'))],
  ['GOAWAY', bytes(frame(FrameType.GoAway, 0, 0, Buffer.alloc(8)))],
]; // prettier-ignore

/** All that can be seen of one connection. */
async function perform(bench: Bench, act: Act, lines: number, ended: boolean): Promise<unknown> {
  const seen = bench.origin.connections.map(({ received }) => received.length);
  const logged = bench.log.entries.length;
  const peer = await H2Peer.connect(bench.proxy.port('web'));
  await act(peer);
  if (ended) await peer.answer(1, 4000).catch(() => {});
  else await until('an end', () => peer.ending !== 'open' || peer.goAway !== undefined, 300).catch(() => {});
  await pause(40);
  const mark = `127.0.0.1:${peer.port} `;
  const logs = (): string[] => bench.log.messages.slice(logged).filter((line) => line.startsWith(mark));
  await until('log lines', () => logs().length >= lines, 1500).catch(() => {});
  peer.close();
  return {
    answers: [...peer.answers].map(([id, answer]) => ({
      id,
      ...answer,
      heads: answer.heads.map((lines) => lines.map((line) => line.replace(/^date: .*/, 'date: DATE'))),
    })),
    goAway: peer.goAway,
    ending: peer.goAway === undefined ? peer.ending : 'told',
    origin: bench.origin.connections
      .map(({ received }, i) => received.slice(seen[i] ?? 0))
      .filter((text) => text !== '')
      .map((text) => text.replaceAll(/127\.0\.0\.1:\d+/g, 'ADDRESS').split('\n')),
    log: logs().map((line) => comparable(line).text),
  };
}

describe.skipIf(lacks('haproxy'))('HTTP/2', () => {
  let both: Differential;
  beforeAll(async () => {
    both = await Differential.start(CONFIG, ROUTES);
  }, 20_000);

  const same = async (act: Act, lines: number, ended: boolean): Promise<void> => {
    const [real, ours] = await Promise.all([
      perform(both.real, act, lines, ended),
      perform(both.ours, act, lines, ended),
    ]);
    expect(ours).toEqual(real);
  };

  test.each(SERVED)('%s', (_name, act) => same(act, 1, true));
  test.each(MALFORMED)('malformed: %s', (_name, act) => same(act, 1, true));
  test.each(STRICTER)('stricter: %s', async (_name, act) => {
    const seen = both.ours.origin.connections.map(({ requests }) => requests.length);
    const peer = await H2Peer.connect(both.ours.proxy.port('web'));
    await act(peer);
    expect((await peer.answer(1)).ending).toBe('reset 1');
    expect(both.ours.origin.connections.map(({ requests }) => requests.length).slice(0, seen.length)).toEqual(seen);
    peer.close();
  });
  test.each(BROKEN)('broken: %s', (_name, act) => same(act, 0, false));
});
