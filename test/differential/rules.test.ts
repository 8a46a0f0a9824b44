import { beforeAll, describe, expect, test } from 'vitest';
import { lacks } from '../support/installed.js';
import { startHaproxy, startTsproxy, type Proxy } from '../support/proxy.js';

/** Rules whose effect a path shows: a request for it gets the format as its answer. */
const CASES: readonly (readonly [name: string, rules: readonly string[], shown: string])[] = [
  ...['http://abc.com:81/x?y', 'abc/x?y', 'abc', '/x', 'http://abc.com', '*', 'abc.com:80'].flatMap(
    (target) =>
      [
        [`set-uri ${target}`, [`set-uri ${target}`], '%[url] %[path] %[base] %[req.hdr(host)]'],
        [`set-uri ${target}, set-path`, [`set-uri ${target}`, 'set-path /n'], '%[url] %[path] %[base]'],
        [`set-uri ${target}, set-pathq`, [`set-uri ${target}`, 'set-pathq /n?m'], '%[url] %[path] %[query]'],
      ] as const,
  ),
  ['replace-uri', ['replace-uri .* https://zz/u'], '%[url] %[path] %[req.hdr(host)]'],
  ['blanks that rules put around values', ['set-header x-a "  b "'], '<%[req.hdr(x-a)]> <%[req.fhdr(x-a)]>'],
  ['the length of a message', ['set-var(txn.l) req.len'], '%[var(txn.l)]'],
  ['its length with another field', ['set-header abcd efgh', 'set-var(txn.l) req.len'], '%[var(txn.l)]'],
  ['HTTP has no payload', [], '<%[req.payload(0,2)]>'],
  [
    'conditions of set-var',
    [
      'set-var(txn.a,ifnotexists) int(1)',
      'set-var(txn.a,ifnotexists) int(2)',
      'set-var(txn.b,ifexists) int(3)',
      'set-var(txn.c,ifnotempty) str()',
      'set-var(txn.a,ifgt) int(0)',
      'set-var(txn.d,ifset) int(4)',
      'set-var(proc.new,ifexists) int(5)',
      'set-var(proc.other,ifnotexists) int(6)',
    ],
    '%[var(txn.a)] %[var(txn.b)] %[var(txn.c)] %[var(txn.d)] %[var(proc.new)] %[var(proc.other)]',
  ],
  [
    'variables until their scope is full',
    ['set-var(req.a) str(abc)', 'set-var(req.b) int(1)', 'set-var(txn.c) int(2)', 'set-var(req.a) str(xyz)'],
    '%[var(req.a)] %[var(req.b)] %[var(txn.c)]',
  ],
  ['variables of the process', [], '%[var(proc.a)] %[var(proc.b)] %[var(proc.c)]'],
  [
    'slots of captures in the order of their lines',
    ['capture req.hdr(host),length id 1'],
    '%[capture.req.hdr(0)] %[capture.req.hdr(1)] %[capture.req.hdr(2)]',
  ],
  ['a reply without empty headers', [], '%[path]'],
  ['the identity of a request', [], '%[unique-id]'],
];

const configuration = `
global
    tune.vars.reqres-max-size 100
    set-var proc.a int(5)
    set-var-fmt proc.b "x%[var(proc.a)]y"
    set-var proc.c var(proc.nope,str),upper
defaults
    mode http
    timeout connect 10s
    timeout client 10s
    timeout server 10s
frontend f
    bind 127.0.0.1:{port}
    unique-id-format %{+X}o\\ %ci-%[path,length]\\ \\ %fi
    http-request capture req.hdr(x-first) len 4
    declare capture request len 10
    http-request capture req.hdr(x-second) len 6
    http-request set-var(sess.case) path
${CASES.map(
  (
    [, rules, shown],
    index,
  ) => `${rules.map((rule) => `    http-request ${rule} if { var(sess.case) -m str /${index} }`).join('\n')}
    http-request return status 200 content-type text/plain lf-string "${shown}" hdr x-path "%[path]" hdr x-none "%[req.hdr(none)]" if { var(sess.case) -m str /${index} }`,
).join('\n')}
`;

/** Answers of all cases: the body and our own headers. */
async function answers(proxy: Proxy): Promise<string[]> {
  const found: string[] = [];
  for (const index of CASES.keys()) {
    const response = await fetch(`http://127.0.0.1:${proxy.port('port')}/${index}`, {
      headers: { 'x-first': 'abcdef', 'x-second': 'ghijklmn', 'user-agent': 'x' },
    });
    const text = (await response.text()).replaceAll(String(proxy.port('port')), 'PORT');
    found.push(`${text} [${response.headers.get('x-path')}] [${response.headers.get('x-none')}]`);
  }
  return found;
}

describe.skipIf(lacks('haproxy'))('rules beside the real haproxy', () => {
  let real: string[] = [];
  let ours: string[] = [];

  beforeAll(async () => {
    const haproxy = await startHaproxy(configuration);
    real = await answers(haproxy);
    await haproxy.stop();
    const tsproxy = await startTsproxy(configuration);
    ours = await answers(tsproxy);
    await tsproxy.stop();
  }, 60_000);

  test.each(CASES.map(([name], index) => [name, index] as const))('%s', (_, index) => {
    expect(ours[index]).toBe(real[index]);
  });
});
