import type { RealBackend } from './real.js';
import type { FakeRequest } from './servers.js';

/** One step of a comparison. */
export type Step =
  | { readonly kind: 'request'; readonly request: FakeRequest; readonly hold?: string }
  | { readonly kind: 'release'; readonly hold: string }
  | { readonly kind: 'weight'; readonly server: string; readonly weight: number }
  | { readonly kind: 'state'; readonly server: string; readonly up: boolean };

export interface Comparison extends RealBackend {
  readonly title: string;
  readonly steps: readonly Step[];
}

const list: Comparison[] = [];

function compare(what: string, lines: readonly string[], servers: string, steps: readonly Step[]): void {
  const title = `${lines.join(', ')} [${servers}] ${what}`;
  list.push({ name: `case${list.length + 1}`, title, lines, servers, steps });
}

const times = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));
const requests = (count: number, make: (i: number) => FakeRequest = () => ({})): Step[] =>
  times(count, (i) => ({ kind: 'request', request: make(i) }));
const down = (server: string): Step => ({ kind: 'state', server, up: false });
const up = (server: string): Step => ({ kind: 'state', server, up: true });
const weight = (server: string, value: number): Step => ({ kind: 'weight', server, weight: value });
const hold = (name: string | number, request: FakeRequest = {}): Step => ({
  kind: 'request',
  request,
  hold: String(name),
});
const release = (name: string | number): Step => ({ kind: 'release', hold: String(name) });

const FARMS = ['1 1 1', '1 2 3', '10 1', '256 1 1', '5 5 0 1', '7 3 13 100 1', '1 1d 2', '3 2b 1b', '2d 3b 2b 7b'];

// in turns
const comingAndGoing = [
  ...requests(7),
  down('s1'),
  ...requests(5),
  up('s1'),
  ...requests(9),
  down('s2'),
  ...requests(3),
  down('s1'),
  ...requests(4),
  up('s2'),
  ...requests(5),
  up('s1'),
  ...requests(11),
];
for (const algorithm of ['roundrobin', 'static-rr']) {
  for (const farm of FARMS) compare('sequence', [`balance ${algorithm}`], farm, requests(40));
  for (const farm of ['1 1 1', '1 2 3', '20 3 7 1b', '3 2 3b 2b']) {
    compare('coming and going', [`balance ${algorithm}`], farm, comingAndGoing);
    compare('coming and going', [`balance ${algorithm}`, 'option allbackups'], farm, comingAndGoing);
  }
  compare('with full servers', [`balance ${algorithm}`], '3m2 1m1 2m4', [
    ...requests(4),
    ...times(6, (i) => hold(i)),
    release(0),
    hold('a'),
    release(2),
    ...requests(5),
    ...times(5, (i) => release([1, 3, 4, 5, 'a'][i])),
    ...requests(12),
  ]);
}
const reweighing = [
  ...requests(5),
  weight('s1', 4),
  ...requests(11),
  weight('s2', 0),
  ...requests(7),
  weight('s2', 9),
  ...requests(14),
  weight('s1', 1),
  weight('s3', 200),
  ...requests(30),
  weight('s3', 2),
  ...requests(30),
  down('s3'),
  weight('s3', 5),
  ...requests(4),
  up('s3'),
  ...requests(20),
];
for (const algorithm of ['roundrobin', 'leastconn', 'first']) {
  for (const farm of ['1 1 1', '2 3 5', '100 1 10'])
    compare('weights change', [`balance ${algorithm}`], farm, reweighing);
}

// the least loaded, the first
for (const algorithm of ['leastconn', 'first']) {
  for (const farm of FARMS) compare('sequence', [`balance ${algorithm}`], farm, requests(20));
  for (const farm of ['1 1 1', '1 2 3', '20 3 7 1b', '3 2 3b 2b']) {
    compare('coming and going', [`balance ${algorithm}`], farm, comingAndGoing);
    compare('coming and going', [`balance ${algorithm}`, 'option allbackups'], farm, comingAndGoing);
  }
  for (const farm of ['1 1 1', '1 2 3', '10 1', '2m3 1m2 1m9']) {
    compare('held connections', [`balance ${algorithm}`], farm, [
      ...times(9, (i) => hold(i)),
      release(3),
      release(1),
      ...requests(3),
      hold('a'),
      release(8),
      release('a'),
      hold('b'),
      hold('c'),
      ...requests(2),
      release(0),
      release(2),
      release(4),
      ...requests(6),
    ]);
  }
}

// hashes
const FUNCTIONS = ['sdbm', 'djb2', 'wt6', 'crc32'].flatMap((name) => [name, `${name} avalanche`]);
const TARGETS = [
  '/',
  '/a',
  '/a/',
  '/a/b/c.html?x=1',
  '/a/b/d.html?x=2',
  '/b?y',
  '/index.html',
  '/index.html?z=/y/x',
  '/long/er/path/with/many/parts',
  'http://www.example.com/a/b',
  'http://www.example.com/',
  '/?userid=1',
  '/?a=1&userid=77&b=2',
  '/x?userid=',
  '/x?userid',
  '/x?auserid=3&userid=4',
  '/%C3%A9',
];
const uris = requests(TARGETS.length, (i) => ({ target: TARGETS[i] }));
const manyUris = requests(40, (i) => ({ target: `/object/${i * 7919}.jpg` }));
for (const method of ['map-based', 'consistent']) {
  for (const name of ['', ...FUNCTIONS]) {
    const lines = ['balance uri', `hash-type ${method} ${name}`.trimEnd()];
    compare('', lines, '1 2 3', [...manyUris, ...uris]);
    compare('', lines, '64 3 1 17', manyUris);
  }
  const type = `hash-type ${method}`;
  for (const options of [
    'whole',
    'path-only',
    'len 5',
    'depth 1',
    'depth 2',
    'len 8 depth 3 whole',
    'path-only whole len 12',
  ]) {
    compare('', [`balance uri ${options}`, type], '1 1 1 1 1', uris);
  }
  for (const farm of ['3 2b 1b', '2d 3b 2b 7b', '5 5 0 1', '4d 4d']) {
    compare('', ['balance uri', type], farm, manyUris);
    compare('', ['balance uri', type, 'option allbackups'], farm, manyUris);
  }
  compare('coming and going', ['balance uri', type], '1 2 3 2b', [
    ...manyUris,
    down('s2'),
    ...manyUris,
    down('s1'),
    down('s3'),
    ...uris,
    up('s2'),
    ...manyUris,
    up('s3'),
    up('s1'),
    ...manyUris,
  ]);
  for (const name of ['', ' sdbm avalanche', ' crc32']) {
    const sources = [
      '127.0.0.1',
      '10.1.2.3',
      '192.168.255.254',
      '255.255.255.255',
      '1.0.0.0',
      '::1',
      '2001:db8::1:0:7',
      'fe80::',
      '1:2:3:4:5:6:7:8',
      '::ffff:10.0.0.1',
    ];
    compare(
      '',
      ['balance source', type + name],
      '1 2 3',
      requests(sources.length, (i) => ({ source: sources[i] })),
    );
  }
  compare('or in turns', ['balance url_param userid', type], '1 2 3', [...uris, ...uris]);
  const posts = ['userid=5', 'a=1&userid=77', 'userid=/x', 'userid=', 'userid=%2F&b', 'nothing', 'userid= 5'];
  compare('', ['balance url_param userid check_post', 'option http-buffer-request', type], '1 2 3 5', [
    ...requests(posts.length, (i) => ({
      method: 'POST',
      body: posts[i],
      headers: { 'content-length': String(posts[i].length) },
    })),
    ...uris,
  ]);
  const values = [
    'a',
    'b',
    'www.haproxy.1wt.eu',
    'haproxy.1wt.eu',
    '1wt.eu',
    'localhost',
    'x, y',
    '"p,q", r',
    '',
    '.x',
    'x.',
    '..',
    'a..b',
    '.b.c',
    ',b',
    ' ,',
    '10.0.0.1:80',
  ];
  for (const modifier of ['', ' use_domain_only']) {
    compare('or in turns', [`balance hdr(X-Key)${modifier}`, type], '1 2 3', [
      ...requests(values.length, (i) => ({ headers: { 'x-key': values[i] } })),
      ...requests(7),
    ]);
  }
  compare('or in turns', ['balance hash req.hdr(x-key)', type], '1 2 3 7', [
    ...requests(5, (i) => ({ headers: { 'x-key': values[i] } })),
    ...requests(9),
    down('s2'),
    ...requests(9),
    up('s2'),
    ...requests(9),
  ]);
}
const uriHold = (i: number): Step => hold(i, { target: `/object/${(i % 4) * 7919}.jpg` });
for (const farm of ['1 1 1', '1 2 3', '10 1 4d']) {
  for (const factor of [101, 150, 250]) {
    compare('held connections', ['balance uri', 'hash-type consistent', `hash-balance-factor ${factor}`], farm, [
      ...times(20, uriHold),
      release(3),
      release(0),
      ...manyUris,
      down('s2'),
      ...manyUris,
      up('s2'),
      ...manyUris,
      release(19),
      release(18),
      ...manyUris,
    ]);
  }
}
compare('weights change', ['balance uri', 'hash-type consistent'], '1 2 3', [
  ...manyUris,
  weight('s1', 40),
  ...manyUris,
  weight('s2', 0),
  ...manyUris,
  weight('s1', 1),
  weight('s2', 2),
  ...manyUris,
]);
compare('weights change, in turns', ['balance hdr(x-key)', 'hash-type consistent'], '1 2 3', reweighing);

export const comparisons: readonly Comparison[] = list;
