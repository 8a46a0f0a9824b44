import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { HttpService } from '../../src/core/service.js';
import { renderInfoTyped } from '../../src/observe/stats/info.js';
import { ProcessGauges } from '../../src/observe/stats/gauges.js';
import {
  fakeStream,
  makeRuntime,
  makeService,
  recordingAdmin,
  STARTED,
  statsModel,
  type FakeRequest,
  type Fixture,
} from './fixture.js';
import { fetchRaw, freePort, missing, RealHaproxy, type Answer } from './haproxy.js';

/** Access, admin form and `show info` beside the real HAProxy: statuses, headers and bodies. */

const config = (ports: readonly number[], socket: string): string => `
global
    stats socket ${socket} level admin
    description "a test"
defaults
    mode http
    timeout connect 1s
    timeout client 5s
    timeout server 5s
listen page
    bind 127.0.0.1:${ports[0]}
    stats enable
    stats uri /s
    stats auth a:b
    stats auth c:d:e
    stats realm My\\ Realm
    stats refresh 30s
    stats admin if { hdr(x-admin) yes }
listen open
    bind 127.0.0.1:${ports[1]}
    stats enable
    stats uri /haproxy?stats
    stats admin if TRUE
backend app
    server s1 127.0.0.1:1
    server s2 127.0.0.1:1 check
`;

const scene = (): Fixture =>
  makeRuntime([
    { name: 'page', kind: 'listen' },
    { name: 'open', kind: 'listen' },
    {
      name: 'app',
      kind: 'backend',
      // The stats socket counts as a proxy in the real one, so the ids begin with 2 there.
      id: 4,
      servers: [{ name: 's1' }, { name: 's2', check: true }],
    },
  ]);

const basic = (credentials: string): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(credentials).toString('base64')}`,
});

/** As far as the proxy decides it: what the sender of a reply adds or the transfer needs is left out. */
function decided({ status, headers }: Pick<Answer, 'status' | 'headers'>): { status: number; headers: string[] } {
  return { status, headers: headers.filter((line) => !/^(?:transfer-encoding|connection|content-length):/.test(line)) };
}

/** The service of `listen page`. */
function secured(): HttpService {
  return makeService(
    scene(),
    statsModel({
      uri: '/s',
      realm: 'My Realm',
      refresh: 30,
      auth: [
        { user: 'a', password: 'b' },
        { user: 'c', password: 'd:e' },
      ],
    }),
    {
      admin: recordingAdmin().admin,
      adminConditions: [(stream) => stream.request?.headers.get('x-admin') === 'yes'],
    },
  );
}

describe.skipIf(missing !== '')(`beside the real HAProxy ${missing}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'tsproxy-socket-'));
  const socket = join(folder, 'admin');
  let ports: number[];
  let real: RealHaproxy;

  beforeAll(async () => {
    ports = await Promise.all([freePort(), freePort()]);
    real = new RealHaproxy(config(ports, socket));
    await real.until(async () => (await fetchRaw(ports[1], '/haproxy?stats;csv')).status === 200);
  });
  afterAll(async () => {
    await real.stop();
    rmSync(folder, { recursive: true });
  });

  test.each([
    ['no credentials', '/s', {}],
    ['a wrong password', '/s', basic('a:x')],
    ['a wrong user', '/s', basic('x:b')],
    ['no colon', '/s', basic('a')],
    ['another scheme', '/s', { authorization: 'Bearer YTpi' }],
    ['the first account', '/s', basic('a:b')],
    ['the second account, with a colon in the password', '/s;csv', basic('c:d:e')],
    [
      'a scheme in other letters',
      '/s;norefresh',
      { authorization: basic('a:b').authorization.replace('Basic', 'basic') },
    ],
  ])('access with %s', async (_, target, headers) => {
    const theirs = await fetchRaw(ports[0], target, { headers });
    const reply = secured().answer(fakeStream({ target, headers }));
    const lines = reply.headers.map((pair) => pair.join(': '));
    expect(decided({ status: reply.status, headers: lines })).toEqual(decided(theirs));
    expect(reply.status === 401 ? reply.body : '').toBe(theirs.status === 401 ? theirs.body : '');
  });

  test.each(['PUT', 'DELETE', 'OPTIONS', 'GET', 'HEAD', 'POST'])('%s is served like there', async (method) => {
    const theirs = await fetchRaw(ports[0], '/s', { method });
    expect(secured().matches(fakeStream({ method, target: '/s' }))).toBe(theirs.status !== 503);
  });

  test.each(['/s', '/sfoo', '/s/;csv', '/S', '/', '/x/s', '/?/s'])('whether %s is the page', async (target) => {
    const theirs = await fetchRaw(ports[0], target);
    expect(secured().matches(fakeStream({ target }))).toBe(theirs.status !== 503);
  });

  test.each([
    's=s1&action=maint&b=app',
    's=s1&s=s2&action=ready&b=%234',
    's=s1&action=&b=app',
    'action=maint&b=app',
    's=nope&action=maint&b=app',
    's=s1&s=nope&action=ready&b=app',
    's=s1&action=ready&b=nope',
    's=s1&action=ready',
    'x=y',
    's=s1&action=ready&b=app&x=y',
    's=s1&action=nonsense&b=app',
    's=s1&action=ready&b=page',
    's=s1&action=dhlth&b=app',
    's=s2&action=dhlth&b=app',
    's=s1&action=hdown&b=app',
    's=s1&action=dagent&b=app',
    's=s1&action=shutdown&b=app',
    's=%731&action=ready&b=app',
    's=s1&&action=ready&b=app',
    '',
  ])('the form %s', async (body) => {
    const target = '/haproxy?stats;up;norefresh';
    const headers = { 'content-length': String(body.length) };
    const theirs = await fetchRaw(ports[1], target, { method: 'POST', body, headers });
    const { admin } = recordingAdmin(
      (action, server) => (action.endsWith('hlth') && !server.checked) || action.endsWith('agent'),
    );
    const service = makeService(
      scene(),
      statsModel({ uri: '/haproxy?stats' }),
      { admin, adminConditions: [() => true] },
      'open',
    );
    const reply = service.answer(fakeStream({ method: 'POST', target, body }));
    const lines = reply.headers.map((pair) => pair.join(': '));
    expect(decided({ status: reply.status, headers: lines })).toEqual(decided(theirs));
  });

  test('a form without admin rights', async () => {
    const body = 's=s1&action=maint&b=app';
    const headers = { ...basic('a:b'), 'content-length': String(body.length) };
    const theirs = await fetchRaw(ports[0], '/s', { method: 'POST', body, headers });
    const reply = secured().answer(fakeStream({ method: 'POST', target: '/s', headers, body }));
    const lines = reply.headers.map((pair) => pair.join(': '));
    expect(decided({ status: reply.status, headers: lines })).toEqual(decided(theirs));
    expect(lines).toContain('location: /s;st=DENY');
  });

  test('show info has the same fields with the same tags and types', async () => {
    const text = await ask(socket, 'show info typed');
    const { runtime } = scene();
    const gauges = new ProcessGauges(runtime, () => 1000);
    const mine = renderInfoTyped({ runtime, figures: gauges.read(), date: STARTED + 5000 });
    expect(keysOf(mine)).toEqual(keysOf(text));
  });
});

/** Typed lines without their values. */
function keysOf(text: string): string[] {
  return text
    .trim()
    .split('\n')
    .map((line) => line.split(':').slice(0, 3).join(':'));
}

/** One command over the runtime socket. */
async function ask(path: string, command: string): Promise<string> {
  const connection = connect(path);
  connection.end(`${command}\n`);
  let text = '';
  for await (const data of connection) text += String(data);
  return text;
}

/** Sends the form to a page that anybody may administer. */
function post(headers: Record<string, string>, more: Partial<FakeRequest> = {}): { location: string; done: string[] } {
  const { admin, done } = recordingAdmin();
  const service = makeService(scene(), statsModel({ uri: '/s' }), { admin, adminConditions: [() => true] });
  const body = 's=s1&action=maint&b=app';
  const reply = service.answer(fakeStream({ method: 'POST', target: '/s', headers, body, ...more }));
  return { location: reply.headers.find(([name]) => name === 'location')?.[1] ?? '', done };
}

function pageText(hideVersion: boolean): string {
  return makeService(scene(), statsModel({ uri: '/s', hideVersion })).answer(fakeStream({ target: '/s' })).body;
}

describe('what only tsproxy does', () => {
  test.each([
    ['no origin', {}, 'DONE'],
    ['its own origin', { host: 'lb:8404', origin: 'http://lb:8404' }, 'DONE'],
    ['its own origin in other letters, behind TLS', { host: 'LB', origin: 'https://lb' }, 'DONE'],
    ['a foreign origin', { host: 'lb:8404', origin: 'http://evil.example' }, 'DENY'],
    ['another port', { host: 'lb:8404', origin: 'http://lb:80' }, 'DENY'],
    ['a hidden origin', { host: 'lb:8404', origin: 'null' }, 'DENY'],
  ])('a form from %s', (_, headers, status) => {
    const { location, done } = post(headers);
    expect(location).toBe(`/s;st=${status}`);
    expect(done).toEqual(status === 'DONE' ? ['maint app/s1'] : []);
  });

  test('a form that did not fit is not carried out in part', () => {
    expect(post({}, { complete: false })).toEqual({ location: '/s;st=EXCD', done: [] });
  });

  test('an action that nothing carries out is neither offered nor accepted', () => {
    const { admin } = recordingAdmin();
    const service = makeService(scene(), statsModel({ uri: '/s' }), {
      admin: { ready: admin.ready },
      adminConditions: [() => true],
    });
    const offered = [...service.answer(fakeStream({ target: '/s' })).body.matchAll(/<option value="(\w+)"/g)];
    expect(new Set(offered.map((found) => found[1]))).toEqual(new Set(['ready']));
    const reply = service.answer(fakeStream({ method: 'POST', target: '/s', body: 's=s1&action=drain&b=app' }));
    expect(reply.headers).toContainEqual(['location', '/s;st=ERRP']);
  });

  test('an absolute target is the page too', () => {
    const service = makeService(scene(), statsModel({ uri: '/s' }));
    expect(service.matches(fakeStream({ target: 'http://example.com/s;csv' }))).toBe(true);
    expect(service.matches(fakeStream({ target: 'http://example.com/' }))).toBe(false);
  });

  test.each([
    ['deny', undefined, 403, undefined],
    ['auth', 'Other', 401, 'Basic realm="Other"'],
    ['auth', undefined, 401, 'Basic realm="HAProxy Statistics"'],
    ['allow', undefined, 200, undefined],
  ] as const)('stats http-request %s (realm %s)', (action, realm, status, header) => {
    const rules = [
      { action: 'deny', realm: undefined, condition: () => false },
      { action, realm, condition: undefined },
    ] as const;
    const service = makeService(scene(), statsModel({ uri: '/s' }), { accessRules: rules });
    const reply = service.answer(fakeStream({ target: '/s' }));
    expect(reply.status).toBe(status);
    expect(reply.headers.find(([name]) => name === 'www-authenticate')?.[1]).toBe(header);
  });

  test('stats scope limits every format, and . is the proxy of the page', () => {
    const service = makeService(scene(), statsModel({ uri: '/s', scope: ['.', 'app'] }));
    const names = (target: string): (string | undefined)[] =>
      service
        .answer(fakeStream({ target }))
        .body.split('\n')
        .slice(1, -1)
        .map((line) => line.split(',')[0]);
    expect(new Set(names('/s;csv'))).toEqual(new Set(['page', 'app']));
    expect(new Set(names('/s;csv?scope=AP'))).toEqual(new Set(['app']));
  });

  test('monitoring tools find the version and the idle time; hide-version hides the former', () => {
    expect(/HAProxy version ([^,]*),/.exec(pageText(false))?.[1]).toBe('2.6.12');
    expect(/idle = (\d+)/.exec(pageText(false))?.[1]).toBe('100');
    expect(pageText(true)).not.toContain('version');
    expect(pageText(true)).not.toContain('0.1.0');
  });
});
