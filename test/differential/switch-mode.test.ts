import { beforeAll, describe, expect, test } from 'vitest';
import { lacks } from '../support/installed.js';
import { ok, sends } from '../support/origin.js';
import { get } from '../support/raw-client.js';
import { Differential, type Script } from './differential.js';

/** TCP frontends whose connections become HTTP: by `switch-mode http`, and by the choice of an HTTP backend. */

const PROXIES: Readonly<Record<string, string>> = {
  'switch-mode': `frontend f
 mode tcp
 option tcplog
 bind 127.0.0.1:{web}
 tcp-request inspect-delay 1s
 tcp-request session track-sc1 src table t
 tcp-request content track-sc0 src table t
 tcp-request content set-var(req.mode) internal.strm.is_htx,iif(http,tcp)
 tcp-request content set-var(txn.a) int(1)
 tcp-request content capture internal.strm.is_htx len 5
 tcp-request content switch-mode http if HTTP
 tcp-request content reject
 http-request set-header x-mode %[var(req.mode)]
 http-request set-header x-a "%[var(txn.a)] %[capture.req.hdr(0)]"
 http-request set-header x-counts "%[sc_conn_cur(0)] %[sc_conn_cur(1)] %[sc_http_req_cnt(0)] %[sc_http_err_cnt(0)]"
 http-request return status 202 content-type text/plain string mine if { path /mine }
 http-request deny if { path /deny }
 http-response set-header x-fe %[fe_name]
 default_backend b
backend t
 stick-table type ip size 100 store conn_cur,http_req_cnt,http_err_cnt
backend b
 mode http
 http-request set-header x-be %[be_name]
 server s 127.0.0.1:{origin}`,
  'an HTTP backend': `frontend f
 mode tcp
 log-format "%ci:%cp [%t] %ft %b/%s %B %ts %[capture.req.method] %[var(txn.a)]"
 bind 127.0.0.1:{web}
 tcp-request content set-var(txn.a) int(1)
 http-request set-header x-fe %[fe_name]
 http-response set-header x-fer %[fe_name]
 default_backend b
backend b
 mode http
 http-request set-header x-be %[be_name]
 http-request return status 202 content-type text/plain string mine if { path /mine }
 server s 127.0.0.1:{origin}`,
  'a TCP backend behind switch-mode': `frontend f
 mode tcp
 option tcplog
 bind 127.0.0.1:{web}
 tcp-request inspect-delay 1s
 tcp-request content switch-mode http if HTTP
 default_backend b
backend b
 mode tcp
 server s 127.0.0.1:{origin}`,
};

const CASES: readonly (readonly [string, Partial<Script>])[] = [
  ['two requests', { send: [get('/one'), 100, get('/two')], responses: 2, lines: 2 }],
  ['a request in pieces', { send: ['GET /pie', 100, 'ces HTTP/1.1\r\nhost: a\r\n\r\n'], lines: 1 }],
  ['a body', { send: ['POST /x HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\nab', 50, 'cde'], lines: 1 }],
  ['answered by a rule', { send: get('/mine'), lines: 1 }],
  ['denied', { send: get('/deny'), lines: 1 }],
  ['no HTTP', { send: 'hello\r\n\r\n', responses: 0, after: 'close', lines: 1 }],
  ['FIN behind the request', { send: get('/x'), after: 'fin-close', lines: 1 }],
  ['pipelined', { send: get('/1') + get('/2') + get('/3'), responses: 3, lines: 3 }],
];

describe.skipIf(lacks('haproxy')).each(Object.entries(PROXIES))('%s', (name, proxies) => {
  let both: Differential;
  beforeAll(async () => {
    const config = `defaults
 log global
 timeout connect 1s
 timeout client 2s
 timeout server 1s
${proxies}
`;
    both = await Differential.start(config, { '/one': sends(ok()) });
  }, 20_000);

  // where only the backend is one of HTTP, 2.6 now answers a request that never ends, now it does not
  test.skipIf(name === 'an HTTP backend')('half a request', async () => {
    const script: Script = { send: 'GET /x HTTP/1.1\r\n', responses: 0, after: 'close', lines: 1 };
    const { ours, real } = await both.observe('half a request', script);
    expect(ours).toEqual(real);
  });
  test.each(CASES)('%s', async (each, script) => {
    const { ours, real } = await both.observe(each, { send: '', ...script });
    expect(ours).toEqual(real);
  });
  test('counters', async () => {
    // what is no HTTP counts twice in 2.6 where only the backend is one of HTTP: as a request, too
    const { ours, real } = await both.counters(name === 'an HTTP backend' ? ['ereq', 'req_tot'] : []);
    expect(ours).toEqual(real);
  });
});
