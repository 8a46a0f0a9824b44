import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { BE, FE, SV } from '../../core/counters.js';
import { Stage, timesOf } from '../testing.js';

let stages: Stage[] = [];

/** @param front lines of the frontend, @param back of the backend */
function stage(front = '', back = '', servers = '  server s 192.0.2.10:3306'): Stage {
  const made = new Stage(`
defaults
  mode tcp
  log stdout format raw local0
  option tcplog
  timeout connect 1s
  timeout client 30s
  timeout server 20s
  timeout queue 5s
frontend f
  bind :3306
${front}
  default_backend b
backend b
${back}
${servers}
`);
  stages.push(made);
  return made;
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
    for (const client of each.clients) client.fail();
    each.settle();
    for (const server of each.servers) server.fail();
    each.settle();
    pass(60_000, each);
    expect(each.leftovers()).toEqual({});
    each.close();
  }
});

describe('a relay', () => {
  test('bytes go both ways; the one line counts them', () => {
    const s = stage();
    const client = s.ask('hello');
    s.answer('welcome');
    expect(s.upstream.received).toBe('hello');
    expect(client.received).toBe('welcome');
    client.finish();
    s.settle();
    expect(s.upstream.ended).toBe(true);
    s.upstream.send('bye').finish();
    s.settle();
    expect(client.received).toBe('welcomebye');
    expect(client.closed).toBe(true);
    expect(s.lines).toHaveLength(1);
    expect(s.lines[0]).toMatch(/ f b\/s 0\/0\/0 10 -- 1\/1\/0\/0\/0 0\/0$/);
  });

  test.each(['client', 'server'] as const)('the %s resets', (side) => {
    const s = stage();
    const client = s.ask('x');
    (side === 'client' ? client : s.upstream).fail();
    s.settle();
    expect(client.closed).toBe(true);
    expect(s.upstream.closed).toBe(true);
    expect(s.lines[0]).toContain(side === 'client' ? ' CD ' : ' SD ');
    expect(s.backend().counters[side === 'client' ? BE.cliAbrt : BE.srvAbrt]).toBe(1);
  });

  test('silence ends it: the shorter timeout is blamed', () => {
    const s = stage();
    const client = s.ask('x');
    pass(20_020, s);
    expect(client.closed).toBe(true);
    expect(s.lines[0]).toContain(' sD ');
  });

  test('a slow side holds the other back, nothing is lost', () => {
    const s = stage();
    const client = s.ask('x');
    client.writable = false;
    s.upstream.send('y'.repeat(200_000));
    s.settle();
    expect(s.upstream.unread).toBeGreaterThan(100_000);
    client.writable = true;
    s.settle();
    expect(client.received).toBe('y'.repeat(200_000));
  });

  test('what came before the connection to the server was there goes first, and FIN after it', () => {
    const s = stage();
    s.connects = () => undefined;
    const client = s.ask('early');
    client.finish();
    s.settle();
    s.upstream.outcome = '';
    s.settle();
    expect(s.upstream.received).toBe('early');
    expect(s.upstream.ended).toBe(true);
  });
});

describe('failures', () => {
  test('refused: a retry each second, then SC', () => {
    const s = stage();
    s.connects = () => 'ECONNREFUSED';
    const client = s.ask('x');
    for (let i = 0; i < 3; i++) pass(1010, s);
    expect(client.closed).toBe(true);
    expect(s.servers).toHaveLength(4);
    expect(s.lines[0]).toMatch(/ 0\/-1\/30\d\d 0 SC 1\/1\/0\/0\/3 0\/0$/);
    expect(s.server().counters[SV.econ]).toBe(1);
  });

  test('no answer: sC', () => {
    const s = stage('', '  retries 0');
    s.connects = () => undefined;
    s.ask('x');
    pass(1010, s);
    expect(s.lines[0]).toContain(' sC ');
    expect(s.upstream.closed).toBe(true);
  });

  test('no server', () => {
    const s = stage('', '', '');
    expect(s.ask('x').ended).toBe(true);
    expect(s.lines[0]).toContain(' b/<NOSRV> -1/-1/0 0 SC ');
  });

  test('a client that goes while it waits: CC, and the attempt is given up', () => {
    const s = stage();
    s.connects = () => undefined;
    s.ask('x').fail();
    s.settle();
    expect(s.upstream.closed).toBe(true);
    expect(s.lines[0]).toContain(' CC ');
  });
});

describe('queues', () => {
  const ONE = '  server s 192.0.2.10:1 maxconn 1';

  test('the second waits for the first', () => {
    const s = stage('', '', ONE);
    const first = s.ask('1');
    s.ask('2');
    expect(s.servers).toHaveLength(1);
    first.fail();
    s.settle();
    expect(s.servers).toHaveLength(2);
    expect(s.upstream.received).toBe('2');
  });

  test('timeout queue: sQ with the time it waited', () => {
    const s = stage('', '', ONE);
    s.ask('1');
    const second = s.ask('2');
    pass(5020, s);
    expect(second.closed).toBe(true);
    expect(s.lines[0]).toContain(' sQ ');
    expect(timesOf(s.lines[0])).toMatch(/^50\d\d\/-1\/50\d\d$/);
  });
});

describe('rules', () => {
  test.each(['connection', 'session'])('tcp-request %s reject: nothing is logged', (kind) => {
    const s = stage(`  tcp-request ${kind} reject`);
    const client = s.ask('x');
    expect(client.closed).toBe(true);
    expect(s.lines).toEqual([]);
    expect(s.frontend().counters[kind === 'connection' ? FE.dcon : FE.dses]).toBe(1);
  });

  test('tcp-request content reject: PR', () => {
    const s = stage('  tcp-request inspect-delay 2s\n  tcp-request content reject if { req.len gt 3 }');
    const client = s.ask('abcd');
    expect(client.closed).toBe(true);
    expect(s.lines[0]).toContain(' PR ');
    expect(s.servers).toHaveLength(0);
  });

  const RESPONSE = '  tcp-response inspect-delay 2s\n';

  test('tcp-response content: what the server sends waits for the verdict, the client does not', () => {
    const s = stage('', `${RESPONSE}  tcp-response content reject unless { res.payload(0,2) -m str OK }`);
    const client = s.ask('hello');
    s.answer('O');
    expect([s.upstream.received, client.received]).toEqual(['hello', '']);
    s.answer('K go');
    s.answer(' on');
    expect(client.received).toBe('OK go on');
    s.upstream.finish();
    client.finish();
    s.settle();
    expect(s.lines[0]).toContain(' 8 -- ');
  });

  test('tcp-response content reject: nothing is sent; PD', () => {
    const s = stage('', `${RESPONSE}  tcp-response content reject if { res.len gt 3 }`);
    const client = s.ask('x');
    s.answer('abcd');
    expect([client.received, client.closed, s.upstream.closed]).toEqual(['', true, true]);
    expect(s.lines[0]).toContain(' 4 PD ');
    expect([s.frontend().counters[FE.dresp], s.server().counters[SV.dresp]]).toEqual([1, 1]);
  });

  test('tcp-response content close: the server is left, what it sent arrives', () => {
    const s = stage('', `${RESPONSE}  tcp-response content close if { res.len gt 3 }`);
    const client = s.ask('x');
    s.answer('abcd');
    expect([client.received, client.closed, s.upstream.closed]).toEqual(['abcd', true, true]);
  });

  test.each([
    ['is over', ''],
    ['ends with the server', 'fin'],
    ['ends with a reset', 'rst'],
  ])('tcp-response content: the delay %s, and the rules decide with what is there', (_what, how) => {
    const s = stage('', `${RESPONSE}  tcp-response content accept if { res.len gt 3 }`);
    const client = s.ask('x');
    s.answer('abc');
    expect(client.received).toBe('');
    if (how === 'fin') s.upstream.finish();
    if (how === 'rst') s.upstream.fail();
    if (how === '') pass(2020, s);
    s.settle();
    expect(client.received).toBe('abc');
    expect(client.ended || client.closed).toBe(how !== '');
  });

  test('tcp-response content without a delay decides when the server accepts', () => {
    const s = stage('', '  tcp-response content reject unless { res.len gt 0 }');
    expect(s.ask('x').closed).toBe(true);
    expect(s.lines[0]).toContain(' 0 PD ');
  });
});
