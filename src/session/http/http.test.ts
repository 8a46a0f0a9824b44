import { afterEach, beforeAll, afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { BE, FE, SV } from '../../core/counters.js';
import { ServerChange } from '../../core/balancer.js';
import { ServerState } from '../../state/server.js';
import { Stage, get, ok, timesOf, type FakeTransport } from '../testing.js';

const DEFAULTS = `
defaults
  mode http
  log stdout format raw local0
  option httplog
  timeout connect 1s
  timeout client 30s
  timeout server 20s
  timeout queue 5s
`;
const SIMPLE = `${DEFAULTS}
frontend f
  bind :80
  default_backend b
backend b
  server s 192.0.2.10:8080
`;

let stages: Stage[] = [];

function stage(text: string): Stage {
  const made = new Stage(text);
  stages.push(made);
  return made;
}

/** `SIMPLE` with further lines in its frontend and backend. */
function simple(front = '', back = '', servers = '  server s 192.0.2.10:8080', common = ''): Stage {
  return stage(`${DEFAULTS}
${common}
frontend f
  bind :80
${front}
  default_backend b
backend b
${back}
${servers}
`);
}

function statusOf(client: FakeTransport): string {
  return /^HTTP\/1\.\d (\d+)/.exec(client.received)?.[1] ?? '';
}

function pass(ms: number, on: Stage): void {
  vi.advanceTimersByTime(ms);
  on.settle();
}

beforeAll(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance', 'Date'] });
  vi.advanceTimersByTime(10_000);
});
afterAll(() => void vi.useRealTimers());
beforeEach(() => {
  stages = [];
});
afterEach(() => {
  for (const each of stages) {
    for (const transport of [...each.clients, ...each.servers]) transport.fail();
    for (const transport of [...each.clients, ...each.servers])
      if (transport.connecting) transport.outcome ??= 'ECONNREFUSED';
    each.settle();
    vi.advanceTimersByTime(200_000);
    each.settle();
    for (const client of each.clients) client.destroy();
    each.settle();
    expect(each.leftovers()).toEqual({});
    each.close();
  }
});

describe('an exchange', () => {
  test('passes both ways as it came, and leaves one line', () => {
    const s = stage(SIMPLE);
    const client = s.ask(get('/a', 'x-y: z\r\n'));
    expect(s.upstream.received).toBe('GET /a HTTP/1.1\r\nhost: a\r\nx-y: z\r\n\r\n');
    s.answer('HTTP/1.1 200 OK\r\nserver: t\r\ncontent-length: 3\r\n\r\nabc');
    expect(client.received).toBe('HTTP/1.1 200 OK\r\nserver: t\r\ncontent-length: 3\r\n\r\nabc');
    expect(s.allLogged).toEqual(['f b/s 200 59 ---- 1/1/0/0/0 0/0 "GET /a HTTP/1.1"']);
    expect(client.closed).toBe(false);
  });

  test('a request that arrives byte by byte is the same', () => {
    const s = stage(SIMPLE);
    const client = s.connect();
    for (const byte of 'POST /a HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\nhello') {
      client.send(byte);
      s.settle();
    }
    expect(s.upstream.received).toBe('POST /a HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\nhello');
    for (const byte of ok('world')) s.answer(byte);
    expect(client.received).toBe(ok('world'));
    expect(s.lines).toHaveLength(1);
  });

  test('kept-alive requests go one after the other over one server connection', () => {
    const s = stage(SIMPLE);
    const client = s.ask(get('/1'));
    s.answer(ok('one'));
    client.send(get('/2'));
    s.settle();
    s.answer(ok('two'));
    expect(s.servers).toHaveLength(1);
    expect(client.received).toBe(ok('one') + ok('two'));
    expect(s.server().counters[SV.connect]).toBe(1);
    expect(s.server().counters[SV.reuse]).toBe(1);
  });

  test('pipelined requests are answered in order, one at a time', () => {
    const s = stage(SIMPLE);
    const client = s.ask(get('/1') + get('/2') + get('/3'));
    expect(s.upstream.received).toBe(get('/1'));
    s.answer(ok('1'));
    expect(s.upstream.received).toBe(get('/1') + get('/2'));
    s.answer(ok('2'));
    s.answer(ok('3'));
    expect(client.received).toBe(ok('1') + ok('2') + ok('3'));
    expect(s.lines).toHaveLength(3);
  });

  test.each([
    ['204', 'HTTP/1.1 204 No Content\r\nx: y\r\n\r\n', 'GET'],
    ['304 with a length', 'HTTP/1.1 304 Not Modified\r\ncontent-length: 10\r\n\r\n', 'GET'],
    ['HEAD', 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n', 'HEAD'],
  ])('%s has no body', (_name, response, method) => {
    const s = stage(SIMPLE);
    const client = s.ask(get('/').replace('GET', method));
    s.answer(response);
    expect(client.received).toBe(response);
    client.send(get('/2'));
    s.settle();
    expect(s.upstream.received).toContain('GET /2');
    expect(s.servers).toHaveLength(1);
  });

  test('a body until the close ends with it', () => {
    const s = stage(SIMPLE);
    const client = s.ask(get('/'));
    s.answer('HTTP/1.1 200 OK\r\n\r\nabc');
    s.upstream.send('def').finish();
    s.settle();
    expect(client.received).toBe('HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nabcdef');
    expect(client.closed).toBe(true);
    expect(s.logged).toContain(' ---- ');
  });

  test('chunks pass without their extensions, trailers pass', () => {
    const s = stage(SIMPLE);
    const client = s.ask(get('/'));
    s.answer('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3;x=1\r\nabc\r\n0\r\nTr: x\r\n\r\n');
    expect(client.received).toBe('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\ntr: x\r\n\r\n');
  });

  test.each([
    ['1.0', '', true],
    ['1.0', 'connection: keep-alive\r\n', false],
    ['1.1', '', false],
    ['1.1', 'connection: close\r\n', true],
  ])('HTTP/%s %j: the connection closes: %s', (version, field, closes) => {
    const s = stage(SIMPLE);
    const client = s.ask(get('/', field, version));
    s.answer(ok());
    expect(client.closed).toBe(closes);
    expect(s.lines).toHaveLength(1);
  });

  test('informational responses pass before the final one', () => {
    const s = stage(SIMPLE);
    const client = s.ask('POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\nexpect: 100-continue\r\n\r\n');
    s.answer('HTTP/1.1 100 Continue\r\n\r\n');
    expect(client.received).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    client.send('ab');
    s.settle();
    expect(s.upstream.received.endsWith('\r\n\r\nab')).toBe(true);
    s.answer(`HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n${ok()}`);
    expect(client.received).toBe(`HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n${ok()}`);
    expect(s.logged).toContain(' 200 ');
  });

  test('bytes after the response cost the server connection its place', () => {
    const s = stage(SIMPLE);
    const client = s.ask(get('/'));
    s.answer(`${ok()}HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil`);
    client.send(get('/2'));
    s.settle();
    expect(s.servers).toHaveLength(2);
    s.answer(ok('good'));
    expect(client.received).toBe(ok() + ok('good'));
  });
});

describe('tunnels', () => {
  const UPGRADE = 'GET /ws HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n';
  const SWITCH = 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n';

  test('after 101 bytes go both ways, half closes too', () => {
    const s = stage(SIMPLE);
    const client = s.ask(UPGRADE);
    s.answer(`${SWITCH}hello`);
    client.send('ping');
    s.settle();
    expect(client.received).toBe(`${SWITCH}hello`);
    expect(s.upstream.received.endsWith('ping')).toBe(true);
    client.finish();
    s.settle();
    expect(s.upstream.ended).toBe(true);
    expect(s.lines).toHaveLength(0);
    s.upstream.send('last').finish();
    s.settle();
    expect(client.received.endsWith('last')).toBe(true);
    expect(client.closed).toBe(true);
    expect(s.logged).toContain(' 101 ');
    expect(s.logged).toContain(' ---- ');
  });

  test('what the client said before the answer follows; its FIN too', () => {
    const s = stage(SIMPLE);
    const client = s.ask(`${UPGRADE}early`);
    client.finish();
    s.settle();
    s.answer(SWITCH);
    expect(s.upstream.received.endsWith('early')).toBe(true);
    expect(s.upstream.ended).toBe(true);
    s.upstream.finish();
    s.settle();
    expect(client.closed).toBe(true);
  });

  test('a CONNECT that succeeds', () => {
    const s = stage(SIMPLE);
    const client = s.ask('CONNECT x:1 HTTP/1.1\r\nhost: x:1\r\n\r\n');
    s.answer('HTTP/1.1 200 OK\r\n\r\nabc');
    client.send('GET / HTTP/1.1\r\n\r\n');
    s.settle();
    expect(client.received).toBe('HTTP/1.1 200 OK\r\n\r\nabc');
    expect(s.upstream.received.endsWith('GET / HTTP/1.1\r\n\r\n')).toBe(true);
  });

  test('silence ends them after timeout tunnel', () => {
    const s = simple('', '  timeout tunnel 60s');
    const client = s.ask(UPGRADE);
    s.answer(SWITCH);
    pass(59_000, s);
    expect(s.lines).toHaveLength(0);
    pass(2000, s);
    expect(client.ended || client.closed).toBe(true);
    expect(s.lines).toHaveLength(1);
  });

  test('a slow side holds the other back', () => {
    const s = stage(SIMPLE);
    const client = s.ask(UPGRADE);
    s.answer(SWITCH);
    s.upstream.writable = false;
    for (let i = 0; i < 10; i++) {
      client.send('x'.repeat(10_000));
      s.settle();
    }
    expect(client.unread).toBeGreaterThan(0);
    expect(s.upstream.pendingBytes).toBeLessThan(60_000);
    s.upstream.writable = true;
    s.settle();
    expect(s.upstream.received.endsWith('x'.repeat(100_000))).toBe(true);
  });
});

describe('early responses', () => {
  const POST = 'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\n';

  test('the rest of the request still goes to the server, then the next one', () => {
    const s = stage(SIMPLE);
    const client = s.ask(`${POST}abc`);
    s.answer(ok());
    expect(client.received).toBe(ok());
    expect(s.lines).toHaveLength(0);
    client.send(`defghij${get('/2')}`);
    s.settle();
    expect(s.upstream.received).toBe(`${POST}abcdefghij${get('/2')}`);
    s.answer(ok('2'));
    expect(client.received).toBe(ok() + ok('2'));
    expect(s.lines).toHaveLength(2);
  });

  test('a server that closes after its answer ends it', () => {
    const s = stage(SIMPLE);
    const client = s.ask(`${POST}abc`);
    s.answer(ok());
    s.upstream.finish();
    s.settle();
    expect(client.received).toBe(ok());
    expect(s.lines).toHaveLength(1);
  });

  test('the server is not blamed for a client that stops sending', () => {
    const s = simple('  timeout client 40s');
    s.ask(`${POST}abc`);
    s.answer(ok());
    pass(25_000, s);
    expect(s.lines).toHaveLength(0);
    pass(20_000, s);
    expect(s.logged).toContain(' cD-- ');
  });
});

describe('failures', () => {
  test('refused: a retry each second, then 503 SC', () => {
    const s = stage(SIMPLE);
    s.connects = () => 'ECONNREFUSED';
    const client = s.ask(get('/'));
    for (let i = 0; i < 3; i++) pass(1010, s);
    expect(statusOf(client)).toBe('503');
    expect(s.servers).toHaveLength(4);
    expect(s.logged).toBe('f b/s 503 217 SC-- 1/1/0/0/3 0/0 "GET / HTTP/1.1"');
    expect(s.server().counters[SV.econ]).toBe(1);
    expect(s.server().counters[SV.wretr]).toBe(3);
    expect(client.closed).toBe(false);
  });

  test('no answer to connect: retries at once, then 503 sC', () => {
    const s = simple('', '  retries 1');
    s.connects = () => undefined;
    const client = s.ask(get('/'));
    pass(1010, s);
    expect(s.servers).toHaveLength(2);
    pass(1010, s);
    expect(statusOf(client)).toBe('503');
    expect(s.logged).toContain('503 217 sC-- 1/1/0/0/1 0/0');
  });

  test('redispatch goes to another server and says so', () => {
    const s = simple('', '  option redispatch', '  server a 192.0.2.10:1\n  server b 192.0.2.11:1');
    s.connects = ({ address }) => (address === '192.0.2.10' ? 'ECONNREFUSED' : '');
    const client = s.ask(get('/'));
    s.answer(ok());
    expect(statusOf(client)).toBe('200');
    expect(s.logged).toContain('f b/b 200 51 ---- 1/1/0/0/+1 0/0');
    expect(s.server('b', 'a').counters[SV.wredis]).toBe(1);
    expect(s.backend().counters[BE.wredis]).toBe(1);
  });

  test.each([
    ['closes', (t: FakeTransport) => t.finish(), '502', 'SH--', 1],
    // 2.6 counts it twice
    ['resets', (t: FakeTransport) => t.fail(), '502', 'SH--', 2],
    ['talks nonsense', (t: FakeTransport) => t.send('blah\r\n\r\n'), '502', 'PH--', 1],
    ['sends half a head and closes', (t: FakeTransport) => t.send('HTTP/1.1 200').finish(), '502', 'SH--', 1],
  ])('a server that %s instead of answering', (_name, act, status, flags, errors) => {
    const s = stage(SIMPLE);
    const client = s.ask(get('/'));
    act(s.upstream);
    s.settle();
    expect(statusOf(client)).toBe(status);
    expect(s.logged).toContain(` ${flags} `);
    expect(s.server().counters[SV.eresp]).toBe(errors);
    expect(s.lines).toHaveLength(1);
  });

  test('a server that says nothing: 504 sH', () => {
    const s = stage(SIMPLE);
    const client = s.ask(get('/'));
    pass(20_020, s);
    expect(statusOf(client)).toBe('504');
    expect(s.logged).toContain(' sH-- ');
  });

  test.each([
    ['closes', (t: FakeTransport) => t.finish(), 'SD--', 0],
    ['resets', (t: FakeTransport) => t.fail(), 'SD--', 0],
    ['stops', (t: FakeTransport) => t, 'sD--', 20_020],
  ])('a server that %s in the middle of its body', (_name, act, flags, wait) => {
    const s = stage(SIMPLE);
    const client = s.ask(get('/'));
    s.answer('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nabc');
    act(s.upstream);
    s.settle();
    pass(wait, s);
    expect(client.closed).toBe(true);
    expect(client.received.endsWith('abc')).toBe(true);
    expect(s.logged).toContain(` 200 54 ${flags} `);
    expect(s.backend().counters[BE.srvAbrt]).toBe(1);
  });

  test('an error on a kept-alive connection closes it without a word: the client tries again', () => {
    const s = stage(SIMPLE);
    const client = s.ask(get('/'));
    s.answer(ok());
    client.send(get('/2'));
    s.settle();
    s.upstream.fail();
    s.settle();
    expect(client.received).toBe(ok());
    expect(client.closed).toBe(true);
  });

  test('garbage: 400 PR, once', () => {
    const s = stage(SIMPLE);
    const client = s.ask('xx\r\n\r\n');
    expect(statusOf(client)).toBe('400');
    expect(s.allLogged).toEqual(['f f/<NOSRV> 400 0 PR-- 1/1/0/0/0 0/0 "<BADREQ>"']);
    expect(s.frontend().counters[FE.ereq]).toBe(1);
  });

  test.each([
    ['says nothing and leaves', ''],
    ['leaves in the middle of a head', 'GET / HT'],
  ])('a client that %s: 400 CR, once', (_name, text) => {
    for (const end of ['finish', 'fail'] as const) {
      const s = stage(SIMPLE);
      const client = s.ask(text);
      client[end]();
      s.settle();
      expect(s.allLogged).toEqual(['f f/<NOSRV> 400 0 CR-- 1/1/0/0/0 0/0 "<BADREQ>"']);
      expect(s.frontend().counters[FE.ereq]).toBe(1);
      expect(statusOf(client)).toBe(end === 'finish' ? '400' : '');
      expect(client.closed).toBe(true);
    }
  });

  test('a slow head: 408 cR after timeout http-request, however it drips', () => {
    const s = simple('  timeout http-request 2s');
    const client = s.connect();
    pass(1500, s);
    client.send('GET / HT');
    s.settle();
    pass(600, s);
    expect(statusOf(client)).toBe('408');
    expect(s.logged).toBe('f f/<NOSRV> 408 0 cR-- 1/1/0/0/0 0/0 "<BADREQ>"');
  });

  test('an idle kept-alive connection closes without a word', () => {
    const s = simple('  timeout http-keep-alive 2s');
    const client = s.ask(get('/'));
    s.answer(ok());
    pass(2010, s);
    expect(client.closed).toBe(true);
    expect(client.received).toBe(ok());
    expect(s.lines).toHaveLength(1);
  });

  test('no server', () => {
    const s = simple('', '', '');
    const client = s.ask(get('/'));
    expect(statusOf(client)).toBe('503');
    expect(s.logged).toBe('f b/<NOSRV> 503 217 SC-- 1/1/0/0/0 0/0 "GET / HTTP/1.1"');
  });

  test('a malformed chunk in a request ends it on both sides', () => {
    const s = stage(SIMPLE);
    const client = s.ask('POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n');
    client.send('zz\r\nGET /evil HTTP/1.1\r\n\r\n');
    s.settle();
    expect(statusOf(client)).toBe('400');
    expect(s.upstream.received).not.toContain('evil');
    expect(s.upstream.closed).toBe(true);
    expect(s.lines).toHaveLength(1);
  });

  test('the error page of an errorfile that is empty closes at once', () => {
    const s = simple('  http-request deny if { path /d }\n  errorfile 403 /dev/null');
    const client = s.ask(get('/d'));
    expect(client.received).toBe('');
    expect(client.closed).toBe(true);
    expect(s.lines).toHaveLength(1);
  });
});

describe('retry-on', () => {
  test.each([
    ['empty-response', (t: FakeTransport) => t.finish()],
    ['503', (t: FakeTransport) => t.send('HTTP/1.1 503 No\r\ncontent-length: 2\r\n\r\nno')],
    ['junk-response', (t: FakeTransport) => t.send('blah\r\n\r\n')],
  ])('%s: the whole request again', (cause, act) => {
    const s = simple('', `  retry-on ${cause}`);
    const request = 'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\nhello';
    const client = s.ask(request);
    act(s.upstream);
    s.settle();
    expect(s.servers).toHaveLength(2);
    expect(s.upstream.received).toBe(request);
    s.answer(ok());
    expect(client.received).toBe(ok());
    expect(s.logged).toContain('---- 1/1/0/0/1 0/0');
  });

  test('response-timeout', () => {
    const s = simple('', '  retry-on response-timeout');
    s.ask(get('/'));
    pass(20_020, s);
    expect(s.servers).toHaveLength(2);
    expect(s.upstream.received).toBe(get('/'));
  });

  test('a body that was not there when the request was sent is not sent again', () => {
    const s = simple('', '  retry-on 503');
    const client = s.ask('POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\nhe');
    client.send('llo');
    s.settle();
    s.answer('HTTP/1.1 503 No\r\ncontent-length: 0\r\n\r\n');
    expect(s.servers).toHaveLength(1);
    expect(statusOf(client)).toBe('503');
  });

  test.each([
    ['none', 1],
    ['503', 1],
    ['0rtt-rejected', 1],
    ['conn-failure 503', 2],
    ['all-retryable-errors', 2],
  ])('%s: a server that refuses is asked %i times', (causes, times) => {
    const s = simple('', `  retries 1\n  retry-on ${causes}`);
    s.connects = () => 'ECONNREFUSED';
    const client = s.ask(get('/'));
    pass(1010, s);
    expect(s.servers).toHaveLength(times);
    expect(statusOf(client)).toBe('503');
  });

  test('a body that is larger than a buffer passes, and is not sent again', () => {
    const s = simple('', '  retry-on empty-response');
    const body = 'x'.repeat(100_000);
    const request = `POST / HTTP/1.1\r\nhost: a\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
    const client = s.ask(request);
    expect(s.upstream.received).toBe(request);
    s.upstream.finish();
    s.settle();
    expect(s.servers).toHaveLength(1);
    expect(statusOf(client)).toBe('502');
  });
});

describe('leaving clients', () => {
  test.each([
    [false, 'finish', ''],
    [true, 'finish', '400'],
  ] as const)('abortonclose %s: FIN while waiting', (option, how, status) => {
    const s = simple('', '', undefined, option ? '  option abortonclose' : '');
    const client = s.ask(get('/'));
    client[how]();
    s.settle();
    expect(statusOf(client)).toBe(status);
    if (option) expect(s.logged).toContain(' CH-- ');
    else {
      s.answer(ok());
      expect(client.received).toBe(ok());
      expect(client.closed).toBe(true);
    }
    expect(s.lines).toHaveLength(1);
  });

  test('abortonclose gives up the place in the queue', () => {
    const s = simple('', '', '  server s 192.0.2.10:1 maxconn 1', '  option abortonclose');
    s.ask(get('/1'));
    const waiting = s.ask(get('/2'));
    expect(s.server().queue.length + s.backend().queue.length).toBe(1);
    waiting.finish();
    s.settle();
    expect(s.server().queue.length + s.backend().queue.length).toBe(0);
    expect(waiting.received).toBe('');
    expect(waiting.closed).toBe(true);
    expect(s.logged).toContain(' -1 0 CQ-- ');
  });

  test.each([
    ['', '200', ' b/s 200 51 CD-- '],
    ['  option abortonclose', '', ' b/s -1 0 CD-- '],
  ])('%j: a reset while the server is at work', (option, _status, line) => {
    const s = simple('', '', undefined, option);
    const client = s.ask(get('/'));
    client.fail();
    s.settle();
    expect(s.upstream.closed).toBe(option !== '');
    expect(s.lines).toHaveLength(option === '' ? 0 : 1);
    s.answer(ok());
    expect(s.logged).toContain(line);
    expect(s.lines).toHaveLength(1);
    expect(s.backend().counters[BE.cliAbrt]).toBe(1);
  });

  test('a connection whose client left before the answer never carries another request', () => {
    const s = simple('', '  http-reuse always');
    const before = s.ask(get('/0'));
    s.answer(ok('0'));
    before.send(get('/1'));
    s.settle();
    const client = before;
    client.fail();
    s.settle();
    const other = s.ask(get('/2'));
    for (const server of s.servers) if (!server.closed && server.received.endsWith(get('/1'))) server.send(ok('first'));
    s.settle();
    expect(other.received).not.toContain('first');
  });

  test('FIN in the middle of an upload: nothing is sent, both close', () => {
    const s = stage(SIMPLE);
    const client = s.ask('POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\nabc');
    client.finish();
    s.settle();
    expect(client.received).toBe('');
    expect(client.closed).toBe(true);
    expect(s.upstream.closed).toBe(true);
    expect(s.logged).toContain(' -1 0 CD-- ');
  });

  test('a reset in the middle of an upload closes the server connection', () => {
    const s = stage(SIMPLE);
    const client = s.ask('POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\nabc');
    client.fail();
    s.settle();
    expect(s.upstream.closed).toBe(true);
    expect(s.lines).toHaveLength(1);
    expect(s.logged).toContain(' -1 0 CD-- ');
    expect(s.backend().counters[BE.cliAbrt]).toBe(1);
  });
});

describe('queues', () => {
  const ONE = '  server s 192.0.2.10:1 maxconn 1';

  test('the second waits for the first, then goes', () => {
    const s = simple('', '', ONE);
    const first = s.ask(get('/1'));
    const second = s.ask(get('/2'));
    expect(s.servers).toHaveLength(1);
    s.answer(ok('1'));
    expect(first.received).toBe(ok('1'));
    expect(s.servers.map((t) => t.received).join('')).toContain('GET /2');
    s.answer(ok('2'));
    expect(second.received).toBe(ok('2'));
    expect(s.allLogged[1]).toMatch(/ 0\/1 "GET \/2/);
  });

  test('timeout queue: 503 sQ', () => {
    const s = simple('', '', ONE);
    s.ask(get('/1'));
    const second = s.ask(get('/2'));
    pass(5020, s);
    expect(statusOf(second)).toBe('503');
    expect(s.logged).toContain(' sQ-- ');
    expect(timesOf(s.lines[0])).toMatch(/^0\/50\d\d\/-1\/-1\/50\d\d$/);
  });

  test("timeout in a server's own queue: the log names the server, and who it was busy with", () => {
    const s = simple('', '  balance source', ONE);
    s.ask(get('/1'));
    s.ask(get('/2'));
    pass(5020, s);
    expect(s.logged).toMatch(/^f b\/s 503 \d+ sQ-- 2\/2\/1\/1\/0 1\/0 /);
  });

  test('maxqueue: what finds no place there goes elsewhere or is refused', () => {
    const s = simple('', '  balance source\n  hash-type consistent', '  server s 192.0.2.10:1 maxconn 1 maxqueue 1');
    s.ask(get('/1'));
    s.ask(get('/2'));
    const third = s.ask(get('/3'));
    expect(statusOf(third)).toBe('503');
    expect(s.logged).toContain(' SQ-- ');
  });

  test('a server that goes down sends those waiting for it to the others', () => {
    const s = simple(
      '',
      '  balance source\n  option redispatch',
      '  server a 192.0.2.10:1 maxconn 1\n  server b 192.0.2.11:1 maxconn 1',
    );
    const held = s.ask(get('/1'));
    const waiting = s.ask(get('/2'));
    const full = s.backend().servers.find((server) => server.queue.length === 1);
    expect(full).toBeDefined();
    if (full === undefined) return;
    full.state = ServerState.Stopped;
    s.backend().balancer.update(full, ServerChange.Down);
    s.healthListener.redistribute(full);
    s.settle();
    expect(full.queue.length).toBe(0);
    // the other one was free all the time
    s.answer(ok('2'));
    expect(waiting.received).toBe(ok('2'));
    expect(held.received).toBe('');
  });
});

describe('http-reuse', () => {
  test.each([
    // a client keeps its own connection to itself
    ['never', 2, 2],
    ['safe', 2, 2],
    ['aggressive', 1, 3],
    ['always', 1, 3],
  ])('%s: two clients, two requests each, make %i connections', (mode, connections, reuses) => {
    const s = simple('', `  http-reuse ${mode}`);
    for (const name of ['a', 'b']) {
      const client = s.ask(get(`/${name}1`));
      s.answer(ok(name));
      client.send(get(`/${name}2`));
      s.settle();
      const busy = s.servers.find((t) => !t.closed && t.received.endsWith(get(`/${name}2`)));
      busy?.send(ok(name));
      s.settle();
      expect(client.received).toBe(ok(name) + ok(name));
    }
    expect(s.servers).toHaveLength(connections);
    expect(s.server().counters[SV.reuse]).toBe(reuses);
  });

  test('an idle connection that the server closes is not used again', () => {
    const s = stage(SIMPLE);
    const client = s.ask(get('/1'));
    s.answer(ok());
    s.upstream.finish();
    s.settle();
    client.send(get('/2'));
    s.settle();
    expect(s.servers).toHaveLength(2);
    s.answer(ok('2'));
    expect(client.received).toBe(ok() + ok('2'));
  });

  test('a connection that closed, but whose end was not told yet, is not used again', () => {
    const s = stage(SIMPLE);
    const client = s.ask(get('/1'));
    s.answer(ok());
    s.upstream.destroy();
    client.send(get('/2')).step();
    s.settle();
    expect(s.servers).toHaveLength(2);
  });

  test('the end of a connection that may not be reused does not reach the next request', () => {
    const s = simple('', '  http-reuse never');
    const client = s.ask(get('/1') + get('/2'));
    s.answer(ok('1'));
    s.answer(ok('2'));
    expect(client.received).toBe(ok('1') + ok('2'));
    expect(s.lines).toHaveLength(2);
  });
});

describe('rules', () => {
  test('deny, return and redirect keep the connection and what was pipelined', () => {
    const s = simple(
      '  http-request deny if { path /d }\n  http-request return status 200 content-type text/plain string hi if { path /r }\n  http-request redirect location /x if { path /x }',
    );
    const client = s.ask(get('/d') + get('/r') + get('/x') + get('/ok'));
    s.answer(ok());
    expect([...client.received.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)).toEqual([
      '403',
      '200',
      '302',
      '200',
    ]);
    expect(s.lines).toHaveLength(4);
  });

  test('a response that is denied leaves nothing of itself for the next request', () => {
    const s = simple('', '  http-reuse always\n  http-response deny if { status 201 }');
    // an idle connection lies ready
    const first = s.ask(get('/idle'));
    const second = s.ask(get('/1') + get('/2'));
    s.servers[0].send(ok('idle'));
    s.settle();
    s.servers[1].send(
      'HTTP/1.1 201 Created\r\ncontent-length: 100\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil',
    );
    s.settle();
    expect(first.received).toBe(ok('idle'));
    expect(second.received).not.toContain('evil');
    expect(statusOf(second)).toBe('502');
    const next = s.servers.find((t) => t.received.includes('/2'));
    next?.send(ok('2'));
    s.settle();
    expect(second.received.endsWith(ok('2'))).toBe(true);
    expect(s.lines).toHaveLength(3);
  });

  test('tarpit: 500 PT after its timeout, and nothing before', () => {
    const s = simple('  timeout tarpit 3s\n  http-request tarpit if { path /t }');
    const client = s.ask(get('/t'));
    pass(2900, s);
    expect(client.received).toBe('');
    pass(200, s);
    expect(statusOf(client)).toBe('500');
    expect(s.logged).toContain(' PT-- ');
    expect(timesOf(s.lines[0])).toMatch(/^-1\/30\d\d\/-1\/-1\/30\d\d$/);
  });

  test('tarpit without a timeout answers at once', () => {
    const s = simple('  http-request tarpit');
    expect(statusOf(s.ask(get('/')))).toBe('500');
  });

  test('wait-for-body: rules see the body; the server gets it once', () => {
    const s = simple('  http-request wait-for-body time 5s\n  http-request deny if { req.body -m sub evil }');
    const post = (body: string): string => `POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 6\r\n\r\n${body}`;
    const bad = s.ask(post('e'));
    expect(s.servers).toHaveLength(0);
    bad.send('vil..');
    s.settle();
    expect(statusOf(bad)).toBe('403');
    const good = s.ask(post('g'));
    good.send('ood..');
    s.settle();
    expect(s.upstream.received).toBe(post('good..'));
    const slow = s.ask(post('s'));
    pass(5010, s);
    expect(statusOf(slow)).toBe('408');
    expect(s.logged).toBe('f f/<NOSRV> 408 232 cR-- 3/3/0/0/0 0/0 "POST / HTTP/1.1"');
  });

  test('http-buffer-request waits for the body, asks for it where the client expects that', () => {
    const s = simple('  option http-buffer-request');
    const client = s.ask('POST / HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 6\r\n\r\n');
    expect(client.received).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    expect(s.servers).toHaveLength(0);
    client.send('abcdef');
    s.settle();
    expect(s.upstream.received).toBe('POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 6\r\n\r\nabcdef');
    s.answer(ok());
    expect(s.logged).toContain(' 200 91 ');
  });

  test('the body that rules wait for belongs to the time of the request', () => {
    const s = simple('  http-request wait-for-body time 5s');
    const client = s.ask('POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 6\r\n\r\n');
    pass(1000, s);
    client.send('abcdef');
    s.settle();
    s.answer(ok());
    expect(timesOf(s.lines[0])).toBe('1000/0/0/0/1000');
  });

  test('a denied HEAD: the head only, in the log too', () => {
    const s = simple('  http-request deny');
    const client = s.ask(get('/').replace('GET', 'HEAD'));
    expect(client.received.endsWith('\r\n\r\n')).toBe(true);
    expect(s.logged).toContain(' 403 99 ');
  });

  test('http-buffer-request: a large body waits for one buffer only', () => {
    const s = simple('  option http-buffer-request');
    const body = 'x'.repeat(100_000);
    s.ask(`POST / HTTP/1.1\r\nhost: a\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
    expect(s.upstream.received.endsWith(body)).toBe(true);
  });

  test('monitor-uri answers itself and is not logged', () => {
    const s = simple('  monitor-uri /alive');
    const client = s.ask(get('/alive'));
    expect(statusOf(client)).toBe('200');
    expect(s.lines).toHaveLength(0);
  });

  test('captures', () => {
    const s = simple('  capture request header host len 10\n  capture response header server len 3');
    s.ask(get('/'));
    s.answer(ok('a', 'server: nginx\r\n'));
    expect(s.logged).toContain('{a} {ngi} "GET / HTTP/1.1"');
  });
});

describe('slow clients', () => {
  test('a large response is held back by them, and arrives whole', () => {
    const s = stage(SIMPLE);
    const client = s.ask(get('/'));
    client.writable = false;
    const body = 'y'.repeat(200_000);
    s.upstream.send(ok(body));
    s.settle();
    expect(client.pendingBytes).toBeLessThan(70_000);
    expect(s.upstream.unread).toBeGreaterThan(100_000);
    client.writable = true;
    s.settle();
    expect(client.received).toBe(ok(body));
    expect(s.lines).toHaveLength(1);
  });

  test('a large request is held back by a slow server, and arrives whole', () => {
    const s = stage(SIMPLE);
    s.connects = () => undefined;
    const body = 'y'.repeat(200_000);
    const client = s.ask(`POST / HTTP/1.1\r\nhost: a\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
    expect(client.unread).toBeGreaterThan(100_000);
    s.upstream.outcome = '';
    s.upstream.writable = false;
    s.settle();
    expect(client.unread).toBeGreaterThan(100_000);
    s.upstream.writable = true;
    s.settle();
    expect(s.upstream.received.endsWith(body)).toBe(true);
    s.answer(ok());
    expect(client.received).toBe(ok());
  });

  test('a client that takes nothing: cD after timeout client', () => {
    const s = stage(SIMPLE);
    const client = s.ask(get('/'));
    client.writable = false;
    s.upstream.send(ok('y'.repeat(200_000)));
    s.settle();
    pass(30_020, s);
    expect(s.logged).toContain(' cD-- ');
    expect(client.closed).toBe(true);
    expect(s.upstream.closed).toBe(true);
  });

  test('many pipelined requests wait in one buffer, the rest in the kernel', () => {
    const s = stage(SIMPLE);
    const client = s.ask(get('/').repeat(5000));
    expect(client.unread).toBeGreaterThan(50_000);
    for (let i = 0; i < 5000; i++) s.answer(ok());
    expect(s.lines).toHaveLength(5000);
    expect(client.unread).toBe(0);
  });
});

describe('connections that rules refuse, and a soft stop', () => {
  test.each(['connection', 'session'])('tcp-request %s reject: nothing is logged', (kind) => {
    const s = simple(`  tcp-request ${kind} reject`);
    const client = s.ask(get('/'));
    expect(client.closed).toBe(true);
    expect(s.lines).toEqual([]);
    expect(s.frontend().counters[FE.ereq]).toBe(0);
  });

  test('idle connections close without a line, busy ones after their answer', () => {
    const s = stage(SIMPLE);
    const idle = s.ask(get('/'));
    s.answer(ok());
    const busy = s.ask(get('/'));
    s.lines.length = 0;
    s.acceptor(s.frontend()).retire();
    s.settle();
    expect(idle.closed).toBe(true);
    expect(s.lines).toEqual([]);
    s.answer(ok());
    expect(busy.received).toContain('connection: close');
    expect(busy.closed).toBe(true);
  });

  // as haproxy 2.6.12: its first request may be on its way
  test('a connection that has not asked yet is served once', () => {
    const s = stage(SIMPLE);
    const fresh = s.connect();
    s.acceptor(s.frontend()).retire();
    s.settle();
    expect(fresh.closed).toBe(false);
    fresh.send(get('/'));
    s.settle();
    s.answer(ok());
    expect(fresh.received).toContain('connection: close');
    expect(fresh.closed).toBe(true);
  });
});
