import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { type FakeTransport, get, Stage } from '../testing.js';

const OPENS = 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n';
let s: Stage;

/** A tunnel that is open. @param timeouts lines of `defaults` */
function tunnel(timeouts: string): { client: FakeTransport; server: FakeTransport } {
  s = new Stage(`
defaults
  mode http
  log stdout format raw local0
  option httplog
  timeout connect 1s
${timeouts}
frontend f
  bind :80
  default_backend b
backend b
  server s 192.0.2.10:80
`);
  const client = s.ask(get('/', 'connection: upgrade\r\nupgrade: x\r\n'));
  s.answer(OPENS);
  return { client, server: s.upstream };
}

function pass(ms: number): void {
  vi.advanceTimersByTime(ms);
  s.settle();
}

beforeAll(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] }));
afterAll(() => void vi.useRealTimers());
afterEach(() => {
  for (const client of s.clients) client.fail();
  s.settle();
  expect(s.leftovers()).toEqual({});
  s.close();
});

describe('a tunnel in which nothing moves', () => {
  test.each([
    ['timeout client 2s\n  timeout server 3s\n  timeout tunnel 1s', 1000, 1000, 'cD'],
    ['timeout client 2s\n  timeout server 2s', 2000, 2000, 'cD'],
    ['timeout client 3s\n  timeout server 2s', 2000, 2000, 'sD'],
    ['timeout client 2s\n  timeout server 3s', 2000, 3000, 'cD'],
    ['timeout client 2s\n  timeout server 5s\n  timeout server-fin 500ms', 2000, 2500, 'cD'],
    ['timeout client 2s\n  timeout server 5s\n  timeout server-fin 500ms\n  timeout tunnel 1s', 1000, 1000, 'cD'],
  ])('%s: the server is told after %i ms, the end after %i, %s', (timeouts, told, end, flags) => {
    const { client, server } = tunnel(`  ${timeouts}`);
    pass(told - 50);
    expect([server.ended, server.closed, client.closed]).toEqual([false, false, false]);
    pass(100);
    expect(server.ended || server.closed).toBe(true);
    expect(client.ended || client.closed).toBe(end === told);
    pass(end - told);
    expect(client.ended || client.closed).toBe(true);
    expect(s.logged).toContain(` ${flags}-- `);
  });
});

describe('a tunnel whose client has ended', () => {
  test.each([
    ['timeout client 3s\n  timeout server 4s\n  timeout server-fin 500ms', 1000, 1500],
    ['timeout client 3s\n  timeout server 4s\n  timeout server-fin 500ms\n  timeout tunnel 9s', 1000, 1500],
    ['timeout client 3s\n  timeout server 4s', 1000, 4000],
    ['timeout client 3s\n  timeout server 4s\n  timeout tunnel 2s', 1000, 2000],
  ])('%s: FIN after %i ms, the end after %i', (timeouts, fin, end) => {
    const { client, server } = tunnel(`  ${timeouts}`);
    pass(fin);
    client.finish();
    s.settle();
    expect([server.ended, client.closed]).toEqual([true, false]);
    pass(end - fin - 50);
    expect(client.closed).toBe(false);
    pass(100);
    expect(client.closed).toBe(true);
    expect(s.logged).toContain(' sD-- ');
  });

  test('what the server says counts', () => {
    const { client, server } = tunnel('  timeout client 3s\n  timeout server 4s\n  timeout server-fin 500ms');
    client.finish();
    s.settle();
    for (let i = 0; i < 4; i++) {
      pass(400);
      server.send('x');
      s.settle();
    }
    expect(client.received.endsWith('xxxx')).toBe(true);
    server.finish();
    s.settle();
    expect(s.logged).toContain(' ---- ');
  });
});

test('when the server has ended it is over, and nobody is reset', () => {
  const { client, server } = tunnel('  timeout client 3s\n  timeout server 4s\n  timeout client-fin 1s');
  server.send('last words').finish();
  s.settle();
  expect(client.received.endsWith('last words')).toBe(true);
  expect(server).toMatchObject({ closed: true, wasReset: false });
  expect(client.ended).toBe(true);
  expect(s.logged).toContain(' ---- ');
});

test('`timeout client` does not strike a tunnel with a timeout of its own because its client once was slow', () => {
  const { client, server } = tunnel('  timeout client 1s\n  timeout server 1s\n  timeout tunnel 1h');
  client.writable = false;
  server.send('x'.repeat(100_000));
  s.settle();
  client.writable = true;
  s.settle();
  pass(10_000);
  expect([client.closed, server.closed]).toEqual([false, false]);
});
