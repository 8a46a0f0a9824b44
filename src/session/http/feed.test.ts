import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { HttpService } from '../../core/service.js';
import { get, Stage, type FakeTransport } from '../testing.js';

const CONFIG = `
defaults
  mode http
  log stdout format raw local0
  option httplog
  timeout client 10s
listen l
  bind :80
`;
const EVERY = 1000;

let stage: Stage;
/** Pieces made so far; none comes after `last`. */
let made: number;
let last: number;

function nextPiece(): string | undefined {
  if (last < 0) throw new Error('no piece');
  return made === last ? undefined : `piece ${++made};`;
}

const service: HttpService = {
  name: '<FEED>',
  matches: ({ request }) => request !== undefined && request.target !== '/plain',
  wantsBody: () => false,
  // an own object for each, as the services do
  answer: () => ({
    status: 200,
    reason: '',
    headers: [['content-type', 'text/event-stream']],
    body: '',
    feed: { every: EVERY, next: nextPiece },
  }),
};

function fed(config: string): Stage {
  const made = new Stage(config);
  made.frontend().services.push(service);
  return made;
}

function pass(ms: number): void {
  vi.advanceTimersByTime(ms);
  stage.settle();
}

beforeAll(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance', 'Date'] });
  vi.advanceTimersByTime(10_000);
});
afterAll(() => void vi.useRealTimers());
beforeEach(() => {
  stage = fed(CONFIG);
  made = 0;
  last = 1000;
});
afterEach(() => {
  for (const client of stage.clients) client.fail();
  stage.settle();
  vi.advanceTimersByTime(200_000);
  for (const client of stage.clients) client.destroy();
  stage.settle();
  expect(stage.leftovers()).toEqual({});
  stage.close();
});

const HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n';
const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`;

/** Text of the log line for an answer of so many bytes. */
const line = (termination: string, target = '/'): RegExp =>
  new RegExp(String.raw`^l l/<FEED> 200 \d+ ${termination} 1/1/0/0/0 0/0 "GET ${target} HTTP`);

test('a piece at once, then one each second; the client ends it, and the log says nothing of an error', () => {
  const client = stage.ask(get('/'));
  const begun = `${HEAD}transfer-encoding: chunked\r\n\r\n${chunk('piece 1;')}`;
  expect(client.received).toBe(begun);
  pass(EVERY - 10);
  expect(client.received).toBe(begun);
  pass(30);
  expect(client.received).toBe(begun + chunk('piece 2;'));
  expect(stage.lines).toEqual([]);
  client.fail();
  stage.settle();
  expect(stage.logged).toMatch(line('LR--'));
  pass(5000);
  expect(made).toBe(2);
});

test('whoever reads may stay: no timeout is for him', () => {
  const client = stage.ask(get('/'));
  pass(60 * EVERY);
  expect([made > 55, client.closed]).toEqual([true, false]);
});

test('when there is no more the next request has its turn', () => {
  last = 2;
  const client = stage.ask(get('/'));
  pass(2 * EVERY + 50);
  expect(client.received).toMatch(/piece 2;\r\n0\r\n\r\n$/);
  expect(client.closed).toBe(false);
  expect(stage.logged).toMatch(line('LR--'));
  last = 3;
  client.send(get('/'));
  stage.settle();
  expect(client.received).toMatch(/piece 3;\r\n$/);
});

test('a request sent meanwhile waits', () => {
  last = 1;
  const client = stage.ask(get('/') + get('/plain'));
  expect(client.received).not.toContain('503');
  pass(EVERY + 50);
  expect(client.received).toMatch(/0\r\n\r\nHTTP\/1\.1 503 /);
});

test('HTTP/1.0: the end of the connection is that of the body', () => {
  last = 2;
  const client = stage.ask(get('/', 'connection: keep-alive\r\n', '1.0'));
  pass(2 * EVERY + 50);
  expect(client.received).toBe(`${HEAD}connection: close\r\n\r\npiece 1;piece 2;`);
  expect(client.closed || client.ended).toBe(true);
});

test('HEAD: nothing but the head', () => {
  const client = stage.ask('HEAD / HTTP/1.1\r\nhost: a\r\n\r\n');
  expect(client.received).toBe(`${HEAD}transfer-encoding: chunked\r\n\r\n`);
  expect([made, stage.lines.length, client.closed]).toEqual([0, 1, false]);
});

test('a request whose body is still to come gets an empty answer, and its connection ends', () => {
  const client = stage.ask('POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\nab');
  expect(client.received).toContain('\r\ncontent-length: 0\r\n');
  client.send('cde');
  stage.settle();
  expect([made, client.ended || client.closed]).toEqual([0, true]);
});

test('rules see the head', () => {
  stage = fed(`${CONFIG}  http-after-response set-header x-after %[status]\n`);
  const client = stage.ask(get('/'));
  expect(client.received).toBe(`${HEAD}transfer-encoding: chunked\r\nx-after: 200\r\n\r\n${chunk('piece 1;')}`);
});

test('the half of a connection that is closed is a client that has seen enough', () => {
  const client = stage.ask(get('/'));
  client.finish();
  stage.settle();
  expect(stage.logged).toMatch(line('LR--'));
  expect(made).toBe(1);
});

test('after a soft stop it ends with the next piece', () => {
  const client = stage.ask(get('/'));
  stage.frontend().stopping = true;
  pass(EVERY + 50);
  expect(client.received).toMatch(/piece 1;\r\n0\r\n\r\n$/);
  expect(client.closed || client.ended).toBe(true);
  expect(stage.logged).toMatch(line('LR--'));
});

test('who does not read is sent no more, and cut off after the timeout of clients', () => {
  const client = stage.connect();
  client.writable = false;
  client.send(get('/'));
  stage.settle();
  pass(9000);
  const most = made;
  expect(most).toBeLessThanOrEqual(3);
  pass(3000);
  expect(made).toBe(most);
  expect(client.closed).toBe(true);
  expect(stage.logged).toMatch(line('cD--'));
});

test('a source that fails once is asked again', () => {
  const client = stage.ask(get('/'));
  last = -1;
  expect(() => pass(EVERY + 50)).toThrow('no piece');
  stage.faults.length = 0;
  last = 1000;
  pass(EVERY);
  expect(client.received).toMatch(/piece 2;\r\n$/);
});

test('shutdown session cuts it', () => {
  const client: FakeTransport = stage.ask(get('/'));
  const [session] = stage.acceptor(stage.frontend()).sessions;
  session.kill('K');
  stage.settle();
  expect(client.closed).toBe(true);
  expect(stage.logged).toMatch(line('KD--'));
});
