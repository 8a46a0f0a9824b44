import { beforeAll, describe, expect, test } from 'vitest';
import { lacks } from '../support/installed.js';
import { ok, sends } from '../support/origin.js';
import { get } from '../support/raw-client.js';
import { Differential, type Script } from './differential.js';

/** `http-after-response` rules whose edits do not fit the buffer, on responses of servers and on our own. */

const fields = (condition: string): string =>
  Array.from(
    { length: 20 },
    (_, i) => ` http-after-response set-header x-${i} ${'v'.repeat(1000)} if ${condition}\n`,
  ).join('');

const CONFIG = `defaults
 mode http
 log global
 option httplog
 timeout connect 2s
 timeout client 3s
 timeout server 1500
frontend f
 bind 127.0.0.1:{web}
 http-request set-var(txn.path) path
 acl soft var(txn.path) -m end .soft
 acl front var(txn.path) -m beg /front
 http-request return status 200 content-type text/plain string mine if { path_sub mine }
 http-request deny if { path_sub deny }
 http-after-response strict-mode off if soft
${fields('front')} use_backend none if { path_sub none }
 default_backend b
backend none
backend b
 acl soft var(txn.path) -m end .soft
 acl back var(txn.path) -m beg /back
 http-after-response strict-mode off if soft
${fields('back')} server s 127.0.0.1:{origin}
`;

const CASES = [
  '/front',
  '/front.soft',
  '/back',
  '/back.soft',
  '/front-mine',
  '/front-mine.soft',
  '/front-deny',
  '/front-none',
  '/fine',
];

describe.skipIf(lacks('haproxy'))('http-after-response beside the real haproxy', () => {
  let both: Differential;
  beforeAll(async () => {
    both = await Differential.start(CONFIG, { '/head': sends(ok()) });
  });

  test.each(CASES)('%s', async (path) => {
    const script: Script = { send: get(path) };
    const { ours, real } = await both.observe(path, script);
    expect(ours).toEqual(real);
  });
  test('counters', async () => {
    const { ours, real } = await both.counters(['connect']);
    expect(ours).toEqual(real);
  });
});
