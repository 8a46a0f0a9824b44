import { describe, expect, test } from 'vitest';
import { takeCondition } from '../config/condition.js';
import { Cursor } from '../config/cursor.js';
import { Diagnostics } from '../config/diagnostics.js';
import { compileAcls } from './acl.js';
import { compileCondition } from './condition.js';
import { compileExpressionWord } from './expression.js';
import { FakeStream, fakeScope, streamOf, wordOf, wordsOf, type FakeScopeOptions } from './testing.js';

function holds(
  condition: string,
  stream = streamOf('GET', '/a/b.html?x=1&y=2;z=3', [
    ['Host', 'www.example.com'],
    ['X-List', 'a, b'],
    ['X-List', 'c'],
    ['Cookie', 'k=v; n=12'],
  ]),
  options: FakeScopeOptions = {},
): boolean {
  const cursor = new Cursor(wordsOf(condition), new Diagnostics());
  const model = takeCondition(cursor, 'test');
  if (model === undefined) throw new Error('no condition');
  return compileCondition(model, fakeScope(options))(stream);
}

describe('conditions', () => {
  test.each([
    ['if TRUE', true],
    ['unless TRUE', false],
    ['if !TRUE', false],
    ['if ! FALSE', true],
    ['if TRUE FALSE', false],
    ['if TRUE FALSE or TRUE', true],
    ['if FALSE || FALSE', false],
    ['if FALSE OR TRUE', true],
    ['if { req.ssl_ver 3.0-3.1 }', false],
    ['if { status -m int eq -- 200 }', true],
    ['if METH_GET', true],
    ['if METH_POST or HTTP_1.1', true],
    ['if { path /a/b.html }', true],
    ['if { path_beg /b /a }', true],
    ['if { path_end .png .html }', true],
    ['if { path_end -i .HTML }', true],
    ['if { url_reg -i \\.HTML\\? }', true],
    ['if { path_dir a }', true],
    ['if { path_dir b }', false],
    ['if { hdr_dom(host) -i EXAMPLE }', true],
    ['if { hdr(host) -m dom example.com }', true],
    ['if { hdr(x-list) a }', true],
    ['if { hdr(x-list) c }', true],
    ['if { req.fhdr(x-list) a }', false],
    ['if { req.hdr_cnt(x-list) eq 3 }', true],
    ['if { req.fhdr_cnt(x-list) 2 }', true],
    ['if { req.hdr_cnt(x-list) gt 3 }', false],
    ['if { req.hdr_cnt(x-list) 1:3 }', true],
    ['if { req.hdr_cnt(x-list) :2 }', false],
    ['if { hdr_len(host) 15 }', true],
    ['if { hdr_sub(host) exam }', true],
    ['if { urlp(y) 2 }', true],
    ['if { urlp_val(z) ge 3 }', true],
    ['if { urlp(q) -m found }', false],
    ['if { req.cook(k) v }', true],
    ['if { cook_val(n) 12 }', true],
    ['if { src 192.0.2.0/24 }', true],
    ['if { src 10.0.0.0/8 ::/0 }', true],
    ['if { src 10.0.0.0/8 }', false],
    ['if { src,lower -m beg 192. }', true],
    ['if LOCALHOST', false],
    ['if { dst_port 80 }', true],
    ['if { path,length gt 5 }', true],
    ['if { path -m reg ^/[a-c]/ }', true],
    ['if { str(abc) -m bin 616263 }', true],
    ['if { always_true }', true],
    ['if { req.hdr(none) -m found }', false],
    ['if { method GET }', true],
    ['if { path_beg -- -i }', false],
  ])('%s', (condition, expected) => {
    expect(holds(condition)).toBe(expected);
  });

  test('named ACLs are alternatives when repeated', () => {
    const scope = fakeScope();
    const acls = compileAcls(
      [
        ['a', 'path /x'],
        ['a', 'path /y'],
      ].map(([name, line]) => ({ name, words: wordsOf(line), span: wordsOf(line)[0].span })),
      scope,
    );
    for (const [path, expected] of [
      ['/x', true],
      ['/y', true],
      ['/z', false],
    ] as const) {
      expect(holds('if a', streamOf('GET', path), { acls })).toBe(expected);
    }
  });

  test.each([
    ['if nope', "no such ACL : 'nope'.", undefined],
    ['if { path /', "missing closing '}' in condition", undefined],
    ['if METH_GTE', "no such ACL : 'METH_GTE'.", "did you mean 'METH_GET'?"],
    ['if { paht_beg / }', "unknown fetch method 'paht_beg' in ACL expression 'paht_beg'.", "did you mean 'path_beg'?"],
    ['if { dst_port a }', "'a' is not a number.", undefined],
    ['if { dst_port 10:5 }', "'10:5' is not a valid number range.", undefined],
    ['if { src 1.2.3 }', "'1.2.3' is not a valid IPv4 or IPv6 address.", undefined],
    ['if { path -m foo a }', "unknown matching method 'foo' when parsing ACL expression.", undefined],
    [
      'if { path -z a }',
      "'-z' is not a valid ACL option. Please use '--' before any pattern beginning with a '-'.",
      undefined,
    ],
    ['if { path_reg (a }', "regex '(a' is invalid (error=missing closing parenthesis, erroffset=2).", undefined],
    ['if { path -f /nonexist }', 'failed to open pattern file </nonexist>.', undefined],
    ['if { src,sha1 -m ip 1.2.3.4 }', "matching method 'ip' cannot be used with fetch keyword 'src'.", undefined],
  ])('%s is refused', (condition, message, hint) => {
    try {
      holds(condition);
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ message, ...(hint === undefined ? {} : { hint }) });
    }
  });

  test('100 000 patterns of a file load at once and match fast', () => {
    const lines = Array.from(
      { length: 100_000 },
      (_, index) => `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`,
    ).join('\n');
    const start = performance.now();
    expect(holds('if { src -f ips }', new FakeStream(), { files: { ips: lines } })).toBe(false);
    expect(performance.now() - start).toBeLessThan(1000);
  });
});

describe('expressions', () => {
  const stream = streamOf('GET', 'http://www.Example.com:81/p/q?x=1', [
    ['Host', 'h.example:81'],
    ['X-Forwarded-For', '10.0.0.1, 10.0.0.2'],
    ['Authorization', 'Basic dTpwOnc='],
  ]);

  test.each([
    ['path', '/p/q'],
    ['pathq', '/p/q?x=1'],
    ['query', 'x=1'],
    ['url', 'http://www.Example.com:81/p/q?x=1'],
    ['url_port', '81'],
    ['base', 'h.example:81/p/q'],
    ['method', 'GET'],
    ['req.ver', '1.1'],
    ['src', '192.0.2.7'],
    ['src_port', '4321'],
    ['dst', '192.0.2.80'],
    ['req.hdr(x-forwarded-for)', '10.0.0.2'],
    ['req.hdr(x-forwarded-for,1)', '10.0.0.1'],
    ['req.hdr(x-forwarded-for,-2)', '10.0.0.1'],
    ['req.fhdr(x-forwarded-for)', '10.0.0.1, 10.0.0.2'],
    ['req.hdr_ip(x-forwarded-for)', '10.0.0.2'],
    ['req.hdr_names', 'host,x-forwarded-for,authorization'],
    ['req.hdr(none)', undefined],
    ['http_auth_user', 'u'],
    ['http_auth_pass', 'p:w'],
    ['http_auth_type', 'Basic'],
    ['fe_name', 'f'],
    ['hostname', 'testhost'],
    ['date', '1700000000'],
    ['date(1,ms)', '1700000000124'],
    ['rand(10)', '5'],
    ['bool(true)', '1'],
    ['int(5),add(3),mul(2)', '16'],
    ['ipv4(1.2.3.4),add(0)', '16909060'],
    ['ipv6(::ffff:1.2.3.4)', '::ffff:1.2.3.4'],
    ['ipv6(2001:DB8::1:0:0:1)', '2001:db8::1:0:0:1'],
    ['bin(41004243)', 'A'],
    ['str(-12abc),add(1)', '-11'],
    ['var(txn.none)', undefined],
    ['var(txn.none,dflt)', 'dflt'],
    ['ssl_fc,iif(https,http)', 'http'],
  ])('%s', (expression, expected) => {
    expect(compileExpressionWord(wordOf(expression), fakeScope()).as('str')?.evaluate(stream)).toBe(expected);
  });

  test.each([
    ['foo', "failed to parse sample expression <foo> : unknown fetch method 'foo'.", undefined],
    [
      'path,lwoer',
      "failed to parse sample expression <path,lwoer> : unknown converter 'lwoer'.",
      "did you mean 'lower'?",
    ],
    [
      'path,field(a,2)',
      "failed to parse sample expression <path,field(a,2)> : invalid arg 1 in converter 'field' : failed to parse 'a' as type 'integer' at position 1.",
      undefined,
    ],
    [
      'path,field',
      "failed to parse sample expression <path,field> : invalid arg 1 in converter 'field' : expected type 'integer' at position 1, but got nothing.",
      undefined,
    ],
    [
      'path,field(1)',
      "failed to parse sample expression <path,field(1)> : invalid arg 2 in converter 'field' : missing arguments (got 1/2), type 'string' expected.",
      undefined,
    ],
    [
      'path(1)',
      "failed to parse sample expression <path(1)> : fetch method 'path' : expected ')' before '1'.",
      undefined,
    ],
    [
      'path,field(1,2',
      "failed to parse sample expression <path,field(1,2> : invalid arg 2 in converter 'field' : expected ')'.",
      undefined,
    ],
    [
      'int(1),add(x)',
      "failed to parse sample expression <int(1),add(x)> : invalid args in converter 'add' : expects an integer or a variable name.",
      undefined,
    ],
  ])('%s is refused', (expression, message, hint) => {
    try {
      compileExpressionWord(wordOf(expression), fakeScope());
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ message, ...(hint === undefined ? {} : { hint }) });
    }
  });

  test('what tsproxy lacks is refused, offline it is warned about', () => {
    const scope = fakeScope();
    compileExpressionWord(wordOf('sc0_key'), scope);
    expect(scope.diagnostics.alerts).toBe(1);
    const offline = fakeScope({ offline: true });
    compileExpressionWord(wordOf('sc0_key'), offline);
    expect(offline.diagnostics.list).toMatchObject([{ severity: 'warning' }]);
  });
});
