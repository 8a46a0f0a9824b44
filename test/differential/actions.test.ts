import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../support/folders.js';
import { lacks } from '../support/installed.js';
import { ok, sends } from '../support/origin.js';
import { pause, until } from '../support/poll.js';
import { startHaproxy, startProxy } from '../support/proxy.js';
import { get, RawClient } from '../support/raw-client.js';
import { Bench, Differential, type Script } from './differential.js';

/**
 * Each action of rules, once, beside the real haproxy: the request to its path shows what it does. Left out:
 * what needs tables, caches, resolvers, SPOE or Lua, and set-mark and set-tos, which are refused. Beside a condition 2.6
 * mistakes `path-strip-dotdot` and the `percent-` normalizers without their optional word for `path-merge-slashes`.
 */

/** Lines of a frontend; `IF` stands for the condition that limits a rule to the request of its case. */
type Case = readonly [name: string, rules: readonly string[], script?: Partial<Script> & { readonly path?: string }];

const body = (path: string, text: string): string => `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: ${text.length}\r\n\r\n${text}`; // prettier-ignore

const REQUESTS: readonly Case[] = [
  ['add-header', ['http-request add-header X-A %[src] IF', 'http-request add-header x-a b IF']],
  ['set-header', ['http-request set-header X-Q "%[url] and %[req.hdr(x-q)]" IF'], { send: get('/1', 'X-Q: 1\r\nx-q: 2\r\n') }],
  ['del-header', ['http-request del-header x-q IF'], { send: get('/2', 'X-Q: 1\r\nx-q: 2\r\nx-r: 3\r\n') }],
  ['del-header -m', ['http-request del-header ^x-[qr] -m reg IF'], { send: get('/3', 'X-Q: 1\r\nx-s: 2\r\nx-r: 3\r\n') }],
  ['replace-header', ['http-request replace-header x-q "a(.)" "\\1-%[method]" IF'], { send: get('/4', 'X-Q: xab,ac\r\nx-q: b\r\n') }],
  ['replace-value', ['http-request replace-value x-q "a(.)" "\\1z" IF'], { send: get('/5', 'X-Q: ab, ac,d\r\n') }],
  ['replace-path', ['http-request replace-path ^/6(.*) /r\\1/%[method] IF'], { send: get('/6/x?q=1') }],
  ['replace-pathq', ['http-request replace-pathq "(.*)q=(.)" "/x\\2" IF'], { send: get('/7?q=1') }],
  ['replace-uri', ['http-request replace-uri "^/8/(.*)" "http://b/\\1" IF'], { send: get('/8/x?q=1') }],
  ['set-path', ['http-request set-path /new%[path] IF'], { send: get('/9?q=1') }],
  ['set-pathq', ['http-request set-pathq /new?r=2 IF'], { send: get('/10?q=1') }],
  ['set-query', ['http-request set-query %[query,regsub(1,2)] IF'], { send: get('/11?q=1') }],
  ['set-uri', ['http-request set-uri /z?%[query] IF'], { send: get('/12?q=1') }],
  ['set-method', ['http-request set-method PUT IF']],
  ['normalize-uri', ['http-request normalize-uri path-merge-slashes IF', 'http-request normalize-uri path-strip-dotdot full IF', 'http-request normalize-uri query-sort-by-name IF'], { send: get('/14//x/../y?b=1&a=2') }],
  ['allow', ['http-request allow IF', 'http-request deny IF']],
  ['deny', ['http-request deny IF']],
  ['deny deny_status', ['http-request deny deny_status 429 IF']],
  ['deny with content', ['http-request deny status 400 content-type text/plain lf-string "no %[path]" hdr X-Why "%[method]" IF']],
  ['return', ['http-request return status 202 content-type text/plain string "a b" hdr x-y z IF']],
  ['return, empty', ['http-request return IF']],
  ['return, default-errorfiles', ['http-request return status 404 default-errorfiles IF']],
  ['redirect location', ['http-request redirect code 301 location http://%[req.hdr(host)]%[path] IF']],
  ['redirect prefix', ['http-request redirect prefix https://b drop-query append-slash set-cookie A=b IF'], { send: get('/23?q=1') }],
  ['redirect scheme', ['http-request redirect scheme https code 308 clear-cookie A IF']],
  ['auth', ['http-request auth realm "My Realm" IF']],
  ['auth, known', ['http-request auth IF !{ http_auth(users) }'], { send: get('/26', `Authorization: Basic ${btoa('tom:secret')}\r\n`) }],
  ['auth, hashed', ['http-request deny IF !{ http_auth(users) }'], { send: ['md5', 'sha256', 'sha512', 'wrong'].map((user) => get('/27', `Authorization: Basic ${btoa(`${user}:secret`)}\r\n`)).join(''), responses: 4 }],
  ['auth, groups', ['http-request set-header x-g "%[http_auth_group(users)]" IF { http_auth_group(users) admins }'], { send: get('/28', `Authorization: Basic ${btoa('tom:secret')}\r\n`) }],
  ['tarpit', ['http-request tarpit deny_status 403 IF'], {}],
  ['reject', ['http-request reject IF'], { responses: 0, after: 'close', lines: 1 }],
  ['set-var, unset-var', ['http-request set-var(txn.a) path,upper IF', 'http-request set-var(txn.b) str(x) IF', 'http-request unset-var(txn.b) IF', 'http-request set-header x-v "%[var(txn.a)]-%[var(txn.b)]" IF']],
  ['set-var-fmt', ['http-request set-var-fmt(txn.a) "%[method] %HM" IF', 'http-request set-header x-v %[var(txn.a)] IF']],
  ['set-src, set-src-port', ['http-request set-src hdr(x-ip) IF', 'http-request set-src-port int(99) IF', 'http-request set-header x-s "%[src] %[src_port]" IF'], { send: get('/33', 'x-ip: 1.2.3.4\r\n'), lines: 0 }],
  ['set-dst, set-dst-port', ['http-request set-dst hdr(x-ip) IF', 'http-request set-dst-port int(99) IF', 'http-request set-header x-s "%[dst] %[dst_port]" IF'], { send: get('/34', 'x-ip: 1.2.3.4\r\n') }],
  ['set-log-level', ['http-request set-log-level silent IF'], { lines: 0 }],
  ['set-timeout', ['http-request set-timeout server 300ms IF', 'http-request set-header x-t %[be_server_timeout] IF']],
  ['set-priority', ['http-request set-priority-class int(5) IF', 'http-request set-priority-offset int(-5) IF']],
  ['set-nice', ['http-request set-nice 5 IF']],
  ['strict-mode', ['http-request strict-mode on IF', 'http-request set-header x-y z IF']],
  ['disable-l7-retry', ['http-request disable-l7-retry IF']],
  ['early-hint', ['http-request early-hint Link "</a>; rel=preload" IF', 'http-request early-hint Link "</b>" IF']],
  ['capture', ['http-request capture req.hdr(x-q) len 3 IF', 'http-request capture path len 20 IF'], { send: get('/42', 'x-q: 12345\r\n') }],
  ['wait-for-body', ['http-request wait-for-body time 1s at-least 3 IF', 'http-request set-header x-b %[req.body] IF'], { send: [body('/43', 'hello').slice(0, -3), 50, 'llo'] }],
  ['maps', ['http-request set-map(MAP) %[path] v%[method] IF', 'http-request set-header x-m "%[path,map(MAP,none)]" IF', 'http-request del-map(MAP) %[path] IF', 'http-request set-header x-n "%[path,map(MAP,none)]" IF']],
  ['acls', ['http-request add-acl(ACL) %[path] IF', 'http-request set-header x-m 1 IF { path -f ACL }', 'http-request del-acl(ACL) %[path] IF', 'http-request set-header x-n 1 IF { path -f ACL }']],
  ['http-errors section', ['http-request deny status 404 errorfiles pages IF']],
  ['cookie in a redirect', ['redirect location /elsewhere set-cookie seen=1 IF']],
  ['redirect line after allow', ['http-request allow IF', 'redirect location /elsewhere IF']],
  // responses
  ['response: headers', ['http-response add-header x-a 1 IF', 'http-response set-header x-b %[status] IF', 'http-response del-header x-o IF', 'http-response replace-header x-p (.) \\1\\1 IF', 'http-response replace-value x-q b c IF']],
  ['response: status', ['http-response set-status 418 reason "Tea pot" IF']],
  ['response: deny', ['http-response deny deny_status 429 IF'], { lines: 0 }],
  ['response: return', ['http-response return status 201 content-type text/plain string made IF'], { lines: 0 }],
  ['response: redirect', ['http-response redirect location /x%[res.hdr(x-o)] IF'], { lines: 0 }],
  ['response: allow', ['http-response allow IF', 'http-response deny IF']],
  ['response: variables', ['http-response set-var(res.a) status IF', 'http-response set-var-fmt(res.b) "%[status]x" IF', 'http-response unset-var(res.a) IF', 'http-response set-header x-v "%[var(res.a)]-%[var(res.b)]" IF']],
  ['response: log, nice, strictness', ['http-response set-log-level silent IF', 'http-response strict-mode off IF', 'http-response set-nice 0 IF'], { lines: 0 }],
  ['response: capture', ['http-response capture res.hdr(x-o) id 0 IF']],
  ['response: maps', ['http-response set-map(MAP) k%[status] v IF', 'http-response set-header x-m "%[str(k200),map(MAP,none)]" IF', 'http-response del-map(MAP) k200 IF']],
  ['response: acls', ['http-response add-acl(ACL) k%[status] IF', 'http-response set-header x-m 1 IF { str(k200) -f ACL }', 'http-response del-acl(ACL) k200 IF']],
  ['after: headers', ['http-after-response add-header x-a 1 IF', 'http-after-response set-header x-b %[status] IF', 'http-after-response del-header x-o IF', 'http-after-response replace-header x-p (.) \\1\\1 IF', 'http-after-response replace-value x-q b c IF']],
  ['after: status and variables', ['http-after-response set-status 418 IF', 'http-after-response set-var(res.a) status IF', 'http-after-response set-var-fmt(res.b) y IF', 'http-after-response unset-var(res.b) IF', 'http-after-response set-header x-v "%[var(res.a)]-%[var(res.b)]" IF', 'http-after-response strict-mode on IF']],
  ['after: allow, on our own answer', ['http-request deny IF', 'http-after-response set-header x-a 1 IF', 'http-after-response allow IF', 'http-after-response set-header x-b 1 IF']],
  ['after: capture', ['http-after-response capture res.hdr(x-o) id 0 IF']],
  // contents
  ['content: reject', ['tcp-request content reject IF'], { responses: 0, after: 'close', lines: 1 }],
  ['content: accept, variables, capture', ['tcp-request content set-var(txn.c) path IF', 'tcp-request content set-var-fmt(txn.d) y IF', 'tcp-request content unset-var(txn.d) IF', 'tcp-request content capture path len 5 IF', 'tcp-request content accept IF', 'tcp-request content reject IF', 'http-request set-header x-c "%[var(txn.c)]-%[var(txn.d)]" IF']],
  ['content: addresses', ['tcp-request content set-src-port int(1) IF', 'tcp-request content set-dst ipv4(1.2.3.4) IF', 'tcp-request content set-dst-port int(2) IF', 'http-request set-header x-s "%[dst] %[dst_port]" IF'], { lines: 0 }],
  ['content: log level, priority, nice', ['tcp-request content set-log-level silent IF', 'tcp-request content set-priority-class int(1) IF', 'tcp-request content set-priority-offset int(1) IF', 'tcp-request content set-nice 1 IF'], { lines: 0 }],
  // what leaves no trace in HTTP
  ['marks, handshakes', ['http-request wait-for-handshake IF', ...['http-request', 'http-response', 'tcp-request content'].flatMap((ruleset) => [`${ruleset} set-mark 0x1 IF`, `${ruleset} set-tos 0x10 IF`])]],
  ['silent-drop', ['http-request silent-drop IF'], { responses: 0, lines: 1 }],
  ['response: silent-drop', ['http-response silent-drop IF'], { responses: 0, lines: 1 }],
  ['content: silent-drop', ['tcp-request content silent-drop IF'], { responses: 0, lines: 1 }],
]; // prettier-ignore

const config = (folder: string): string => ` expose-experimental-directives
userlist users
 group admins users tom
 user tom insecure-password secret
 user md5 password $1$salt$ez2vlPGdaLYkJam5pWs/Y1
 user sha256 password ${HASHES.sha256}
 user sha512 password ${HASHES.sha512}
 user wrong insecure-password other
http-errors pages
 errorfile 404 ${folder}/404.http
defaults
 mode http
 log global
 option httplog
 timeout connect 2s
 timeout client 5s
 timeout server 5s
 timeout tarpit 100ms
listen f
 bind 127.0.0.1:{web}
 declare capture response len 10
 tcp-request inspect-delay 1s
${sorted(REQUESTS.flatMap(([, rules], index) => rules.map((rule) => ` ${conditional(rule, index)}`)))
  .join('\n')
  .replaceAll('(MAP', `(${folder}/map`)
  .replaceAll('(ACL', `(${folder}/acl`)
  .replaceAll('-f ACL', `-f ${folder}/acl`)}
 server s 127.0.0.1:{origin}
`;

const HASHES = {
  sha256: '$5$saltsalt$0IyaXrmV7.sGNS6tirgqHLqX/G.FBvgkYA.lpPdS5sA',
  sha512: '$6$saltsalt$TVLlQcbpFVof5W3Yz4DTP6gRstiNuHwwTt6GLc1E5n0U0aDehy0S5knV8wiOQSpT0Y77vwPZN.Pq.H91p5hVO1',
};

/** A response rule does not see the request: what it needs is kept in a variable. */
function conditional(rule: string, index: number): string {
  const late = rule.startsWith('http-response') || rule.startsWith('http-after-response');
  const test = late ? `if { var(txn.case) -m str ${index} }` : `if { path_reg ^/${index}(/|$) }`;
  return rule.replace('IF', test);
}

/** The order in which both run them anyway; otherwise they warn. */
function sorted(rules: readonly string[]): string[] {
  const kinds = [' tcp-request', ' http-request', ' redirect', ' http-response', ' http-after-response'];
  const remember = ' http-request set-var(txn.case) path,field(2,/)';
  return kinds.flatMap((kind) => [
    ...(kind === ' http-request' ? [remember] : []),
    ...rules.filter((rule) => rule.startsWith(`${kind} `)),
  ]);
}

describe.skipIf(lacks('haproxy'))('actions beside the real haproxy', () => {
  test('every action', { timeout: 120_000 }, async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, '404.http'), 'HTTP/1.0 404 Gone\r\nX-Page: own\r\nContent-Length: 4\r\n\r\ngone');
    writeFileSync(join(folder, 'map'), '/x y\n');
    writeFileSync(join(folder, 'acl'), '/x\n');
    const fields = 'X-O: one\r\nX-P: two\r\nX-Q: a,b\r\n';
    const answers = Object.fromEntries(
      REQUESTS.flatMap((_case, index) => [`/${index}`, `/new/${index}`].map((path) => [path, sends(ok('ok', fields))])),
    );
    const both = await Differential.start(config(folder), answers);
    const [ours, real]: [Record<string, unknown>, Record<string, unknown>] = [{}, {}];
    for (const [index, [name, , script]] of REQUESTS.entries()) {
      const pair = await both.observe(name, { send: get(`/${index}`), ...script });
      ours[`${index} ${name}`] = pair.ours;
      real[`${index} ${name}`] = pair.real;
    }
    expect(ours).toEqual(real);
  });

  const CONNECTIONS: readonly (readonly [name: string, rules: readonly string[], mode: 'tcp' | 'http'])[] = [
    ['connection: reject', ['tcp-request connection reject'], 'tcp'],
    ['session: reject', ['tcp-request session reject'], 'tcp'],
    ['connection: accept', ['tcp-request connection accept', 'tcp-request connection reject'], 'tcp'],
    ['session: accept', ['tcp-request session accept', 'tcp-request session reject'], 'tcp'],
    ...(['tcp', 'http'] as const).map((mode): (typeof CONNECTIONS)[number] => [
      `addresses and variables, mode ${mode}`,
      [
        'tcp-request connection set-src ipv4(1.2.3.4)',
        'tcp-request connection set-src-port int(77)',
        'tcp-request connection set-dst ipv4(4.3.2.1)',
        'tcp-request connection set-dst-port int(78)',
        'tcp-request connection set-var(sess.a) str(y)',
        'tcp-request connection set-var-fmt(sess.b) "%[src]"',
        'tcp-request session set-var(sess.c) dst_port',
        'tcp-request session unset-var(sess.a)',
      ],
      mode,
    ]),
    ['session: addresses', ['tcp-request session set-src ipv4(1.2.3.4)', 'tcp-request session set-src-port int(8)', 'tcp-request session set-dst-port int(9)'], 'tcp'],
    ['variables', ['tcp-request connection set-var(sess.a) str(x)', 'tcp-request connection unset-var(sess.a)', 'tcp-request session set-var-fmt(sess.b) "%[src]"', 'http-request set-header x-v "%[var(sess.a)]-%[var(sess.b)]"'], 'http'],
    ['marks', ['connection', 'session', 'content'].flatMap((ruleset) => [`tcp-request ${ruleset} set-mark 1`, `tcp-request ${ruleset} set-tos 1`]), 'tcp'],
    ['connection: silent-drop', ['tcp-request connection silent-drop'], 'tcp'],
    ['session: silent-drop', ['tcp-request session silent-drop'], 'tcp'],
    ['response content: log, nice, marks', ['tcp-response content set-log-level silent', 'tcp-response content set-nice 1', 'tcp-response content set-mark 1', 'tcp-response content set-tos 1', 'tcp-response content set-var-fmt(res.a) x', 'http-response set-header x-a %[var(res.a)]'], 'http'],
    ['response content: silent-drop', ['tcp-response content silent-drop'], 'http'],
    ['content: reject', ['tcp-request inspect-delay 1s', 'tcp-request content reject if { req.len gt 3 }'], 'tcp'],
    ['content: capture', ['tcp-request inspect-delay 1s', 'tcp-request content capture req.payload(0,4) len 4', 'tcp-request content accept if { req.len gt 3 }'], 'tcp'],
    ['response content: reject', ['tcp-response inspect-delay 1s', 'tcp-response content reject if { res.payload(0,4) -m found }'], 'http'],
    ['response content: accept', ['tcp-response content accept', 'tcp-response content reject'], 'http'],
    ['response content: variables', ['tcp-response content set-var(res.a) status', 'tcp-response content unset-var(res.a)', 'http-response set-header x-a %[var(res.a)]'], 'http'],
  ]; // prettier-ignore

  test.each(CONNECTIONS)('%s', async (_name, rules, mode) => {
    const text = `defaults
 mode ${mode}
 log global
 timeout connect 2s
 timeout client 2s
 timeout server 2s
listen f
 bind 127.0.0.1:{web}
 log-format "%ci %fi %[capture.req.hdr(0)] %[var(sess.a)] %[var(sess.b)] %[var(sess.c)] %s %ts %[src_port,sub(77)] %fp"
 ${rules.join('\n ')}
 server s 127.0.0.1:{origin}
`;
    const see = async (begin: typeof startProxy): Promise<unknown> => {
      const bench = await Bench.start(begin, text, {});
      const client = await RawClient.connect(bench.proxy.port('web')).catch(() => undefined);
      // reset before we even knew that we were connected
      if (client === undefined) return ['', true, bench.log.messages];
      const dropped = rules.some((rule) => rule.endsWith(' silent-drop'));
      // where nobody is left, the kernel would answer
      if (!/(connection|session): silent/.test(_name)) client.send(get('/'));
      if (dropped)
        await pause(300); // what should not come
      else await until('an answer or the end', () => client.ending !== 'open' || client.received.includes('\r\n\r\n'));
      const open = client.ending === 'open';
      client.close();
      const refused =
        /(connection|session): (reject|silent)/.test(_name) || rules.some((rule) => rule.endsWith(' silent'));
      if (!refused) await until('the log line', () => bench.log.messages.length > 0);
      const lines = bench.log.messages.map((line) => line.replaceAll(/ -?\d{3,}(?= |$)/g, ' PORT')); // prettier-ignore
      return [client.received.replace(/^date: .*$/im, ''), !open, lines];
    };
    expect(await see(startProxy)).toEqual(await see(startHaproxy));
  });
});
