import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../support/folders.js';
import { lacks } from '../support/installed.js';
import { startHaproxy, startTsproxy, type Proxy } from '../support/proxy.js';

const folder = temporaryFolder();
const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

const words = file('words', '# comment\nabc\n  Abd \n\nx y\n#z\n');
const networks = file('networks', '10.0.0.0/8\n10.1.0.0/16\n2001:db8::/32\n192.0.2.1\n::ffff:198.51.100.0/120\n');
const numbers = file('numbers', '5\n10:20\n');
const pairs = file('pairs', 'abc 1\n abd  two words \n10.0.0.0/8 net\n10.1.0.0/16 closer\n5 five\n');
const values = file('values', 'abc 1\nabd -5\n');
/** One file for each method: 2.6.12 answers wrongly where several methods share one. */
const prefixes = (method: string): string => file(`prefixes-${method}`, 'a first\nabc longer\nab middle\n/x/ slash\n');
const regexes = file('regexes', '^(a+)(b)? <\\1-\\2>\n^(.)(.)$ \\2\\1\n(x) \\0\\\\\n');
const bytes = file('bytes', '616263\n00ff\n');

/** Criteria as they stand between braces. */
const CRITERIA = [
  ...['abc', 'ab', 'ABC', 'abcd'].flatMap((pattern) => [
    `str(abc) -m str "${pattern}"`,
    `str(abc) -i -m str "${pattern}"`,
    `str(abc) -m beg "${pattern}"`,
    `str(abc) -m end "${pattern}"`,
    `str(abc) -m sub "${pattern}"`,
    `str(abc) -m sub -i "${pattern}"`,
  ]),
  ...['a', '/a/', 'b', 'b/c', '/', 'A'].flatMap((pattern) => [
    `str(/a/b/c) -m dir "${pattern}"`,
    `str(/a/b/c) -m dir -i "${pattern}"`,
    `str(www.a.com:80/b?c) -m dom "${pattern}"`,
  ]),
  'str(www.example.com) -m dom example.com',
  'str(www.example.com) -m dom xample.com',
  'str(www.example.com) -m dom .com',
  'str(abc) -m len 3',
  'str(abc) -m len 4:6 1:3',
  'str(abc) -m len gt 2',
  'str(abc) -m reg ^a.c$',
  'str(aBc) -m reg -i ^AbC$',
  'str(abc) -m reg b.$ x',
  'str() -m reg ^$',
  'str() -m found',
  'str() -m bool',
  'str(1) -m bool',
  'str(12) -m int 12',
  'str(x) -m int 0',
  'str(10.1.2.3) -m ip 10.0.0.0/8',
  'int(5) 5',
  'int(5) 4 6',
  'int(5) eq 5',
  'int(5) lt 5',
  'int(5) le 5 ge 9',
  'int(5) ge 4 le 3',
  'int(5) gt 4',
  'int(5) 3:5',
  'int(5) :5',
  'int(5) 5:',
  'int(5) lt 3:9',
  'int(5) ge 3:9',
  'int(-5) -- -5',
  'int(-5) lt 0',
  'int(5) -m str 5',
  'int(5) -m beg 5',
  'int(0) -m bool',
  'int(7) -m bool',
  'bool(1)',
  'bool(0)',
  'bool(1) -m int 1',
  'bool(true) -m str 1',
  'bin(616263) -m bin 616263',
  'bin(616263) -m bin 6162',
  'bin(616263) -m str abc',
  'bin(610062) -m str a',
  'bin(616263) -m beg ab',
  'method GET',
  'method get',
  'method POST GET',
  'meth(FOO) -m str FOO',
  'method -m str GET',
  'method -m beg -i g',
  ...['10.1.2.3', '10.2.3.4', '192.0.2.1', '192.0.2.2', '198.51.100.7'].flatMap((address) => [
    `ipv4(${address}) -f ${networks}`,
    `ipv4(${address}) 10.0.0.0/255.0.0.0 192.0.2.1`,
    `ipv4(${address}) ::ffff:10.0.0.0/104`,
    `ipv4(${address}) ::/0`,
    `ipv4(${address}) 0.0.0.0/0`,
    `ipv4(${address}) -m str ${address}`,
  ]),
  ...['2001:db8::1', '2001:db9::1', '::ffff:10.1.2.3', '::1', '2002:0a01:0203::'].flatMap((address) => [
    `ipv6(${address}) -f ${networks}`,
    `ipv6(${address}) 2001:db8::/32 ::1`,
    `ipv6(${address}) 10.0.0.0/8`,
    `ipv6(${address}) 0.0.0.0/0`,
    `ipv6(${address}) ::/0`,
  ]),
  ...['abc', 'Abd', 'Abd ', 'x y', 'z', '#z', '# comment', ''].flatMap((value) => [
    `str("${value}") -f ${words}`,
    `str("${value}") -i -f ${words}`,
  ]),
  ...['5', '6', '10', '20', '21'].map((value) => `int(${value}) -f ${numbers}`),
  `bin(616263) -m bin -f ${bytes}`,
  `bin(00ff) -m bin -f ${bytes}`,
  `str(abd) -M -f ${pairs}`,
  `str(zzz) -f ${words} -f ${bytes} -- zzz`,
  `str(-f) -- -f`,
  `str(abc),upper ABC`,
  `str(abc),length 3`,
  `str(a:b),field(2,:) b`,
  `str(abc) -m beg -i AB -m str x`,
];

/** Look-ups in maps. */
const LOOKUPS = [
  ...['abc', 'abd', 'zzz', ''].flatMap((value) => [
    `str("${value}"),map(${pairs})`,
    `str("${value}"),map(${pairs},none)`,
    `str("${value}"),map_str_int(${values},7)`,
  ]),
  ...['a', 'ab', 'abcd', 'b', '/x/y'].flatMap((value) => [
    `str(${value}),map_beg(${prefixes('beg')})`,
    `str(${value}),map_end(${prefixes('end')})`,
    `str(${value}),map_sub(${prefixes('sub')},no)`,
    `str(${value}),map_dir(${prefixes('dir')},no)`,
    `str(${value}),map_dom(${prefixes('dom')},no)`,
  ]),
  ...['aab', 'ab', 'zq', 'x', 'zzz'].flatMap((value) => [
    `str(${value}),map_regm(${regexes})`,
    `str(${value}),map_regm(${regexes},dflt)`,
    `str(${value}),map_reg(${regexes})`,
  ]),
];

function configuration(): string {
  const lines = [
    ...CRITERIA.map((one, index) => `http-request set-var(txn.v${index}) str(yes) if { ${one} }`),
    ...LOOKUPS.map((one, index) => `http-request set-var(txn.v${CRITERIA.length + index}) '${one}'`),
  ];
  const count = lines.length;
  for (let start = 0; start < count; start += PAGE) {
    const shown = Array.from({ length: Math.min(PAGE, count - start) }, (_, index) => `%[var(txn.v${start + index})]`);
    lines.push(
      `http-request return status 200 content-type text/plain lf-string "${shown.join('|')}" if { path /${start} }`,
    );
  }
  return `
defaults
    mode http
    timeout connect 10s
    timeout client 10s
    timeout server 10s
frontend f
    bind 127.0.0.1:{port}
${lines.map((line) => `    ${line}`).join('\n')}
`;
}

const PAGE = 60;

async function answers(proxy: Proxy): Promise<string[]> {
  const found: string[] = [];
  for (let start = 0; start < CRITERIA.length + LOOKUPS.length; start += PAGE) {
    const response = await fetch(`http://127.0.0.1:${proxy.port('port')}/${start}`);
    found.push(...(await response.text()).split('|'));
  }
  return found;
}

describe.skipIf(lacks('haproxy'))('criteria and maps beside the real haproxy', () => {
  let real: string[] = [];
  let ours: string[] = [];

  beforeAll(async () => {
    const haproxy = await startHaproxy(configuration());
    real = await answers(haproxy);
    await haproxy.stop();
    const tsproxy = await startTsproxy(configuration());
    ours = await answers(tsproxy);
    await tsproxy.stop();
  }, 60_000);

  test.each([...CRITERIA, ...LOOKUPS].map((one, index) => [one.replaceAll(folder, ''), index] as const))(
    '%s',
    (_, index) => {
      expect(ours[index]).toBe(real[index]);
    },
  );
});
