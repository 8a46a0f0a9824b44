import { describe, expect, test } from 'vitest';
import { fieldOf, statusOf } from '../support/http-message.js';
import { ok, RecordingOrigin, sends, sendsAndCloses, type Behaviour } from '../support/origin.js';
import { until } from '../support/poll.js';
import { startProxy } from '../support/proxy.js';
import { askOnce, get, RawClient } from '../support/raw-client.js';

/** What the origin sees of the connections in front: how many, how they end, what goes through a tunnel. */

async function behind(
  backend: string,
  table: Record<string, Behaviour> = {},
): Promise<{ port: number; origin: RecordingOrigin }> {
  const origin = await RecordingOrigin.start(table);
  const config = `global
 nbthread 1
defaults
 mode http
 timeout connect 1s
 timeout client 5s
 timeout server 5s
frontend f
 bind 127.0.0.1:{web}
 default_backend b
backend b
${backend}
 server s 127.0.0.1:{origin}
`;
  const proxy = await startProxy(config, { values: { origin: origin.port } });
  return { port: proxy.port('web'), origin };
}

describe('connections to the origin', () => {
  // [lines of the backend, connections for 2 clients with 3 requests each, first client still there]
  test.each([
    ['', 2],
    [' http-reuse never', 2],
    [' http-reuse safe', 2],
    [' http-reuse aggressive', 1],
    [' http-reuse always', 1],
    [' option http-server-close', 6],
    [' option httpclose', 6],
  ])('%s: %i', async (lines, expected) => {
    const { port, origin } = await behind(lines);
    const perClient = lines.includes('httpclose') ? 1 : 3;
    const clients: RawClient[] = [];
    for (let i = 0; i < 6 / perClient; i++) {
      const client = await RawClient.connect(port);
      clients.push(client);
      for (let j = 0; j < perClient; j++) expect((await client.ask(get('/'))).body).toBe('ok');
    }
    expect(origin.requests).toHaveLength(6);
    expect(origin.connections).toHaveLength(expected);
  });

  test('an idle connection is taken over when its client has left', async () => {
    const { port, origin } = await behind(' http-reuse always');
    for (let i = 0; i < 4; i++) expect((await askOnce(port, get('/'))).body).toBe('ok');
    expect(origin.connections).toHaveLength(1);
  });

  test('one that the origin closes while idle is not used', async () => {
    const { port, origin } = await behind(' http-reuse always', { '/last': sends(ok('last')) });
    const client = await RawClient.connect(port);
    expect((await client.ask(get('/last'))).body).toBe('last');
    origin.connections[0].end();
    await until('the proxy closes it, too', () => origin.connections[0].ending !== 'open');
    expect((await client.ask(get('/'))).body).toBe('ok');
    expect(origin.connections).toHaveLength(2);
  });

  test('forwardfor: the address, except, if-none, header', async () => {
    const { port, origin } = await behind(' option forwardfor header X-Client if-none');
    await askOnce(port, get('/'));
    await askOnce(port, get('/', 'x-client: 1.2.3.4\r\n'));
    expect(origin.requests.map(({ head }) => fieldOf(head, 'x-client'))).toEqual(['127.0.0.1', '1.2.3.4']);
    const other = await behind(' option forwardfor except 127.0.0.0/8');
    await askOnce(other.port, get('/'));
    expect(fieldOf(other.origin.requests[0].head, 'x-forwarded-for')).toBe('');
  });

  test('a response that ends with the connection ends with it for the client', async () => {
    const { port } = await behind('', { '/': sendsAndCloses('HTTP/1.1 200 OK\r\n\r\nto the end') });
    const client = await RawClient.connect(port);
    expect((await client.ask(get('/'))).body).toBe('to the end');
    expect(client.ending).toBe('eof');
  });
});

describe('tunnels', () => {
  const SWITCHING = 'HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n';
  const UPGRADE =
    'connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n';

  /** Sends back in capitals whatever comes after the request. */
  const echoing =
    (answer: string): Behaviour =>
    (connection) => {
      connection.socket.removeAllListeners('data');
      connection.socket.on('data', (bytes) => connection.send(bytes.toString('latin1').toUpperCase()));
      connection.send(answer);
    };

  test('websocket: bytes both ways, and the close of one side reaches the other', async () => {
    const accept = 'sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n';
    const { port, origin } = await behind('', {
      '/ws': echoing(SWITCHING.replace('connection:', `${accept}connection:`)),
    });
    const client = await RawClient.connect(port);
    const { head } = await client.ask(get('/ws', UPGRADE));
    expect(statusOf(head)).toBe(101);
    client.send('hello \x00\xff');
    await until('the echo', () => client.received.length === 8);
    expect(client.received).toBe(Buffer.from('hello \x00\xff', 'latin1').toString('latin1').toUpperCase().slice(0, 7) + client.received[7]); // prettier-ignore
    client.end();
    await until('the origin sees the end', () => origin.connections[0].ending === 'eof');
    expect((await client.closed()).ending).toBe('eof');
  });

  test('CONNECT', async () => {
    const { port, origin } = await behind('', {});
    const client = await RawClient.connect(port);
    const tunnel = 'CONNECT test:80 HTTP/1.1\r\nhost: test:80\r\n\r\n';
    client.send(tunnel);
    await until('the request', () => origin.requests.length === 1);
    expect(origin.requests[0].head).toMatch(/^CONNECT test:80 HTTP\/1\.1\r\n/);
    const { head } = await client.response('HEAD');
    expect(statusOf(head)).toBe(200);
    await until("the tunnel's first bytes", () => client.received === 'ok');
    client.send('ping');
    await until('bytes through the tunnel', () => origin.connections[0].received.endsWith('ping'));
    origin.connections[0].end('bye');
    await until('the answer', () => client.received === 'okbye');
    expect((await client.closed()).ending).toBe('eof');
  });
});
