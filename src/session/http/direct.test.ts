import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { ServerChange } from '../../core/balancer.js';
import { ServerState, type Server } from '../../state/server.js';
import { Stage, get, ok } from '../testing.js';

/** Streams with a server of their own: in its queue, when it goes down, and when it answers with an error. */

const stages: Stage[] = [];

function stage(back: string, front = ''): Stage {
  const made = new Stage(`
defaults
  mode http
  log stdout format raw local0
  option httplog
  timeout connect 1s
  timeout client 30s
  timeout server 20s
  timeout queue 5s
frontend f
  bind :80
  ${front}
  default_backend b
backend b
  cookie S insert
  ${back}
  server a 192.0.2.10:1 cookie a maxconn 1
  server b 192.0.2.11:1 cookie b
`);
  stages.push(made);
  return made;
}

beforeAll(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance', 'Date'] });
  vi.advanceTimersByTime(10_000);
});
afterAll(() => void vi.useRealTimers());
afterEach(() => {
  for (const each of stages.splice(0)) {
    for (const transport of [...each.clients, ...each.servers]) transport.fail();
    each.settle();
    vi.advanceTimersByTime(100_000);
    each.settle();
    expect(each.leftovers()).toEqual({});
    each.close();
  }
});

const asks = (path: string, fields = ''): string => get(path, `cookie: S=a\r\n${fields}`);

function goesDown(on: Stage, server: Server): number {
  server.state = ServerState.Stopped;
  on.backend().balancer.update(server, ServerChange.Down);
  const moved = on.healthListener.redistribute(server);
  on.settle();
  return moved;
}

describe('a server goes down while streams wait for it', () => {
  test.each([
    ['they wait on', '', 0],
    ['redispatch: they go elsewhere', 'option redispatch', 1],
    ['persist: they wait on', 'option redispatch\n  option persist', 0],
    ['forced: they wait on', 'option redispatch\n  force-persist if TRUE', 0],
  ])('%s', (_what, back, moved) => {
    const on = stage(back);
    on.ask(asks('/1'));
    on.ask(asks('/2'));
    const server = on.server();
    expect(server.queue.length).toBe(1);
    expect(goesDown(on, server)).toBe(moved);
    expect(server.queue.length).toBe(1 - moved);
    expect(on.specs.map(({ address }) => address)).toEqual(['192.0.2.10', '192.0.2.11'].slice(0, 1 + moved));
  });

  test('who went elsewhere gets another cookie, and counts as redispatched', () => {
    const on = stage('option redispatch');
    on.ask(asks('/1'));
    const client = on.ask(asks('/2'));
    goesDown(on, on.server());
    on.answer(ok());
    expect(client.received).toContain('set-cookie: S=b; path=/');
    expect(on.logged).toBe('f b/b 200 51 --DI 2/2/1/0/+0 1/0 "GET /2 HTTP/1.1"');
  });
});

test.each([
  ['first come, first served', ['', ''], ['/1', '/2']],
  ['a later one with a lower offset', ['', 'o: -1000\r\n'], ['/2', '/1']],
  ['an earlier one with a higher offset', ['o: 1000\r\n', ''], ['/2', '/1']],
  ['a class goes before any offset', ['c: 1\r\n', 'o: 1000\r\n'], ['/2', '/1']],
])('a queue: %s', (_what, fields, order) => {
  const rules = 'http-request set-priority-offset hdr(o)\n  http-request set-priority-class hdr(c)';
  const on = stage('', rules);
  on.ask(asks('/0'));
  const clients = fields.map((field, index) => on.ask(asks(`/${index + 1}`, field)));
  const served: string[] = [];
  for (let i = 0; i < 2; i++) {
    on.answer(ok('', 'connection: close\r\n'));
    served.push(/^GET (\S+)/m.exec(on.upstream.received)?.[1] ?? '');
  }
  on.answer(ok());
  expect(served).toEqual(order);
  expect(clients.every(({ received }) => received !== '')).toBe(true);
});

test.each([
  ['again', '', 2],
  ['not again', 'http-request disable-l7-retry', 1],
])('an error that retry-on names: %s', (_what, rule, attempts) => {
  const on = stage('retry-on 503\n  retries 1', rule);
  const client = on.ask(asks('/'));
  const error = 'HTTP/1.1 503 X\r\nconnection: close\r\ncontent-length: 0\r\n\r\n';
  for (let i = 0; i < attempts; i++) on.answer(error);
  expect(on.servers.length).toBe(attempts);
  expect(client.received).toMatch(/^HTTP\/1.1 503 X/);
});

test('a switch of protocols is answered with the cookie, too', () => {
  const on = stage('');
  const client = on.ask(get('/', 'connection: upgrade\r\nupgrade: x\r\n'));
  on.answer('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n');
  expect(client.received).toMatch(/^set-cookie: S=[ab]; path=\/\r$/m);
});
