import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { LONGEST_SILENCE, MOST_SILENT } from './silence.js';
import { get, ok, Stage } from './testing.js';

let s: Stage;

function stage(mode: 'http' | 'tcp', front: string, back = ''): Stage {
  s = new Stage(`
defaults
  mode ${mode}
  log stdout format raw local0
  option ${mode}log
  timeout connect 1s
  timeout client 10s
  timeout server 10s
frontend f
  bind :80
${front}
  default_backend b
backend b
${back}
  server s 192.0.2.10:80
`);
  return s;
}

beforeAll(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] }));
afterAll(() => void vi.useRealTimers());
afterEach(() => {
  expect(s.leftovers()).toEqual({});
  s.acceptor(s.frontend()).retire();
  s.settle();
  expect(s.clients.every(({ closed }) => closed)).toBe(true);
  s.close();
});

describe('silent-drop', () => {
  test.each([
    ['http', '  http-request silent-drop', ' PR-- '],
    ['http', '  tcp-request connection silent-drop', ''],
    ['http', '  tcp-request session silent-drop', ''],
    ['http', '  tcp-request content silent-drop', ' PR-- '],
    ['tcp', '  tcp-request connection silent-drop', ''],
    ['tcp', '  tcp-request inspect-delay 1s\n  tcp-request content silent-drop if { req.len gt 0 }', ' PR '],
  ] as const)('%s: %s ends the session, and its client hears nothing', (mode, front, flags) => {
    stage(mode, front);
    const client = s.ask(get('/'));
    expect(s.leftovers()).toEqual({});
    vi.advanceTimersByTime(LONGEST_SILENCE - 1000);
    client.send('more');
    s.settle();
    expect(client).toMatchObject({ received: '', closed: false, ended: false, unread: 0 });
    expect(s.lines).toHaveLength(flags === '' ? 0 : 1);
    expect(s.lines.join('')).toContain(flags);
  });

  test('in the place of a response', () => {
    stage('http', '', '  http-response silent-drop');
    const client = s.ask(get('/'));
    s.answer(ok());
    expect(client).toMatchObject({ received: '', closed: false, ended: false });
    expect(s.upstream.closed).toBe(true);
    expect(s.lines[0]).toContain(' PR-- ');
  });

  test('a client that leaves is let go', () => {
    stage('http', '  http-request silent-drop');
    const client = s.ask(get('/')).finish();
    s.settle();
    expect(client).toMatchObject({ closed: true, wasReset: true });
  });

  test('after two minutes it is reset', () => {
    stage('http', '  http-request silent-drop');
    const client = s.ask(get('/'));
    vi.advanceTimersByTime(LONGEST_SILENCE + 1000);
    expect(client).toMatchObject({ closed: true, wasReset: true });
  });

  test('the oldest make room', () => {
    stage('http', '  http-request silent-drop');
    for (let i = 0; i < MOST_SILENT + 2; i++) s.ask(get('/'));
    expect(s.clients.map(({ closed }) => closed).indexOf(false)).toBe(2);
  });
});
