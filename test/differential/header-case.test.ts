import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../support/folders.js';
import { lacks } from '../support/installed.js';
import { ok, sends } from '../support/origin.js';
import { get } from '../support/raw-client.js';
import { Differential, type Script } from './differential.js';

/** Names of header fields in another case, for clients and servers that cannot read them otherwise. */

const file = join(temporaryFolder(), 'names');
writeFileSync(file, '# pairs\n\n\tx-file X-FILE \nlocation LOCATION\n');

const config = (frontend: string, backend: string): string => `global
 h1-case-adjust content-length Content-Length
 h1-case-adjust x-a X-a
 h1-case-adjust host Host
 h1-case-adjust connection Connection
 h1-case-adjust x-rule X-Rule
 h1-case-adjust srv SRV
 h1-case-adjust-file ${file}
defaults
 mode http
 log global
 option httplog
 timeout connect 2s
 timeout client 3s
 timeout server 1500
frontend f
 bind 127.0.0.1:{web}
 ${frontend}
 http-request early-hint x-a 1 if { path /hint }
 http-request redirect location /x if { path /redirect }
 http-request deny hdr x-a 1 if { path /deny }
 http-request set-header x-rule 1
 http-response set-header x-rule 1 if { status 201 }
 default_backend b
backend b
 ${backend}
 http-reuse never
 http-send-name-header srv
 server s 127.0.0.1:{origin}
`;

const CASES: readonly (readonly [string, Script])[] = [
  ['as it comes', { send: get('/') }],
  ['edited', { send: get('/edited') }],
  ['fields of many cases', { send: get('/', 'X-A: 1\r\nx-FILE: x-file\r\nx-b: 2\r\n') }],
  ['a body with such names', { send: 'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\n\nx-a: 1\r\n' }],
  ['two requests', { send: [get('/'), 50, get('/edited')], responses: 2 }],
  ['an early hint', { send: get('/hint') }],
  ['an answer of our own', { send: get('/deny') }],
  ['a redirect', { send: get('/redirect') }],
  ['close', { send: get('/', 'connection: close\r\n') }],
  ['HTTP/1.0', { send: get('/', '', '1.0'), after: 'close' }],
];

const OPTIONS = [
  ['', ''],
  ['option h1-case-adjust-bogus-client', ''],
  ['', 'option h1-case-adjust-bogus-server'],
  ['option h1-case-adjust-bogus-client', 'option h1-case-adjust-bogus-server'],
] as const;

describe.skipIf(lacks('haproxy'))('the case of header names beside the real haproxy', () => {
  test.each(OPTIONS)("frontend '%s', backend '%s'", async (frontend, backend) => {
    const both = await Differential.start(config(frontend, backend), {
      '/': sends(ok('ok', 'X-File: 1\r\nx-a: 2\r\n')),
      '/edited': sends('HTTP/1.1 201 Made\r\nX-A: 1\r\ncontent-length: 7\r\n\r\nx-a: 1\n'),
    });
    const [ours, real]: [Record<string, unknown>, Record<string, unknown>] = [{}, {}];
    for (const [name, script] of CASES) {
      const pair = await both.observe(name, script);
      ours[name] = pair.ours;
      real[name] = pair.real;
    }
    expect(ours).toEqual(real);
  });
});
