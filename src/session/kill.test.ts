import { afterEach, describe, expect, test } from 'vitest';
import type { Killer } from '../upstream/health-listener.js';
import { get, ok, Stage } from './testing.js';

let s: Stage;

function stage(mode: 'http' | 'tcp', server = ''): Stage {
  s = new Stage(`
defaults
  mode ${mode}
  log stdout format raw local0
  option ${mode}log
  timeout connect 1s
  timeout client 10s
  timeout server 10s
  timeout queue 10s
listen w
  bind :80
  balance source
  server s 192.0.2.10:80 ${server}
`);
  return s;
}

/** Ends what the first session does. */
function kill(by: Killer): void {
  const [first] = s.acceptor(s.frontend()).sessions;
  first.kill(by);
  s.settle();
}

afterEach(() => {
  for (const client of s.clients) client.fail();
  s.settle();
  expect(s.leftovers()).toEqual({});
  s.close();
});

describe('sessions that somebody ends', () => {
  test('before the response: 502, and the client may go on', () => {
    stage('http');
    const client = s.ask(get('/'));
    kill('K');
    expect(client.received).toContain('HTTP/1.1 502 ');
    expect(client.closed).toBe(false);
    expect(s.upstream.closed).toBe(true);
    expect(s.logged).toContain('w/s 502 209 KH-- ');
    client.send(get('/again'));
    s.settle();
    s.answer(ok());
    expect(s.lines).toHaveLength(2);
  });

  test.each<Killer>(['K', 'D', 'U'])('in the response: cut, %s', (by) => {
    stage('http');
    const client = s.ask(get('/'));
    s.answer('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nabc');
    kill(by);
    expect(client.closed).toBe(true);
    expect(s.logged).toContain(` ${by}D-- `);
  });

  test('in the request: cut without an answer', () => {
    stage('http');
    const client = s.ask('POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\nabc');
    kill('K');
    expect(client).toMatchObject({ closed: true, received: '' });
    expect(s.logged).toContain('w/s -1 0 K--- ');
  });

  test('while connecting: 503', () => {
    stage('http');
    s.connects = () => undefined;
    const client = s.ask(get('/'));
    kill('K');
    expect(client.received).toContain('HTTP/1.1 503 ');
    expect(s.logged).toContain(' KC-- ');
  });

  test('tcp', () => {
    stage('tcp');
    const client = s.ask('hello');
    kill('D');
    expect(client.closed).toBe(true);
    expect(s.lines[0]).toContain(' D- ');
  });

  test('a server going down does not take those with it that only then get their slots', () => {
    stage('http', 'maxconn 1');
    s.ask(get('/'));
    const next = s.ask(get('/'));
    s.healthListener.shutdownSessions(s.server());
    s.settle();
    expect(s.logged).toContain(' DH-- ');
    s.answer(ok());
    expect(next.received).toContain('200 OK');
  });
});
