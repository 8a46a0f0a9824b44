import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { beforeAll, describe, expect, test } from 'vitest';
import { FrameFlag, FrameType } from '../../src/protocol/h2/codes.js';
import { atEnd } from '../support/cleanup.js';
import { frame, H2Peer, type Fields } from '../support/h2-client.js';
import { ask, session, startH2Origin, type H2Origin } from '../support/h2-node.js';
import { lacks } from '../support/installed.js';
import { LogSink } from '../support/log-sink.js';
import { pause, until } from '../support/poll.js';
import { startTsproxy, type Proxy } from '../support/proxy.js';
import { RawClient, get } from '../support/raw-client.js';
import { makeCertificates } from '../tls/certificates.js';

/** HTTP/2 on both sides, with real peers. */

const TIMES = ' timeout client 10s\n timeout server 10s\n timeout connect 5s\n';
const LARGE = randomBytes(3_000_000);
const sum = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

const fieldsOf = (path: string, method = 'GET'): Fields => [
  [':method', method],
  [':scheme', 'http'],
  [':authority', 'example.com'],
  [':path', path],
];

async function startH1Origin(): Promise<number> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      if (request.url === '/large') response.end(LARGE);
      else if (request.url === '/slow') setTimeout(() => response.end('slow'), 300);
      else if (request.url !== '/never') {
        response.setHeader('x-seen', `${request.method} ${request.url} ${request.headers.host}`);
        response.end(`${body.length} ${sum(body)}`);
      }
    });
  });
  server.on('upgrade', (request, socket) => {
    const accept = createHash('sha1')
      .update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
      .digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-accept: ${accept}\r\n\r\n`,
    );
    socket.on('data', (bytes: Buffer) => socket.write(`echo ${bytes.toString('latin1')}`));
    socket.on('end', () => socket.end('bye'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  atEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

describe.each(['handle', 'socket'] as const)('clients of HTTP/2 over the %s transport', (transport) => {
  let proxy: Proxy;
  let log: LogSink;
  beforeAll(async () => {
    log = await LogSink.start();
    proxy = await startTsproxy(
      `global
 nbthread 1
 log 127.0.0.1:{log} local0
 tune.h2.max-concurrent-streams 50
defaults
 mode http
 log global
 option httplog
${TIMES}frontend web
 bind 127.0.0.1:{web} proto h2
 bind 127.0.0.1:{either}
 http-request return status 200 content-type text/plain string "own" if { path /own }
 http-request wait-for-body time 5s if { path /waits }
 http-request deny if { path /waits } { req.body -m sub evil }
 default_backend b
frontend h1only
 bind 127.0.0.1:{h1only}
 option disable-h2-upgrade
 default_backend b
backend b
 server s 127.0.0.1:{origin}
`,
      { transport, values: { origin: await startH1Origin(), log: log.port } },
    );
  }, 20_000);

  const url = (port = 'web'): string => `http://127.0.0.1:${proxy.port(port)}`;

  test('many requests at once, large bodies both ways', async () => {
    const client = session(url());
    const [small, downloads, uploads] = await Promise.all([
      Promise.all(Array.from({ length: 30 }, (_, i) => ask(client, { ':path': `/${i}` }))),
      Promise.all(Array.from({ length: 4 }, () => ask(client, { ':path': '/large' }))),
      Promise.all(
        Array.from({ length: 4 }, () =>
          ask(client, { ':path': '/up', ':method': 'POST' }, [LARGE.subarray(0, 1_000_000)]),
        ),
      ),
    ]);
    expect(small.map(({ headers }) => headers['x-seen'])).toEqual(
      Array.from({ length: 30 }, (_, i) => `GET /${i} 127.0.0.1:${proxy.port('web')}`),
    );
    for (const { body } of downloads) expect(sum(body)).toBe(sum(LARGE));
    for (const { body } of uploads) expect(body.toString()).toBe(`1000000 ${sum(LARGE.subarray(0, 1_000_000))}`);
  }, 30_000);

  test('the first bytes decide where a bind line does not', async () => {
    expect((await ask(session(url('either')), { ':path': '/own' })).body.toString()).toBe('own');
    const client = await RawClient.connect(proxy.port('either'));
    client.send(get('/own'));
    expect((await client.response()).body).toBe('own');
    // also when they come one by one
    const peer = await H2Peer.connect(proxy.port('either'), [], false);
    peer.polite = false;
    for (const byte of 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n') {
      peer.send(byte);
      await pause(1);
    }
    peer.send(frame(FrameType.Settings, 0, 0));
    peer.headers(1, fieldsOf('/own'));
    expect((await peer.answer(1)).body).toBe('own');
    peer.close();
  });

  test('option disable-h2-upgrade', async () => {
    const peer = await H2Peer.connect(proxy.port('h1only'));
    await until('the refusal', () => peer.ending !== 'open');
    expect(peer.settings).toEqual([]);
  });

  test('windows: nothing is sent beyond them, and everything once they open', async () => {
    const peer = await H2Peer.connect(proxy.port('web'), [[4, 1000]]);
    peer.generous = false;
    peer.headers(1, fieldsOf('/large'));
    await until('the first window', () => peer.of(1).body.length === 1000);
    await pause(50);
    expect(peer.of(1).body.length).toBe(1000);
    // another stream is not held up by it
    peer.headers(3, fieldsOf('/own'));
    expect((await peer.answer(3)).body).toBe('own');
    peer.window(1, 500);
    await until('the second window', () => peer.of(1).body.length === 1500);
    // a setting that takes windows back, and gives more
    peer.send(frame(FrameType.Settings, 0, 0, Buffer.from([0, 4, 0, 0, 0, 0])));
    peer.send(frame(FrameType.Settings, 0, 0, Buffer.from([0, 4, 0x7f, 0xff, 0xff, 0xff])));
    peer.window(0, 10_000_000);
    expect(sum(Buffer.from((await peer.answer(1)).body, 'latin1'))).toBe(sum(LARGE));
    peer.close();
  });

  test('a client that reads slowly loses nothing', async () => {
    const peer = await H2Peer.connect(proxy.port('web'), [[4, 0x7fffffff]]);
    peer.window(0, 0x7fff0000 - 65_535);
    peer.generous = false;
    peer.socket.pause();
    for (const id of [1, 3, 5]) peer.headers(id, fieldsOf('/large'));
    await pause(300);
    peer.socket.resume();
    for (const id of [1, 3, 5]) expect(sum(Buffer.from((await peer.answer(id)).body, 'latin1'))).toBe(sum(LARGE));
    peer.close();
  }, 20_000);

  test('the body is there for rules that wait for it', async () => {
    const client = session(url());
    const post = { ':path': '/waits', ':method': 'POST' };
    expect((await ask(client, post, ['some', 'thing'])).status).toBe(200);
    expect((await ask(client, post, ['something ev', 'il'])).status).toBe(403);
  });

  test('more streams than allowed are refused, to be asked for again', async () => {
    const peer = await H2Peer.connect(proxy.port('web'));
    for (let id = 1; id <= 101; id += 2) peer.headers(id, fieldsOf('/never'));
    expect((await peer.answer(101)).ending).toBe('reset 7');
    expect(peer.settings).toContainEqual([3, 50]);
    peer.close();
  });

  test('a stream that its client gives up ends; the others do not', async () => {
    const peer = await H2Peer.connect(proxy.port('web'));
    peer.headers(1, fieldsOf('/never'));
    peer.headers(3, fieldsOf('/slow'));
    await pause(100);
    peer.reset(1, 8);
    expect((await peer.answer(3)).body).toBe('slow');
    await until('the log line', () => log.messages.some((line) => / CD-- .*\/never HTTP\/2\.0"$/.test(line)));
    peer.close();
  });

  test.each([
    ['streams begun and given up', (peer: H2Peer, i: number) => { peer.headers(i * 2 + 1, fieldsOf('/never')); peer.reset(i * 2 + 1, 8); }, 3000],
    ['pings', (peer: H2Peer) => peer.send(frame(FrameType.Ping, 0, 0, '12345678')), 12_000],
    ['settings', (peer: H2Peer) => peer.send(frame(FrameType.Settings, 0, 0)), 12_000],
    ['empty frames', (peer: H2Peer, i: number) => { if (i === 0) peer.headers(1, fieldsOf('/never', 'POST'), false); else peer.data(1, '', false); }, 12_000],
    ['priorities', (peer: H2Peer) => peer.send(frame(FrameType.Priority, 0, 1, '\0\0\0\0\x01')), 12_000],
  ])('a flood of %s ends the connection', async (_name, act, count) => {
    const peer = await H2Peer.connect(proxy.port('web'));
    for (let i = 0; i < count && peer.goAway === undefined && peer.ending === 'open'; i++) {
      act(peer, i);
      if (i % 500 === 0) await pause(0);
    }
    await until('GOAWAY', () => peer.goAway?.endsWith(' 11'));
    peer.close();
    expect((await ask(session(url()), { ':path': '/own' })).status).toBe(200);
  }, 20_000); // prettier-ignore

  test('a WebSocket of a server of HTTP/1 (RFC 8441)', async () => {
    const peer = await H2Peer.connect(proxy.port('web'));
    await until('the setting', () => peer.settings.some(([id, value]) => id === 8 && value === 1));
    peer.headers(1, [[':method', 'CONNECT'], [':protocol', 'websocket'], [':scheme', 'http'], [':authority', 'a'], [':path', '/chat']], false); // prettier-ignore
    await until('the head', () => peer.of(1).heads.length > 0);
    expect(peer.of(1).heads).toEqual([[':status: 200']]);
    peer.data(1, 'hello', false);
    await until('the echo', () => peer.of(1).body === 'echo hello');
    peer.data(1, '', true);
    expect(await peer.answer(1)).toMatchObject({ body: 'echo hellobye', ending: 'end' });
    peer.close();
  });
});

test('soft stop: clients are told, what they have begun is finished', async () => {
  const proxy = await startTsproxy(
    `defaults\n mode http\n${TIMES}frontend f\n bind 127.0.0.1:{web} proto h2\n default_backend b\nbackend b\n server s 127.0.0.1:{origin}\n`,
    { values: { origin: await startH1Origin() } },
  );
  const peer = await H2Peer.connect(proxy.port('web'));
  peer.headers(1, fieldsOf('/slow'));
  await pause(100);
  proxy.program.signal('SIGUSR1');
  await until('GOAWAY', () => peer.goAway === '2147483647 0');
  expect((await peer.answer(1)).body).toBe('slow');
  await until('the close', () => peer.ending !== 'open');
});

test('idle clients and half requests are let go', async () => {
  const proxy = await startTsproxy(`defaults
 mode http
 timeout client 5s
 timeout http-request 200ms
 timeout http-keep-alive 300ms
frontend f
 bind 127.0.0.1:{web} proto h2
 http-request return status 200
`);
  const silent = await H2Peer.connect(proxy.port('web'));
  const half = await H2Peer.connect(proxy.port('web'));
  // an acknowledgement in the middle of a field block would be a fault
  await until('the settings', () => half.settings.length > 0);
  half.send(frame(FrameType.Headers, FrameFlag.EndStream, 1, half.block(fieldsOf('/')).subarray(0, 3)));
  const idle = await H2Peer.connect(proxy.port('web'));
  idle.headers(1, fieldsOf('/'));
  expect((await idle.answer(1)).ending).toBe('end');
  for (const peer of [silent, half, idle]) {
    await until('GOAWAY', () => peer.goAway?.endsWith(' 0'));
    await until('the close', () => peer.ending !== 'open');
  }
});

describe('servers of HTTP/2', () => {
  let origin: H2Origin;
  let proxy: Proxy;
  beforeAll(async () => {
    origin = await startH2Origin(
      (stream, headers, body, trailers) => {
        const path = headers[':path'];
        if (path === '/refuse') stream.close(7);
        else if (path === '/large') {
          stream.respond({ ':status': 200 });
          stream.end(LARGE);
        } else if (path === '/grpc') {
          stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
          stream.on('wantTrailers', () =>
            stream.sendTrailers({ 'grpc-status': '0', 'x-got': String(trailers?.['x-sent']) }),
          );
          stream.end(body);
        } else {
          stream.respond({ ':status': 200, 'x-scheme': headers[':scheme'], 'x-authority': headers[':authority'] });
          stream.end(`${path} ${body.length} ${sum(body)}`);
        }
      },
      { maxConcurrentStreams: 20 },
    );
    proxy = await startTsproxy(
      `global
 nbthread 1
defaults
 mode http
 http-reuse always
${TIMES}frontend f
 bind 127.0.0.1:{web} proto h2
 bind 127.0.0.1:{old}
 default_backend b
backend b
 server s 127.0.0.1:{origin} proto h2
`,
      { values: { origin: origin.port } },
    );
  }, 20_000);

  test('many requests share few connections', async () => {
    const client = session(`http://127.0.0.1:${proxy.port('web')}`);
    const before = origin.connections;
    const answers = await Promise.all(Array.from({ length: 60 }, (_, i) => ask(client, { ':path': `/${i}` })));
    expect(answers.map(({ body }) => body.toString().split(' ')[0])).toEqual(
      Array.from({ length: 60 }, (_, i) => `/${i}`),
    );
    expect(answers[0].headers).toMatchObject({ 'x-scheme': 'http', 'x-authority': `127.0.0.1:${proxy.port('web')}` });
    expect(origin.connections - before).toBeLessThanOrEqual(6);
    const after = origin.connections;
    await ask(client, { ':path': '/again' });
    expect(origin.connections).toBe(after);
  });

  test('clients of HTTP/1, with bodies both ways', async () => {
    const client = await RawClient.connect(proxy.port('old'));
    client.send('POST /chunks HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n');
    expect((await client.response()).body).toContain(`/chunks 5 ${sum(Buffer.from('hello'))}`);
    client.send(`POST /length HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\nhello`);
    expect((await client.response()).body).toContain(`/length 5 ${sum(Buffer.from('hello'))}`);
    client.send(get('/large'));
    expect((await client.response()).body.length).toBeGreaterThanOrEqual(LARGE.length);
  });

  test('gRPC: streams of messages, and trailers both ways', async () => {
    const client = session(`http://127.0.0.1:${proxy.port('web')}`);
    const call = { ':path': '/grpc', ':method': 'POST', 'te': 'trailers', 'content-type': 'application/grpc' }; // prettier-ignore
    const answer = await ask(client, call, [Buffer.from([0, 0, 0, 0, 1, 7]), LARGE.subarray(0, 300_000)], {
      'x-sent': 'yes',
    });
    expect(answer.status).toBe(200);
    expect(answer.headers['content-length']).toBeUndefined();
    expect(sum(answer.body)).toBe(sum(Buffer.concat([Buffer.from([0, 0, 0, 0, 1, 7]), LARGE.subarray(0, 300_000)])));
    expect(answer.trailers).toMatchObject({ 'grpc-status': '0', 'x-got': 'yes' });
  });

  test('large bodies at once', async () => {
    const client = session(`http://127.0.0.1:${proxy.port('web')}`);
    const all = await Promise.all([
      ...Array.from({ length: 4 }, () => ask(client, { ':path': '/large' })),
      ...Array.from({ length: 4 }, () => ask(client, { ':path': '/up', ':method': 'POST' }, [LARGE])),
    ]);
    for (const { body } of all.slice(0, 4)) expect(sum(body)).toBe(sum(LARGE));
    for (const { body } of all.slice(4)) expect(body.toString()).toBe(`/up ${LARGE.length} ${sum(LARGE)}`);
  }, 30_000);

  test('health checks speak it, too', async () => {
    const checked = await startTsproxy(
      `defaults
 mode http
${TIMES} option httpchk
 http-check send meth GET uri /health hdr Host checks ver HTTP/1.1
 http-check expect rstring ^/health
frontend f
 bind 127.0.0.1:{web}
 default_backend b
 monitor-uri /up
 monitor fail if { nbsrv(b) lt 1 }
backend b
 server s 127.0.0.1:{origin} proto h2 check inter 50ms rise 1 fall 1
 server old 127.0.0.1:{origin} check-proto h1 backup check inter 50ms rise 1 fall 1
`,
      { values: { origin: origin.port } },
    );
    const before = origin.requests;
    await until('some checks', () => origin.requests > before + 3);
    const up = await RawClient.connect(checked.port('web'));
    up.send(get('/up'));
    expect((await up.response()).head).toContain(' 200 ');
    await checked.stop();
  });

  test('a stream that the server refuses is refused', async () => {
    const peer = await H2Peer.connect(proxy.port('web'));
    peer.headers(1, fieldsOf('/refuse'));
    expect((await peer.answer(1)).ending).toBe('reset 7');
    const client = await RawClient.connect(proxy.port('old'));
    client.send(get('/refuse'));
    expect((await client.response()).head).toContain(' 502 ');
    peer.close();
  });
});

test.skipIf(lacks('openssl'))(
  'over TLS, where ALPN says so; to servers likewise',
  async () => {
    const { folder } = makeCertificates();
    const proxy = await startTsproxy(
      `defaults
 mode http
 http-reuse always
${TIMES}frontend f
 bind 127.0.0.1:{web} ssl crt {folder}/www.pem alpn h2,http/1.1
 http-request return status 200 content-type text/plain lf-string "%HV %[ssl_fc_alpn] %[url]" if { path /facts }
 default_backend b
frontend inner
 bind 127.0.0.1:{inner} ssl crt {folder}/www.pem alpn h2,http/1.1
 default_backend end
backend b
 server s 127.0.0.1:{inner} ssl verify none alpn h2
backend end
 http-response set-header x-inner "%[var(txn.v)]"
 http-request set-var(txn.v) req.ver
 server s 127.0.0.1:{origin}
`,
      { values: { folder, origin: await startH1Origin() } },
    );
    const client = session(`https://127.0.0.1:${proxy.port('web')}`, { rejectUnauthorized: false });
    const facts = await ask(client, { ':path': '/facts', ':authority': 'www.test' });
    expect(facts.body.toString()).toBe('HTTP/2.0 h2 https://www.test/facts');
    const answers = await Promise.all(Array.from({ length: 5 }, () => ask(client, { ':path': '/large' })));
    for (const { body, headers } of answers) {
      expect(headers['x-inner']).toBe('2.0');
      expect(sum(body)).toBe(sum(LARGE));
    }
  },
  20_000,
);
