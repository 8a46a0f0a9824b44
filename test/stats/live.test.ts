import { describe, expect, test } from 'vitest';
import { SV } from '../../src/core/counters.js';
import { fakeStream, makeRuntime, makeService, statsModel, type Fixture } from './fixture.js';

/** The live view without a browser: who gets it, and what its figures are. */

const scene = (): Fixture =>
  makeRuntime([
    { name: 'page', kind: 'listen' },
    { name: 'app', kind: 'backend', description: 'Fünf "</script>', servers: [{ name: 's1' }, { name: 's2' }] },
    { name: 'raw', kind: 'backend', mode: 'tcp', servers: [{ name: 't1' }] },
  ]);

interface Answer {
  readonly pid: number;
  readonly title: string;
  readonly actions: readonly [string, string][];
  readonly columns: readonly string[];
  readonly proxies: readonly { readonly name: string; readonly note: string; readonly rows: readonly unknown[][] }[];
}

function figures(service: ReturnType<typeof makeService>, target = '/s;live.json'): Answer {
  const reply = service.answer(fakeStream({ target }));
  expect(reply.headers).toContainEqual(['content-type', 'application/json']);
  return JSON.parse(Buffer.from(reply.body, 'latin1').toString('utf8')) as Answer;
}

const rowsOf = ({ columns, proxies }: Answer, name: string): Record<string, unknown>[] =>
  proxies
    .filter((proxy) => proxy.name === name)
    .flatMap(({ rows }) => rows)
    .map((row) => Object.fromEntries(columns.map((column, i) => [column, row[i]])));

test.each(['/s;live', '/s?live', '/s;up;live', '/s?scope=app&live', '/s;live?scope=app'])(
  '%s is the page',
  (target) => {
    const reply = makeService(scene(), statsModel({ uri: '/s', refresh: 5 })).answer(fakeStream({ target }));
    expect(reply.status).toBe(200);
    expect(reply.body).toContain('<title>tsproxy live</title>');
    expect(reply.headers.map(([name]) => name)).toEqual(['cache-control', 'content-type', 'content-security-policy']);
  },
);

test.each(['/s', '/s;livery', '/s?scope=live', '/s/live', '/s;csv'])('%s is not', (target) => {
  const reply = makeService(scene(), statsModel({ uri: '/s' })).answer(fakeStream({ target }));
  expect(reply.body).not.toContain('tsproxy live');
});

test('it needs nothing from elsewhere', () => {
  const { body } = makeService(scene(), statsModel({ uri: '/s"<>' })).answer(fakeStream({ target: '/s"<>;live' }));
  expect(body.match(/(?:src|href)="[^"]*"/g)).toEqual([
    'href="data:,"',
    'href="/s&quot;&lt;&gt;"',
    'href="/s&quot;&lt;&gt;"',
  ]);
  // a reply is bytes, one code unit each
  expect(body).toMatch(/^[\x00-\x7f]*$/);
});

describe('who may', () => {
  test.each(['/s;live', '/s;live.json'])('%s asks for the password of the page', (target) => {
    const service = makeService(scene(), statsModel({ uri: '/s', auth: [{ user: 'a', password: 'b' }] }));
    const authorization = `Basic ${Buffer.from('a:b').toString('base64')}`;
    expect(service.answer(fakeStream({ target })).status).toBe(401);
    expect(service.answer(fakeStream({ target, headers: { authorization } })).status).toBe(200);
  });

  test('act, and see what', () => {
    const stats = statsModel({ uri: '/s' });
    expect(figures(makeService(scene(), stats)).actions).toEqual([]);
    const { actions } = figures(makeService(scene(), stats, { adminConditions: [() => true] }));
    expect(actions[0]).toEqual(['ready', 'Set state to READY']);
    expect(figures(makeService(scene(), stats)).title).toBe('');
    expect(figures(makeService(scene(), statsModel({ uri: '/s', showNode: '' }))).title).toBe('node-1');
    expect(rowsOf(figures(makeService(scene(), stats)), 'app')[0].address).toBe(null);
    const withLegends = figures(makeService(scene(), statsModel({ uri: '/s', showLegends: true })));
    expect(rowsOf(withLegends, 'app')[0].address).toBe('127.0.0.1:80');
  });

  test('act by the form of the page, and where that leads', () => {
    const post = (target: string, admin: boolean): [number, string | undefined] => {
      const service = makeService(scene(), statsModel({ uri: '/s' }), { adminConditions: admin ? [() => true] : [] });
      const reply = service.answer(fakeStream({ method: 'POST', target, body: 's=s1&action=drain&b=%232' }));
      return [reply.status, reply.headers.find(([name]) => name === 'location')?.[1]];
    };
    expect(post('/s;live.json', true)).toEqual([303, '/s;live.json;st=DONE']);
    expect(post('/s;up;live.json?scope=app', false)).toEqual([303, '/s;live.json;st=DENY;up?scope=app']);
  });

  test('see which proxies', () => {
    const names = (answer: Answer): string[] => answer.proxies.map(({ name }) => name);
    const scoped = makeService(scene(), statsModel({ uri: '/s', scope: ['app'] }));
    expect(names(figures(scoped))).toEqual(['app']);
    const service = makeService(scene(), statsModel({ uri: '/s' }));
    expect(names(figures(service))).toEqual(['page', 'app', 'raw']);
    expect(names(figures(service, '/s;live.json?scope=ra'))).toEqual(['raw']);
  });
});

test('figures are counters by name of their column', () => {
  const fixture = scene();
  const { counters } = fixture.server('app', 's1');
  counters[SV.reqTot] = 7;
  counters[SV.econ] = 1;
  counters[SV.hrsp5xx] = 2;
  counters[SV.bout] = 99;
  fixture.server('raw', 't1').counters[SV.stot] = 3;
  const answer = figures(makeService(fixture, statsModel({ uri: '/s' })));
  expect(rowsOf(answer, 'app').map(({ kind, name }) => `${String(kind)} ${String(name)}`)).toEqual([
    'S s1',
    'S s2',
    'B BACKEND',
  ]);
  expect(rowsOf(answer, 'app')[0]).toMatchObject({
    status: 'no check',
    shade: 'active_no_check',
    requests: 7,
    errors: 3,
    bytesOut: 99,
    queue: 0,
  });
  expect(rowsOf(answer, 'raw')[0]).toMatchObject({ requests: 3 });
  expect(answer.proxies[1].note).toBe('Fünf "</script>');
});
