import type { RequestHead } from '../core/message.js';
import { describe, expect, test, vi } from 'vitest';
import { Outcome, type CompiledRule, type Reply } from '../core/action.js';
import { compileAcls } from '../language/acl.js';
import {
  FakeHeaders,
  FakeStream,
  fakeResponse,
  fakeScope,
  fakeServer,
  streamOf,
  wordsOf,
  type FakeScopeOptions,
} from '../language/testing.js';
import type { Word } from '../config/cursor.js';
import { actions } from './actions/index.js';
import { compileRules } from './compile.js';
import type { Ruleset } from './definition.js';
import { compileConditionLines, compileRedirects, compileUseBackends } from './lines.js';
import { defaultReply } from './replies.js';
import { runRules } from './run.js';

/** Splits a line at spaces outside of single quotes, as the reader would. */
function words(line: string): Word[] {
  const source = { file: 'test.cfg', line: 1, text: line };
  return [...line.matchAll(/(?:'[^']*'|\S)+/g)].map((found) => ({
    text: found[0].replaceAll("'", ''),
    span: { source, column: found.index + 1, length: found[0].length },
  }));
}

const model = (line: string): { span: Word['span']; words: Word[] } => ({
  span: words(line)[0].span,
  words: words(line),
});

function compile(
  lines: readonly string[],
  options: FakeScopeOptions = {},
): { rules: CompiledRule[]; scope: ReturnType<typeof fakeScope> } {
  const scope = fakeScope(options);
  const ruleset = lines[0].startsWith('tcp-') ? lines[0].split(' ').slice(0, 2).join(' ') : lines[0].split(' ')[0];
  return { rules: compileRules(lines.map(model), ruleset as Ruleset, scope), scope };
}

function run(line: string | readonly string[], stream: FakeStream): Outcome {
  const { rules, scope } = compile(typeof line === 'string' ? [line] : line);
  expect(scope.diagnostics.list.filter(({ severity }) => severity === 'alert')).toEqual([]);
  return runRules(rules, stream, { next: 0 });
}

const request = (): FakeStream =>
  streamOf('GET', '/a/b?x=1', [
    ['Host', 'h:81'],
    ['X-A', 'one, two'],
    ['X-A', 'three'],
    ['Cookie', 'k=v'],
  ]);

describe('edits', () => {
  test.each([
    ["http-request set-header X-A '<%[path]>'", { 'x-a': ['</a/b>'] }],
    ['http-request set-header X-A %[req.fhdr(x-a)]-four', { 'x-a': ['three-four'] }],
    ['http-request add-header X-New %[src]', { 'x-new': ['192.0.2.7'] }],
    ['http-request del-header X-A', { 'x-a': [] }],
    ['http-request del-header x- -m beg', { 'x-a': [], host: ['h:81'] }],
    ['http-request del-header ^X-.$ -m reg', { 'x-a': ['one, two', 'three'] }],
    ['http-request replace-header x-a ^(t.*)$ <\\1>', { 'x-a': ['one, two', '<three>'] }],
    ['http-request replace-value X-A (t)(.*) \\2\\1', { 'x-a': ['one,wot', 'hreet'] }],
    ["http-request set-header X-B 'a b' if { path /other }", { 'x-b': [] }],
  ])('%s', (line, expected) => {
    const stream = request();
    expect(run(line, stream)).toBe(Outcome.Continue);
    const { fields } = (stream.request as RequestHead).headers as FakeHeaders;
    for (const [name, values] of Object.entries(expected)) {
      expect(fields.filter((field) => field[0] === name).map((field) => field[1])).toEqual(values);
    }
  });

  test.each([
    ['set-path /z', '/z?x=1'],
    ['set-pathq /z?y', '/z?y'],
    ['set-query y=2', '/a/b?y=2'],
    ['set-query ?y', '/a/b??y'],
    ['set-query %[str()]', '/a/b?'],
    ['set-uri http://o/p', 'http://o/p'],
    ['replace-path ^/a/(.*) /\\1', '/b?x=1'],
    ['replace-pathq (.*)\\?(.*) /\\2\\1', '/x=1/a/b'],
    ['replace-uri ^(.*)$ http://o\\1', 'http://o/a/b?x=1'],
    ['set-path \'%[path,regsub("/a",/c)]\'', '/c/b?x=1'],
  ])('http-request %s', (line, target) => {
    const stream = request();
    run(`http-request ${line}`, stream);
    expect(stream.request?.target).toBe(target);
  });

  test.each([
    ['fragment-strip', '/foo#bar', '/foo'],
    ['fragment-encode', '/foo#bar', '/foo%23bar'],
    ['path-merge-slashes', '/foo//bar', '/foo/bar'],
    ['path-strip-dot', '/.', '/'],
    ['path-strip-dot', '/./bar/', '/bar/'],
    ['path-strip-dot', '/a/./a', '/a/a'],
    ['path-strip-dot', '/.well-known/', '/.well-known/'],
    ['path-strip-dotdot', '/foo/../', '/'],
    ['path-strip-dotdot', '/foo/../bar/', '/bar/'],
    ['path-strip-dotdot', '/foo/bar/../', '/foo/'],
    ['path-strip-dotdot', '/../bar/', '/../bar/'],
    ['path-strip-dotdot full', '/bar/../../', '/'],
    ['path-strip-dotdot', '/foo//../', '/foo/'],
    ['path-strip-dotdot full', '/../', '/'],
    ['percent-decode-unreserved', '/%61dmin', '/admin'],
    ['percent-decode-unreserved', '/foo%3Fbar=baz', '/foo%3Fbar=baz'],
    ['percent-to-uppercase', '/%6f', '/%6F'],
    ['query-sort-by-name', '/?c=3&a=1&b=2', '/?a=1&b=2&c=3'],
    ['query-sort-by-name', '/?aaa=3&a=1&aa=2', '/?a=1&aa=2&aaa=3'],
    ['query-sort-by-name', '/?a=3&b=4&a=1&b=5&a=2', '/?a=3&a=1&a=2&b=4&b=5'],
  ])('normalize-uri %s %s', (normalizer, target, expected) => {
    const stream = streamOf('GET', target);
    expect(run(`http-request normalize-uri ${normalizer}`, stream)).toBe(Outcome.Continue);
    expect(stream.request?.target).toBe(expected);
  });

  test('variables keep their type and obey their conditions', () => {
    const stream = request();
    run(
      [
        'http-request set-var(txn.n) int(5)',
        'http-request set-var(txn.n,ifnotexists) int(6)',
        'http-request set-var-fmt(txn.t) %[var(txn.n),add(1)]-%[path]',
        'http-request set-var(sess.s) src',
        'http-request unset-var(txn.none)',
      ],
      stream,
    );
    expect([...(stream.txnVars ?? [])]).toEqual([
      ['n', { type: 'sint', value: 5 }],
      ['t', { type: 'str', value: '6-/a/b' }],
    ]);
    expect(stream.session.vars?.get('s')).toEqual({ type: 'ipv4', value: 0xc0000207 });
  });

  test('the rest', () => {
    const stream = request();
    stream.response = fakeResponse(200);
    run('http-request set-src ipv4(10.1.2.3)', stream);
    run('http-request set-src-port int(99)', stream);
    expect(stream.session.source).toEqual({ address: '10.1.2.3', port: 99, family: 4 });
    run("http-response set-status 418 reason 'A teapot'", stream);
    expect(stream.response).toMatchObject({ status: 418, reason: 'A teapot' });
    run('http-request set-log-level silent', stream);
    expect(stream.log.level).toBe(8);
    run('http-request set-method PUT', stream);
    expect(stream.request?.method).toBe('PUT');
    run(
      ['http-request early-hint Link </x>', 'http-request early-hint Link </y>', 'http-request set-timeout server 3s'],
      stream,
    );
    expect(stream.calls.slice(2)).toEqual([
      [
        'informational',
        103,
        [
          ['link', '</x>'],
          ['link', '</y>'],
        ],
      ],
      ['timeout', 'server', 3000],
    ]);
    stream.response = undefined;
    stream.frontend = { ...stream.frontend, captureSlots: { request: [3], response: [] } };
    run('http-request capture req.hdr(host) id 0', stream);
    expect(stream.log.requestCaptures).toEqual(['h:8']);
  });
});

describe('answers', () => {
  const html = (status: number): Reply => defaultReply(status);
  test.each<[string, Outcome, Partial<Reply> | undefined]>([
    ['http-request return', Outcome.Done, { status: 200, headers: [['content-length', '0']], body: '' }],
    [
      "http-request return status 201 content-type text/plain lf-string '%[path] %[src]' hdr X-Foo %[method]",
      Outcome.Done,
      {
        status: 201,
        headers: [
          ['x-foo', 'GET'],
          ['content-length', '14'],
          ['content-type', 'text/plain'],
        ],
        body: '/a/b 192.0.2.7',
      },
    ],
    ['http-request return status 404 default-errorfiles', Outcome.Done, html(404)],
    ['http-request return content-type text/plain file f.txt', Outcome.Done, { body: 'contents' }],
    ['http-request deny', Outcome.Deny, undefined],
    ['http-request deny deny_status 429', Outcome.Deny, undefined],
    ['http-request deny status 404', Outcome.Deny, { status: 404, headers: [['content-length', '0']] }],
    [
      'http-request deny deny_status 400 content-type text/plain string no hdr A b',
      Outcome.Deny,
      {
        status: 400,
        headers: [
          ['a', 'b'],
          ['content-length', '2'],
          ['content-type', 'text/plain'],
        ],
        body: 'no',
      },
    ],
    [
      'http-request redirect location /x',
      Outcome.Done,
      {
        status: 302,
        reason: 'Found',
        headers: [
          ['content-length', '0'],
          ['location', '/x'],
          ['cache-control', 'no-cache'],
        ],
      },
    ],
    [
      'http-request redirect location http://h%[path] code 301 set-cookie A=b',
      Outcome.Done,
      {
        status: 301,
        headers: [
          ['content-length', '0'],
          ['location', 'http://h/a/b'],
          ['set-cookie', 'A=b; path=/;'],
        ],
      },
    ],
    [
      'http-request redirect prefix http://o',
      Outcome.Done,
      {
        headers: [
          ['content-length', '0'],
          ['location', 'http://o/a/b?x=1'],
          ['cache-control', 'no-cache'],
        ],
      },
    ],
    [
      'http-request redirect prefix / code 301',
      Outcome.Done,
      {
        headers: [
          ['content-length', '0'],
          ['location', '/a/b?x=1'],
        ],
      },
    ],
    [
      'http-request redirect prefix http://o drop-query append-slash clear-cookie UID= code 308',
      Outcome.Done,
      {
        headers: [
          ['content-length', '0'],
          ['location', 'http://o/a/b/'],
          ['set-cookie', 'UID=; path=/; Max-Age=0;'],
        ],
      },
    ],
    [
      'http-request redirect scheme https code 307 unless { ssl_fc }',
      Outcome.Done,
      {
        status: 307,
        headers: [
          ['content-length', '0'],
          ['location', 'https://h:81/a/b?x=1'],
          ['cache-control', 'no-cache'],
        ],
      },
    ],
    ['http-request redirect location %[var(txn.none)] ignore-empty', Outcome.Continue, undefined],
    [
      "http-request auth realm 'My Realm'",
      Outcome.Done,
      { status: 401, headers: [...html(401).headers, ['www-authenticate', 'Basic realm="My Realm"']] },
    ],
    ['http-request allow', Outcome.Stop, undefined],
    ['http-request reject', Outcome.Abort, undefined],
    ['tcp-request content reject', Outcome.Abort, undefined],
    ['tcp-request connection accept', Outcome.Stop, undefined],
  ])('%s', (line, outcome, reply) => {
    const stream = request();
    const { rules, scope } = compile([line], { files: { 'f.txt': 'contents' } });
    expect(scope.diagnostics.list).toEqual([]);
    expect(runRules(rules, stream, { next: 0 })).toBe(outcome);
    if (reply === undefined) expect(stream.reply).toBeUndefined();
    else expect(stream.reply).toMatchObject(reply);
  });

  test('deny says which page, tarpit for how long', () => {
    const stream = request();
    run('http-request deny deny_status 429', stream);
    expect(stream.denyStatus).toBe(429);
    run('http-request tarpit', stream);
    expect(stream).toMatchObject({ denyStatus: 500, tarpit: 1 });
  });

  test.each([
    [200, 58],
    [400, 90],
    [401, 112],
    [403, 93],
    [404, 83],
    [405, 146],
    [407, 112],
    [408, 110],
    [410, 114],
    [413, 106],
    [421, 104],
    [422, 116],
    [425, 80],
    [429, 117],
    [500, 97],
    [501, 136],
    [502, 107],
    [503, 107],
    [504, 92],
  ])('the page of %i is as long as HAProxy says', (status, length) => {
    expect(defaultReply(status).body.length).toBe(length);
    expect(defaultReply(status).headers[0]).toEqual(['content-length', String(length)]);
  });
});

describe('evaluation', () => {
  test('stops at the first final rule and notes where it stands', () => {
    const stream = request();
    const { rules } = compile([
      'http-request set-header A 1',
      'http-request deny if { path /none }',
      'http-request allow',
      'http-request set-header B 2',
    ]);
    expect(runRules(rules, stream, { next: 0 })).toBe(Outcome.Stop);
    expect(stream.request?.headers.get('a')).toBe('1');
    expect(stream.request?.headers.get('b')).toBeUndefined();
    expect(stream.lastRule).toEqual({ file: 'test.cfg', line: 1 });
  });

  test('content rules wait for what they need, and decide when no more will come', () => {
    const stream = new FakeStream();
    stream.frontend = { ...stream.frontend, mode: 'tcp' };
    const { rules } = compile([
      'tcp-request content reject if { req.payload(0,4) -m bin 51554954 }',
      'tcp-request content accept if WAIT_END',
      'tcp-request content reject',
    ]);
    const state = { next: 0 };
    stream.final = false;
    stream.requestBuffer = 'QU';
    expect(runRules(rules, stream, state)).toBe(Outcome.Wait);
    expect(state.next).toBe(0);
    stream.requestBuffer = 'QUI?';
    expect(runRules(rules, stream, state)).toBe(Outcome.Wait);
    expect(state.next).toBe(0);
    stream.final = undefined;
    stream.requestComplete = false;
    expect(runRules(rules, stream, state)).toBe(Outcome.Wait);
    stream.requestComplete = true;
    expect(runRules(rules, stream, state)).toBe(Outcome.Stop);
    expect(runRules(rules, Object.assign(new FakeStream(), { final: false, requestBuffer: 'QUIT' }), { next: 0 })).toBe(
      Outcome.Abort,
    );
  });

  test('wait-for-body waits for as much as it says', () => {
    const stream = request();
    stream.requestComplete = false;
    const { rules } = compile(['http-request wait-for-body time 10s at-least 3']);
    const state = { next: 0 };
    expect(runRules(rules, stream, state)).toBe(Outcome.Wait);
    stream.requestBuffer = 'abc';
    expect(runRules(rules, stream, state)).toBe(Outcome.Continue);
  });

  test('wait-for-body answers 408 when its time is over', () => {
    vi.useFakeTimers({ toFake: ['performance', 'setTimeout'] });
    const stream = request();
    stream.requestComplete = false;
    const { rules } = compile(['http-request wait-for-body time 400ms']);
    const state = { next: 0 };
    expect(runRules(rules, stream, state)).toBe(Outcome.Wait);
    vi.advanceTimersByTime(401);
    expect(stream.calls).toEqual([['resume']]);
    expect(runRules(rules, stream, state)).toBe(Outcome.Deny);
    expect(stream.denyStatus).toBe(408);
    vi.useRealTimers();
  });

  test('wait-for-body begins anew with the next request, whatever became of the last one', () => {
    vi.useFakeTimers({ toFake: ['performance', 'setTimeout'] });
    const stream = request();
    stream.requestComplete = false;
    stream.log.requestNumber = 1;
    const { rules } = compile(['http-request wait-for-body time 400ms']);
    expect(runRules(rules, stream, { next: 0 })).toBe(Outcome.Wait);
    vi.advanceTimersByTime(401);
    stream.log.requestNumber = 2;
    expect(runRules(rules, stream, { next: 0 })).toBe(Outcome.Wait);
    vi.useRealTimers();
  });
});

describe('complaints', () => {
  test.each([
    ['http-request foo', /^'http-request' expects .*'set-header'.*, but got 'foo'\.$/, undefined],
    ['http-request set-heaedr a b', /but got 'set-heaedr'/, "did you mean 'set-header'?"],
    [
      'http-request set-header X',
      "error detected in proxy 'f' while parsing 'http-request set-header' rule : expects exactly 2 arguments.",
      undefined,
    ],
    [
      'http-request deny foo',
      "'http-request deny' expects either 'if' or 'unless' followed by a condition but found 'foo'.",
      undefined,
    ],
    [
      'http-request deny deny_status 999',
      "error detected in proxy 'f' while parsing 'http-request deny' rule : Unexpected status code '999'.",
      undefined,
    ],
    [
      'http-request deny deny_status 418',
      "error detected in proxy 'f' while parsing 'http-request deny' rule : status code '418' not handled by default with 'default-errorfiles' argument.",
      undefined,
    ],
    [
      'http-request return string abc',
      "error detected in proxy 'f' while parsing 'http-request return' rule : a content type must be defined when non-empty payload is configured.",
      undefined,
    ],
    [
      'http-request redirect location / code 300',
      "error detected in proxy 'f' while parsing 'http-request redirect' rule : 'code': unsupported HTTP code '300' (must be one of 301, 302, 303, 307 or 308).",
      undefined,
    ],
    [
      'http-request redirect',
      "error detected in proxy 'f' while parsing 'http-request redirect' rule : redirection type expected ('prefix', 'location', or 'scheme').",
      undefined,
    ],
    [
      'http-response redirect prefix /',
      "error detected in proxy 'f' while parsing 'http-response redirect' rule : response only supports redirect type 'location'.",
      undefined,
    ],
    [
      'http-request set-header X %[path] if nope',
      "error detected while parsing an 'http-request set-header' condition : no such ACL : 'nope'.",
      undefined,
    ],
    ['http-request set-var(foo) path', /invalid variable name 'foo'/, undefined],
    [
      'http-request set-header X %[res.hdr(a)]',
      /may not be reliably used here because it needs 'HTTP response headers' which is not available here\.$/,
      undefined,
    ],
    ['http-request set-header X %foo', /no such format variable 'foo'/, undefined],
    [
      'http-request pause 5',
      /'http-request pause' is not supported by tsproxy yet/,
      'it came after HAProxy 2.6, whose behaviour tsproxy has so far',
    ],
    [
      'http-request track-sc3 src',
      "error detected in proxy 'f' while parsing 'http-request track-sc3' rule : 3 track-sc number exceeding 2 (MAX_SESS_STKCTR-1) value.",
      "there are sc0 to sc2; 'tune.stick-counters' makes more",
    ],
    ['http-request sc-inc-gpc0(7)', /invalid stick table track ID\. The max allowed ID is 2\./, undefined],
    [
      'http-request sc-inc-gpc(1)',
      /Missing gpc ID 'sc-inc-gpc\(1\)'\. Expects sc-inc-gpc\(<GPC ID>,<Track ID>\)\./,
      undefined,
    ],
    ['http-request sc-set-gpt0(0)', /missing value\./, undefined],
  ])('%s', (line, message, hint) => {
    const { rules, scope } = compile([line]);
    expect(rules).toEqual([]);
    expect(scope.diagnostics.list).toHaveLength(1);
    const [entry] = scope.diagnostics.list;
    expect(entry.severity).toBe('alert');
    if (typeof message === 'string') expect(entry.message).toBe(message);
    else expect(entry.message).toMatch(message);
    if (hint !== undefined) expect(entry.hint).toBe(hint);
  });

  test('one bad rule does not hide the next', () => {
    const { rules, scope } = compile(['http-request foo', 'http-request bar', 'http-request allow']);
    expect(rules).toHaveLength(1);
    expect(scope.diagnostics.alerts).toBe(2);
  });

  test('rules behind a final one are warned about', () => {
    const { scope } = compile(['http-request deny', 'http-request allow']);
    expect(scope.diagnostics.list).toMatchObject([
      {
        severity: 'warning',
        message: "previous 'http-request' action is final and has no condition attached, further entries are NOOP.",
      },
    ]);
  });
});

describe('lines with conditions', () => {
  const backend = {
    name: 'bk',
    id: 3,
    mode: 'http' as const,
    currentConnections: 0,
    queued: 0,
    servers: [fakeServer('s1'), fakeServer('s2', { usable: false })],
  };

  test('use_backend', () => {
    const scope = fakeScope({ backends: [backend] });
    const lines = compileUseBackends(
      ['use_backend bk if { path /a }', 'use_backend %[req.hdr(host)]', 'use_backend kb'].map(model),
      scope,
    );
    expect(lines.map(({ target }) => (typeof target === 'string' ? target : target(request())))).toEqual([
      'bk',
      'h:81',
    ]);
    expect(scope.diagnostics.list).toMatchObject([
      { message: "Proxy 'f': unable to find required use_backend: 'kb'.", hint: "did you mean 'bk'?" },
    ]);
  });

  test('monitor fail', () => {
    const scope = fakeScope({ backends: [backend] });
    const acls = compileAcls([{ name: 'dead', words: wordsOf('nbsrv(bk) lt 2'), span: wordsOf('x')[0].span }], scope);
    const [test_] = compileConditionLines([model('monitor fail if dead')], { ...scope, acls }, 0x3fffff);
    expect(test_(request())).toBe(true);
  });

  test('redirect', () => {
    const scope = fakeScope();
    const [rule] = compileRedirects([model('redirect prefix https://o if { path_beg /a }')], scope);
    const stream = request();
    expect(runRules([rule], stream, { next: 0 })).toBe(Outcome.Done);
    expect(stream.reply?.headers[1]).toEqual(['location', 'https://o/a/b?x=1']);
  });
});

test('every action has a line for people', () => {
  for (const { summary, manual } of actions) {
    expect(summary.length).toBeGreaterThan(5);
    expect(manual).toMatch(/^\d/);
  }
});
