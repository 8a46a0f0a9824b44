import { beforeAll, describe, expect, test } from 'vitest';
import { lacks } from '../support/installed.js';
import { ok, sends } from '../support/origin.js';
import { get } from '../support/raw-client.js';
import { Differential, type Script } from './differential.js';

/** Conditions of response rules that ask for the request, which is gone by then: warned about at start, they never hold. */

const CONFIG = `defaults
 mode http
 log global
 option httplog
 timeout connect 2s
 timeout client 3s
 timeout server 1500
frontend f
 bind 127.0.0.1:{web}
 acl named path_beg /
 acl mixed path_beg /
 acl mixed status 404
 http-request set-var(txn.path) path
 http-request return status 200 content-type text/plain string mine if { path /mine }
 http-request deny if { path /deny }
 http-response set-header x-path 1 if { path_beg / }
 http-response set-header x-named 1 if named
 http-response set-header x-mixed 1 if mixed
 http-response set-header x-not 1 if !named
 http-response set-header x-unless 1 unless { path_beg / }
 http-response set-header x-hdr 1 if { req.hdr(host) -m found }
 http-response set-header x-url 1 if { url -m found }
 http-response set-header x-method 1 if { method GET }
 http-response set-header x-meth 1 if METH_GET
 http-response set-header x-ver 1 if { req.ver 1.1 }
 http-response set-header x-cook 1 if { req.cook(a) -m found }
 http-response set-header x-body 1 if { req.body -m found }
 http-response set-header x-base 1 if { base -m found }
 http-response set-header x-var 1 if { var(txn.path) -m found }
 http-response set-header x-capture 1 if { capture.req.uri -m found }
 http-response set-header x-src 1 if { src 127.0.0.1 }
 http-response set-header x-auth 1 if { http_first_req }
 http-after-response set-header x-after 1 if { path_beg / }
 http-after-response set-header x-after-method 1 if { method GET }
 default_backend b
backend b
 http-response set-header x-back 1 if { path_beg / }
 http-request set-header x-status 1 if { status 200 }
 http-request set-header x-res 1 unless { res.hdr(a) -m found }
 server s 127.0.0.1:{origin}
`;

const CASES = ['/x', '/mine', '/deny', '/missing'];

describe.skipIf(lacks('haproxy'))('requests asked for in responses, beside the real haproxy', () => {
  let both: Differential;
  beforeAll(async () => {
    both = await Differential.start(CONFIG, {
      '/missing': sends('HTTP/1.1 404 no\r\ncontent-length: 0\r\n\r\n'),
      '/x': sends(ok()),
    });
  });

  test.each(CASES)('%s', async (path) => {
    const script: Script = { send: get(path, 'cookie: a=1\r\n') };
    const { ours, real } = await both.observe(path, script);
    expect(ours).toEqual(real);
  });
});
