import { describe, expect, test } from 'vitest';
import { newProxy, readProxy } from '../testing.js';

describe('lines of the tutorial', () => {
  test.each([
    ['mode http', { mode: 'http' }],
    ['log global', { logGlobal: true }],
    ['retries 3', { retries: 3 }],
    ['option redispatch', { redispatch: -1 }],
    ['maxconn 4000', { maxconn: 4000 }],
    ['contimeout 5000', { timeouts: { connect: 5000 } }],
    ['clitimeout 50000', { timeouts: { client: 50000 } }],
    ['srvtimeout 50000', { timeouts: { server: 50000 } }],
    ['stats enable', { stats: { enabled: true, uri: '/haproxy?stats', auth: [] } }],
    ['stats uri /haproxy', { stats: { enabled: true, uri: '/haproxy' } }],
    ['stats auth qianfeng:123', { stats: { auth: [{ user: 'qianfeng', password: '123' }] } }],
    ['option httplog', { logFormat: { kind: 'httplog', clf: false } }],
    ['bind *:81', { binds: [{ addresses: [{ host: '', port: 81 }] }] }],
    ['balance roundrobin', { balance: [{ text: 'roundrobin' }] }],
    ['default_backend httpservers', { defaultBackend: { text: 'httpservers' } }],
    [
      'acl html url_reg -i \\.html$',
      { acls: [{ name: 'html', words: [{ text: 'url_reg' }, { text: '-i' }, { text: '.html$' }] }] },
    ],
    ['use_backend httpservers if html', { useBackends: [{ words: [{}, { text: 'httpservers' }, {}, {}] }] }],
  ])('%s', (line, expected) => {
    const { model, error } = readProxy(line);
    expect(error).toBeUndefined();
    expect(model).toMatchObject(expected);
  });

  test('a server', () => {
    const { model, error } = readProxy(
      'server http1 192.168.246.162:80 maxconn 2000 weight 1 check inter 1s rise 2 fall 2',
    );
    expect(error).toBeUndefined();
    expect(model.servers).toMatchObject([
      {
        name: 'http1',
        address: { host: '192.168.246.162', port: 80 },
        maxconn: 2000,
        weight: 1,
        check: true,
        inter: 1000,
        rise: 2,
        fall: 2,
      },
    ]);
  });

  test('legacy timeouts show the modern line', () => {
    expect(readProxy('contimeout 5000').hints).toEqual(["write 'timeout connect 5000'"]);
  });
});

describe('glued words', () => {
  test.each([
    ['stats authqianfeng:123', "is a space missing? 'stats auth qianfeng:123'"],
    ['timeout connect5000', "is a space missing? 'timeout connect 5000'"],
    ['option httpchkGET', "is a space missing? 'option httpchk GET'"],
    ['balance roundrobin1', "is a space missing? 'balance roundrobin 1'"],
    ['server s 1.2.3.4:80 weight 1check', "is a space missing? '1 check'"],
    ['server s 1.2.3.4:80 inter 1srise', "is a space missing? '1s rise'"],
    ['server s 1.2.3.4:80 maxconn2000', "is a space missing? 'maxconn 2000'"],
    ['option httplgo', "did you mean 'option httplog'?"],
    ['timeout clinet 5s', "did you mean 'timeout client'?"],
    ['server s 1.2.3.4:80 chekc', "did you mean 'check'?"],
    ['stats enabled', "did you mean 'stats enable'?"],
  ])('%s', (line, hint) => {
    const outcome = readProxy(line);
    expect(outcome.error).toBeDefined();
    expect(outcome.hint).toBe(hint);
  });
});

/** As `haproxy -c` of 2.6.12 says it. */
describe('complaints', () => {
  test.each([
    ['maxconn', "'maxconn' expects an integer argument."],
    ['mode foo', "unknown proxy mode 'foo'."],
    ['mode http x', "'mode' cannot handle unexpected argument 'x'"],
    ['timeout connect', "'timeout connect' expects an integer value (in milliseconds)"],
    ['timeout connect 5x', "unexpected character 'x' in 'timeout connect'"],
    ['timeout connect 5s 6s', "'timeout connect' : unexpected extra argument '6s' after value '5s'."],
    [
      'timeout connect 99999999999',
      "timer overflow in argument '99999999999' to 'timeout connect' (maximum value is 2147483647 ms or ~24.8 days)",
    ],
    ['retries', "'retries' expects an integer argument (dispatch counts for one)."],
    ['balance url_param', 'balance url_param requires an URL parameter name.'],
    ['balance hdr(', 'balance hdr requires an http header field name.'],
    ['balance random(0)', 'balance random : number of draws must be at least 1.'],
    ['balance uri len x', "balance uri : 'len' expects a positive integer (got 'x')."],
    ['hash-type foo', "'hash-type' only supports 'consistent' and 'map-based'."],
    ['hash-balance-factor 50', "'hash-balance-factor' must be 0 or greater than 100."],
    ['option', "'option' expects an option name."],
    ['option foo', "unknown option 'foo'."],
    ['no option httplog', "negation/default is not supported for option 'httplog'."],
    ['option dontlognull x', "'option dontlognull' cannot handle unexpected argument 'x'"],
    ['option forwardfor except abc', "'option forwardfor except' expects <address>[/mask] as argument."],
    ['option httpchk a b c d', "'option httpchk' cannot handle unexpected argument 'd'"],
    ['stats auth', "'auth' needs a user:password account."],
    ['errorfile 600 /x', "errorfile : status code '600' not handled."],
    ['errorfile 503', 'errorfile : expects <status_code> and <file> as arguments.'],
    ['errorfile 503 /nonexistent', "errorfile : error opening file '/nonexistent'."],
    ['cookie A insert rewrite', "cookie 'rewrite', 'insert' and 'prefix' modes are incompatible."],
    ['log 127.0.0.1 local9', "log : unknown log facility 'local9'"],
    ['log 127.0.0.1', 'log : expects <address> and <facility> or global as arguments'],
    ['log 127.0.0.1 len 10 local2', "log : invalid log length '10', must be between 80 and 65535"],
    [
      'log 127.0.0.1 sample 3:2 local0',
      'log : sample size 2 should be greater or equal to 3 the maximum of the high ranges limits',
    ],
    ['log-format a b', "log-format expects only one argument, don't forget to escape spaces!"],
    ['retry-on foo', "'retry-on': unknown keyword 'foo'"],
    ['rate-limit foo', "'rate-limit' only supports 'sessions' (got 'foo')"],
    ['id 0', 'custom id has to be > 0.'],
    ['monitor fail', "'monitor fail' requires either 'if' or 'unless' followed by a condition."],
    ['default_backend', "'default_backend' expects a backend name."],
    ['use-server a', "'use-server' requires either 'if' or 'unless' followed by a condition."],
    [
      'acl or path /',
      "acl name 'or' will never match. 'or' is used to express a logical disjunction within a condition.",
    ],
    ['bind 1.2.3.4', "'bind' : missing port specification in '1.2.3.4'"],
    ['bind *:80 foo', "'bind *:80' in section 'listen': unknown keyword 'foo'"],
    ['bind *:80 maxconn', "'bind *:80' in section 'listen' : 'maxconn' : missing value"],
    [
      'bind *:80 nice 5000',
      "'bind *:80' in section 'listen' : 'nice' : invalid value 5000, allowed range is -1024..1024",
    ],
    ['server a', "'server' expects <name> and <addr>[:<port>] as arguments."],
    ['server 1.2/3 1.2.3.4:80', "character '/' is not permitted in server name '1.2/3'."],
    ['server a 1.2.3.4:80-90', "'server p/a' : port range not permitted here in '1.2.3.4:80-90'"],
    ['server a 1.2.3.4:80 foo', "'server p/a' : unknown keyword 'foo'"],
    ['server a 1.2.3.4:80 rise 0', "'server p/a' : 'rise' has to be > 0."],
    ['server a 1.2.3.4:80 inter 0', "'server p/a' : invalid value 0 for argument 'inter'."],
    ['server a 1.2.3.4:80 observe x', "'server p/a' : 'observe' expects one of 'none', 'layer4', 'layer7' but got 'x'"],
    ['server-template x 0 foo:80', "Wrong server-template number or range arg '0'."],
    ['default-server foo', "unknown keyword 'foo'"],
    ['default-server id 5', "'default-server' : 'id' option is not accepted in default-server sections"],
    ['http-check', expect.stringMatching(/^'http-check' only supports 'disable-on-404'.* but got ''$/)],
    ['stick foo', "'stick' expects 'on', 'match', or 'store'."],
    ['stick-table type ip', 'stick-table: missing size.'],
    ['compression algo foo', "'compression' : 'foo' is not a supported algorithm."],
  ])('%s', (line, complaint) => {
    const { error } = readProxy(line);
    expect(error).toEqual(complaint);
  });
});

describe('in the wrong section', () => {
  test.each([
    ['frontend', 'balance roundrobin', "'balance' ignored because frontend 'p' has no backend capability."],
    [
      'frontend',
      'timeout connect 5s',
      "'timeout connect' will be ignored because frontend 'p' has no backend capability",
    ],
    [
      'frontend',
      'fullconn 5',
      "'fullconn' ignored because frontend 'p' has no backend capability. Maybe you want 'maxconn' instead ?",
    ],
    ['frontend', 'option httpchk', "'httpchk' ignored because frontend 'p' has no backend capability."],
    ['backend', 'bind :80', "'bind' ignored because backend 'p' has no frontend capability."],
    [
      'backend',
      'maxconn 5',
      "'maxconn' ignored because backend 'p' has no frontend capability. Maybe you want 'fullconn' instead ?",
    ],
    ['backend', 'option httplog', "backend 'p' : 'option httplog' directive is ignored in backends."],
    [
      'backend',
      'rate-limit sessions 5',
      "rate-limit sessions will be ignored because backend 'p' has no frontend capability",
    ],
  ] as const)('%s: %s warns', (kind, line, warning) => {
    const { warnings, error } = readProxy(line, newProxy(kind));
    expect(error).toBeUndefined();
    expect(warnings).toEqual([warning]);
  });

  test.each([
    ['frontend', 'server a 1.2.3.4:80', "'server' not allowed because frontend 'p' has no backend capability."],
    ['frontend', 'retry-on 503', "'retry-on' only available in backend or listen section"],
    [
      'backend',
      'tcp-request connection accept',
      'tcp-request connection is not allowed because backend p is not a frontend',
    ],
    ['backend', 'declare capture request len 5', "'declare' only available in frontend or listen section"],
  ] as const)('%s: %s is refused', (kind, line, complaint) => {
    expect(readProxy(line, newProxy(kind)).error).toBe(complaint);
  });

  test('rules need a named defaults section', () => {
    expect(readProxy('http-request deny', newProxy('defaults', '')).error).toBe(
      "'http-request' not allowed in anonymous 'defaults' section.",
    );
    expect(readProxy('http-request deny', newProxy('defaults', 'd')).model.httpRequest).toHaveLength(1);
  });

  test('a rule below one that runs later', () => {
    const proxy = newProxy('listen');
    readProxy('use_backend b', proxy);
    expect(readProxy('http-request deny', proxy).warnings).toEqual([
      "a 'http-request' rule placed after a 'use_backend' rule will still be processed before.",
    ]);
    expect(readProxy('tcp-request content accept', proxy).warnings).toEqual([
      "a 'tcp-request' rule placed after an 'http-request' rule will still be processed before.",
    ]);
  });
});

test('a timeout given twice', () => {
  const proxy = newProxy('listen');
  proxy.timeouts.client = 1000; // inherited
  expect(readProxy('timeout client 5s', proxy).warnings).toEqual([]);
  expect(readProxy('timeout client 6s', proxy).warnings).toEqual([
    "overwriting 'timeout client' which was already specified",
  ]);
});

describe('options', () => {
  test('on, off and back to the default', () => {
    const proxy = newProxy('listen');
    readProxy('option dontlognull', proxy);
    expect(proxy.options.dontlognull).toBe(true);
    readProxy('no option dontlognull', proxy);
    expect(proxy.options.dontlognull).toBe(false);
    readProxy('default option dontlognull', proxy);
    expect('dontlognull' in proxy.options).toBe(false);
  });

  test('connection modes exclude each other; taking back another one changes nothing', () => {
    const proxy = newProxy('listen');
    readProxy('option http-server-close', proxy);
    readProxy('option httpclose', proxy);
    expect(proxy.httpConnection).toBe('close');
    readProxy('no option http-server-close', proxy);
    expect(proxy.httpConnection).toBe('close');
    readProxy('no option httpclose', proxy);
    expect(proxy.httpConnection).toBe('keep-alive');
  });

  test.each([
    ['option forwardfor', { except: undefined, header: undefined, ifNone: false }],
    [
      'option forwardfor except 127.0.0.0/8 header X-Client if-none',
      { except: '127.0.0.0/8', header: 'X-Client', ifNone: true },
    ],
  ])('%s', (line, expected) => {
    expect(readProxy(line).model.forwardfor).toEqual(expected);
  });

  test.each([
    ['option redispatch', -1],
    ['option redispatch 0', -1],
    ['option redispatch 3', 3],
    ['option redispatch -2', -2],
    ['no option redispatch', 0],
  ])('%s', (line, redispatch) => {
    expect(readProxy(line).model.redispatch).toBe(redispatch);
  });

  test('the old httpchk with headers shows the modern lines', () => {
    const { model, hints } = readProxy('option httpchk GET /up HTTP/1.1\\r\\nHost:\\ a.b');
    expect(model.check).toMatchObject({ type: 'http', option: [{}, {}, { text: 'GET' }, { text: '/up' }, {}] });
    expect(hints).toEqual(["write 'option httpchk' and 'http-check send meth GET uri /up ver HTTP/1.1 hdr Host a.b'"]);
  });
});

test.each([
  ['timeout client 15min', 900_000],
  ['timeout client 30s', 30_000],
  ['timeout client 2d', 172_800_000],
])('%s', (line, value) => {
  expect(readProxy(line).model.timeouts.client).toBe(value);
});

test('what stats said in defaults is not changed by a section that adds to it', () => {
  const defaults = newProxy('defaults');
  readProxy('stats auth a:b', defaults);
  const proxy = { ...newProxy('listen'), stats: defaults.stats };
  readProxy('stats auth c:d:e', proxy);
  expect(defaults.stats?.auth).toEqual([{ user: 'a', password: 'b' }]);
  expect(proxy.stats?.auth).toEqual([
    { user: 'a', password: 'b' },
    { user: 'c', password: 'd:e' },
  ]);
});

test.each([
  ['""', 7, 0],
  ['"" ""', 7, 0],
  ['notice ""', 5, 0],
  ['"" err', 7, 3],
])('log levels that are empty words are none: %s', (levels, maxLevel, minLevel) => {
  const proxy = newProxy('listen');
  readProxy(`log /dev/log local0 ${levels}`, proxy);
  expect(proxy.logs).toMatchObject([{ maxLevel, minLevel }]);
});

test('log targets', () => {
  const proxy = newProxy('listen');
  readProxy('log /dev/log len 2048 format rfc5424 sample 1,3-4:5 local7 notice err', proxy);
  readProxy('log stdout format raw daemon', proxy);
  readProxy('log tcp@10.0.0.1 local0', proxy);
  readProxy('log ring@r local0', proxy);
  expect(proxy.logs).toMatchObject([
    {
      target: { kind: 'unix', path: '/dev/log' },
      length: 2048,
      format: 'rfc5424',
      sample: { ranges: '1,3-4', size: 5 },
      facility: 23,
      maxLevel: 5,
      minLevel: 3,
    },
    { target: { kind: 'fd', fd: 1 }, format: 'raw', facility: 3, maxLevel: 7, minLevel: 0 },
    { target: { kind: 'tcp', address: { port: 514 } } },
    { target: { kind: 'ring', name: 'r' } },
  ]);
  readProxy('no log', proxy);
  expect(proxy.logs).toEqual([]);
});

describe('servers', () => {
  test('take what default-server said before', () => {
    const proxy = newProxy('backend');
    readProxy('server a 1.2.3.4:80', proxy);
    readProxy('default-server check inter 5s weight 10', proxy);
    readProxy('server b 1.2.3.4:80 weight 20', proxy);
    readProxy('server c 1.2.3.4:80 no-check', proxy);
    expect(proxy.servers).toMatchObject([
      { check: false, weight: 1 },
      { check: true, inter: 5000, weight: 20 },
      { check: false, inter: 5000, weight: 10 },
    ]);
  });

  test('a template makes several', () => {
    const { model } = readProxy('server-template web 2-4 app.internal:80 check id 7', newProxy('backend'));
    expect(model.servers.map(({ name, id, check }) => [name, id, check])).toEqual([
      ['web2', 7, true],
      ['web3', 8, true],
      ['web4', 9, true],
    ]);
  });

  test.each([
    ['server a 1.2.3.4:443 ssl verify none npn http/1.1', ['server … npn (served)']],
    ['server a 1.2.3.4:80 resolvers dns init-addr last,libc,none', []],
    ['server-template a 3 _http._tcp.x resolvers dns resolve-net 10.0.0.0/8,fd00::/8', []],
    ['bind :443 ssl crt /x.pem allow-0rtt', ['bind … allow-0rtt (served)']],
    ['bind quic4@:443 ssl', ['bind quic4@:443 (served)']],
    ['bind :80 nice 5', ['bind … nice (served)']],
    ['filter spoe engine x config y', ['filter spoe (refused)']],
    ['compression algo gzip', ['compression algo (served)']],
    ['option http_proxy', ['option http_proxy (refused)']],
    ['no option http_proxy', []],
  ])('%s', (line, notDone) => {
    const outcome = readProxy(line);
    expect(outcome.error).toBeUndefined();
    expect(outcome.notDone).toEqual(notDone);
  });
});
