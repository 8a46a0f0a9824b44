import { describe, expect, test } from 'vitest';
import { lacks } from '../support/installed.js';
import { ok, sends, type Behaviour } from '../support/origin.js';
import { get, RawClient } from '../support/raw-client.js';
import { comparable } from '../support/log-line.js';
import { until } from '../support/poll.js';
import { startHaproxy, startProxy } from '../support/proxy.js';
import { readStats, type StatsRow } from '../support/stats-csv.js';
import { Bench, Differential, type Script } from './differential.js';

/** Cookies that keep clients on servers, beside the real haproxy: what client and origin see, and the log's letters. */

const config = (settings: string, servers: string = SERVERS): string => `defaults
 mode http
 log global
 option httplog
 timeout connect 1s
 timeout client 3s
 timeout server 3s
 retries 1
listen l
 bind 127.0.0.1:{web}
 ${settings.replaceAll('; ', '\n ')}
${servers}`;

const SERVERS = ` server a 127.0.0.1:{origin} cookie ca
 server b 127.0.0.1:{origin} cookie cb
 server down 127.0.0.1:1 cookie cd disabled
`;

type Named = readonly (readonly [string, Script])[];

/** Dates in cookies depend on the moment; what they say is asked by the scripts themselves. */
const undated = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value).replaceAll(/(SRV=\w+)\|[\w+/]{5}(\|[\w+/]{5})?/g, (_all, pair, first) => `${pair}|DATE${first === undefined ? '' : '|DATE'}`)); // prettier-ignore

async function compare(text: string, scripts: Named, table: Record<string, Behaviour> = {}): Promise<void> {
  const both = await Differential.start(text, { '/sets': sends(ok('', 'Set-Cookie: SRV=app; path=/x\r\nSet-Cookie: o=1\r\n')), ...table }); // prettier-ignore
  const [ours, real]: [Record<string, unknown>, Record<string, unknown>] = [{}, {}];
  for (const [name, script] of scripts) {
    const pair = await both.observe(name, script);
    ours[name] = undated(pair.ours);
    real[name] = undated(pair.real);
  }
  expect(ours).toEqual(real);
}

const cookie = (...lines: string[]): string => lines.map((line) => `Cookie: ${line}\r\n`).join('');
const asks = (line: string, path = '/'): readonly [string, Script] => [`${path} ${line}`, { send: get(path, line === '' ? '' : cookie(line)) }]; // prettier-ignore
const post = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n';

const USUAL: Named = [
  asks(''),
  asks('x=1; SRV=cb; y=2'),
  asks('x=1; SRV=cb~app; y=2'),
  asks('SRV=zz; y=2'),
  asks('y=2; SRV=cd'),
  asks('', '/sets'),
  asks('SRV=ca', '/sets'),
  ['POST', { send: post }],
  ['two on one connection', { send: [get('/'), 30, get('/', cookie('SRV=cb'))], responses: 2 }],
];

/** 2.6's dates: five digits of base 64, in units of four seconds. */
function date(ahead: number): string {
  const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  let rest = Math.ceil((Date.now() / 1000 + ahead) / 4);
  let text = '';
  for (let i = 0; i < 5; i++, rest = Math.floor(rest / 64)) text = digits.charAt(rest & 63) + text;
  return text;
}

describe.skipIf(lacks('haproxy'))('persistence beside the real haproxy', () => {
  test.each([
    'insert',
    'insert indirect',
    'insert indirect nocache',
    'insert indirect postonly',
    'rewrite',
    'prefix',
    'prefix indirect',
    '',
    'indirect',
    'insert preserve',
    'insert indirect preserve',
    'indirect preserve',
    'insert indirect maxidle 10m',
    'insert maxlife 10m',
    'insert indirect nocache httponly secure domain .a.example domain .b.example attr "SameSite=Lax" attr X maxidle 30m maxlife 8h',
  ])('cookie SRV %s', (mode) => compare(config(`cookie SRV ${mode}`), USUAL));

  const lines = [
    'SRV=ca; a=1',
    'a=1; SRV=ca',
    'a=1;SRV=ca;b=2',
    'a=1 ; SRV = ca ; b=2',
    'a=1,SRV=ca,b=2',
    '$Version=1; SRV=ca; $Path=/',
    '$Version=1; SRV=ca; $Path=/; b=1',
    'SRV=ca; SRV=cb; c=1',
    'SRV=cb; c=1; SRV=ca',
    '"q;SRV=ca"; SRV=cb',
    'SRV="ca"; b=1',
    'SRV="c\\";a"; b=1',
    'SRV; b=1',
    '=x; SRV=ca',
    ' ; ;SRV=ca;',
    ';SRV=ca',
    'SRV=ca;',
    'a=1; SRV=ca;',
    'a; SRV=ca; b',
    'SRV=cd; x=1; SRV=ca',
    'srv=ca',
    'SRV=',
    'SRV=; a=1',
    'SRV=ca~',
    'SRV=ca~a~b; c=1',
    'SRV=~a',
    'SRV=ca ; ; b=1',
    'SRV=ca,;b=1',
    '"SRV"=ca',
    'a=1;  SRV=ca;   b=1',
    'a = 1; SRV=cb',
    '$V = 1; SRV=cb; x = 2',
  ];
  test.each(['insert indirect', 'insert', 'prefix'])('Cookie fields as they come: %s', (mode) =>
    compare(config(`cookie SRV ${mode}`), [
      ...lines.map((line) => asks(line)),
      ...[
        ['a=1', 'SRV=ca'],
        ['SRV=ca', 'b=1'],
        ['SRV=ca', 'SRV=cb'],
      ].map((fields): [string, Script] => [fields.join(' & '), { send: get('/', cookie(...fields)) }]),
    ]),
  );

  const set: Record<string, string> = {
    '/1': 'SRV=app',
    '/2': 'SRV=app; path=/; HttpOnly',
    '/3': 'SRV="a;b"; x',
    '/4': 'SRV = app ; x',
    '/5': 'SRV',
    '/6': 'SRV; x',
    '/7': 'SRV=',
    '/8': 'SRV=; path=/',
    '/9': 'x=1, SRV=app',
    '/10': 'SRV=app, x=1; p',
    '/11': 'a=1; SRV=x',
    '/12': 'SRV=1\r\nSet-Cookie: SRV=2',
    '/13': 'srv=1',
    '/14': ';SRV=1',
    '/15': 'z = 1 ; x = 2',
  };
  const setters = Object.fromEntries(
    Object.entries(set).map(([path, value]) => [path, sends(ok('', `Set-Cookie: ${value}\r\n`))]),
  );
  test.each(['insert', 'rewrite', 'prefix', 'indirect'])('Set-Cookie fields as they come: %s', (mode) =>
    compare(
      config(`cookie SRV ${mode}`),
      Object.keys(set).map((path) => asks('SRV=ca', path)),
      setters,
    ),
  );

  const set2 = [
    'SRV=app',
    'SRV=app; Version=1; Path=/',
    'a=1; Version=1, SRV=app; Version=1',
    'SRV=app; Version=1, a=1; Version=1',
    'a=1; Version=1,SRV=app; Version=1 , b=2',
    'a=1, SRV=app, b=2',
    'a="x,SRV=y", SRV=app',
    'SRV = app , x',
    'SRV=1, SRV=2',
  ];
  // where a cookie is deleted 2.6 leaves remains of it in the field
  test.each(['rewrite', 'prefix'])('Set-Cookie2 fields: %s', (mode) =>
    compare(
      config(`cookie SRV ${mode}`),
      set2.map((_, index) => asks('SRV=ca', `/${index}`)),
      Object.fromEntries(set2.map((value, index) => [`/${index}`, sends(ok('', `Set-Cookie2: ${value}\r\n`))])),
    ),
  );

  test.each(['', 'maxidle 10m', 'maxlife 10m', 'maxidle 10m maxlife 20m'])('dates: %s', (limits) =>
    compare(
      config(`cookie SRV insert ${limits}`),
      [
        '',
        'x',
        'xxxxx',
        '?????',
        date(0),
        date(-30),
        date(-700),
        date(4000),
        date(90_000),
        `${date(-30)}|`,
        `${date(-30)}|${date(-100)}`,
        `${date(-30)}|${date(-700)}`,
        `${date(-30)}|${date(-3000)}`,
        `${date(-700)}|${date(-100)}`,
        `${date(-30)}|${date(90_000)}`,
        `${date(-30)}zz|${date(-100)}zz`,
        'AAAAA|AAAAA',
        `|${date(-10)}`,
      ].map((dates) => asks(`SRV=ca|${dates}`)),
    ),
  );

  const headers = [
    'Last-Modified: x',
    'ETag: "x"',
    'Expires: 0',
    'Cache-Control: max-age=10',
    'Cache-Control: S-MaxAge=5',
    'Cache-Control: public',
    'Cache-Control: max-age=0',
    'Cache-Control: s-maxage=0, public',
    'Cache-Control: no-store, public',
    'Cache-Control: no-cache, public\r\nETag: x',
    'Cache-Control: public, no-cache\r\nETag: x',
    'Cache-Control: private\r\nETag: x',
    'Cache-Control: private="x"\r\nETag: x',
    'Cache-Control: max-age=0, s-maxage=5\r\nETag: x',
    'Cache-Control: max-age="0"\r\nETag: x',
    'Cache-Control: must-revalidate\r\nETag: x',
    'Cache-Control: no-cache="Set-Cookie", max-age=10',
    'Cache-Control: no-cache="x", max-age=10',
    'Cache-Control: no-cache\r\nCache-Control: public\r\nETag: x',
    'Pragma: no-cache\r\nETag: x',
    'Pragma: x, no-cache\r\nETag: x',
    'Pragma: no-cache, x\r\nETag: x',
    'Pragma: NO-CACHE\r\nETag: x',
    'Pragma: no-cache\r\nCache-Control: public\r\nETag: x',
    'Pragma: no-cache\r\nCache-Control: max-age=10',
    'Vary: *\r\nETag: x',
  ];
  test('nocache: which responses a cache could keep', () =>
    compare(
      config('cookie SRV insert nocache'),
      headers.map((_field, index) => asks('', `/${index}`)),
      Object.fromEntries(headers.map((field, index) => [`/${index}`, sends(ok('', `${field}\r\n`))])),
    ));
  test('nocache: statuses and methods', () => {
    const statuses = [200, 203, 204, 206, 300, 301, 302, 304, 400, 404, 405, 410, 414, 500, 501, 503];
    const answer = (status: number): string =>
      `HTTP/1.1 ${status} X\r\nETag: x\r\n${status === 204 || status === 304 ? '' : 'Content-Length: 0\r\n'}\r\n`;
    return compare(
      config('cookie SRV insert nocache'),
      [...statuses.map((status) => asks('', `/${status}`)), ['POST', { send: post.replace('/ ', '/200 ') }]],
      Object.fromEntries(statuses.map((status) => [`/${status}`, sends(answer(status))])),
    );
  });

  test.each([
    ['use-server goes first', 'cookie SRV insert; use-server a if { path / }'],
    ['use-server, the server is down', 'cookie SRV insert; use-server down if TRUE'],
    ['use-server, option persist', 'cookie SRV insert; option persist; use-server down if { path /x }'],
    ['captured cookies', 'cookie SRV insert indirect; capture cookie SR len 6'],
    ['captured cookies, exact name', 'capture cookie y= len 6'],
    ['option persist', 'cookie SRV insert; option persist'],
    ['ignore-persist', 'cookie SRV insert; ignore-persist if { path / }'],
    ['force-persist', 'cookie SRV insert; force-persist if { path / }'],
    ['the first persist rule decides', 'cookie SRV insert; ignore-persist if { path /x }; force-persist if TRUE'],
    ['denied', 'cookie SRV insert; capture cookie y= len 6; http-request deny'],
    ['redirected', 'cookie SRV insert; capture cookie y= len 6; http-request redirect location /'],
    ['a rule takes the cookie away', 'cookie SRV insert; http-request del-header cookie'],
  ])(
    '%s',
    (_what, settings) =>
    compare(config(settings), [...USUAL, asks('', '/x'), asks('SRV=cd; y=1', '/x'), asks('SRV=cb; y=22222222; y=3', '/x')]), // prettier-ignore
  );

  test.each([
    ['no redispatch', ''],
    ['redispatch', 'option redispatch; '],
    ['redispatch, forced', 'option redispatch; force-persist if TRUE; '],
    ['redispatch on every retry', 'option redispatch 1; retries 2; '],
  ])('the server refuses: %s', (_what, settings) =>
    compare(config(`${settings}cookie SRV insert indirect`, ' server dead 127.0.0.1:1 cookie cd\n server a 127.0.0.1:{origin} cookie ca\n'), [
      asks('SRV=cd'),
      asks('SRV=ca'),
    ]),
  ); // prettier-ignore

  /** 2.6 adds what came of the refused response to the size it logs, as much as happened to have arrived. */
  test('a denied response', () =>
    compare(
      config('cookie SRV insert; capture cookie o= len 6; log-format "%ST %CC %CS %tsc %s"; http-response deny'),
      [asks('', '/sets'), asks('SRV=ca', '/sets'), asks('SRV=x'), asks('SRV=cd')],
    ));

  test('servers without a cookie take it away; several may share a value; none is left', async () => {
    await compare(config('cookie SRV insert indirect', ' server down 127.0.0.1:1 cookie cd disabled\n server a 127.0.0.1:{origin} backup\n'), [asks(''), asks('SRV=cd')]); // prettier-ignore
    await compare(config('cookie SRV insert indirect', ' server down 127.0.0.1:1 cookie c disabled\n server a 127.0.0.1:{origin} cookie c\n'), [asks('SRV=c')]); // prettier-ignore
    await compare(config('cookie SRV insert', ' server down 127.0.0.1:1 cookie c disabled\n'), [asks('SRV=c'), asks('SRV=x')]); // prettier-ignore
  });

  test('dynamic cookies are those of HAProxy', async () => {
    const servers = ['127.0.0.1:80', '127.0.0.1:8080', '10.1.2.3:65535', '10.1.2.3', '[2001:db8::1]:8080'];
    const both = await Differential.start(
      config(
        'cookie SRV insert indirect dynamic; dynamic-cookie-key secret; stats enable; stats uri /s; stats show-legends',
        servers.map((address, index) => ` server s${index} ${address} disabled\n`).join('') +
          ' server own 127.0.0.1:80 cookie own disabled\n',
      ),
    );
    const cookies = async ({ proxy }: Bench): Promise<string[][]> => {
      const text = await (await fetch(`http://127.0.0.1:${proxy.port('web')}/s;csv`)).text();
      const rows = text.split('\n').map((row) => row.split(','));
      const column = rows[0].indexOf('cookie');
      return rows.filter(([name]) => name === 'l').map((row) => [row[1], row[column]]);
    };
    const real = await cookies(both.real);
    expect(real.find(([name]) => name === 's0')?.[1]).toMatch(/^[\da-f]{16}$/);
    expect(await cookies(both.ours)).toEqual(real);
  });

  test.each(['', 'option redispatch; ', 'option redispatch; force-persist if TRUE; '])(
    "a full queue, with '%s'",
    async (option) => {
      const text = config(
        `${option}timeout queue 3s; cookie SRV insert`,
        ' server a 127.0.0.1:{origin} cookie ca maxconn 1 maxqueue 1\n server b 127.0.0.1:{origin} cookie cb\n',
      );
      const third = async (begin: typeof startProxy): Promise<unknown> => {
        const table: Record<string, Behaviour> = {};
        const bench = await Bench.start(begin, text, table);
        table['/hold'] = bench.origin.holds;
        const ask = async (path: string): Promise<RawClient> => {
          const client = await RawClient.connect(bench.proxy.port('web'));
          client.send(get(path, cookie('SRV=ca')));
          return client;
        };
        await ask('/hold');
        await bench.origin.holding(1);
        await ask('/waits');
        const row = async (name: string): Promise<StatsRow | undefined> =>
          (await readStats(bench.proxy.port('stats'))).get(name);
        await until('one in the queue', async () => (await row('l/a'))?.qcur === '1');
        const { head } = await (await ask('/third')).response();
        await until('the log line', () => bench.log.messages.some((line) => line.includes('/third')));
        const logged = bench.log.messages.find((line) => line.includes('/third')) ?? '';
        return [head, comparable(logged).text, (await row('l/a'))?.wredis, (await row('l/BACKEND'))?.wredis];
      };
      expect(await third(startProxy)).toEqual(await third(startHaproxy));
    },
  );
});

test("checkcache: a response that caches would keep must set no cookie (2.6 blocks it, too, with a 200 in place of the manual's 502)", async () => {
  const bench = await Bench.start(startProxy, config('option checkcache'), {
    '/bad': sends(ok('', 'Set-Cookie: z=1\r\nETag: x\r\n')),
    '/fine': sends(ok('', 'Set-Cookie: z=1\r\nETag: x\r\nCache-Control: no-cache="set-cookie"\r\n')),
  });
  const [bad, fine] = [await bench.perform({ send: get('/bad') }), await bench.perform({ send: get('/fine') })];
  expect(bad.client).toMatch(/^HTTP\/1.1 502 /);
  expect(bad.log.join()).toContain(' PH-- ');
  expect(bench.log.messages.join('\n')).toContain('Blocking cacheable cookie in response from instance l, server ');
  expect(fine.client).toMatch(/^HTTP\/1.1 200 /);
});

test.skipIf(lacks('haproxy'))('persist rdp-cookie leads to the server that the broker named', async () => {
  const text = `defaults
 mode tcp
 timeout connect 1s
 timeout client 3s
 timeout server 3s
 timeout queue 1s
listen l
 bind 127.0.0.1:{web}
 tcp-request inspect-delay 2s
 tcp-request content accept if RDP_COOKIE
 persist rdp-cookie
 server other 127.0.0.1:1
 server named 127.0.0.1:{origin}
`;
  for (const begin of [startHaproxy, startProxy]) {
    const bench = await Bench.start(begin, text, {});
    const port = ((bench.origin.port & 255) << 8) | (bench.origin.port >> 8);
    for (let i = 0; i < 2; i++) {
      const client = await RawClient.connect(bench.proxy.port('web'));
      client.send(rdp(`Cookie: msts=16777343.${port}.0000\r\n`));
      const before = i + 1;
      await until(
        'the packet at the origin',
        () => bench.origin.connections.filter(({ received }) => received.includes('msts')).length === before,
      );
      client.close();
    }
  }
});

/** TPKT and X.224 connection request around a routing token (MS-RDPBCGR section 2.2.1.1). */
function rdp(token: string): string {
  const length = 11 + token.length;
  return String.fromCharCode(3, 0, length >> 8, length & 255, length - 5, 0xe0, 0, 0, 0, 0, 0) + token;
}
