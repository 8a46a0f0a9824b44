import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { statusOf } from '../support/http-message.js';
import { temporaryFolder } from '../support/folders.js';
import { RecordingOrigin } from '../support/origin.js';
import { startProxy, startTsproxy } from '../support/proxy.js';
import { askOnce, get, RawClient } from '../support/raw-client.js';
import { readStats } from '../support/stats-csv.js';

/** Directives that are easily parsed and forgotten; what is expected is what the real haproxy does with the same file. */

const times = ' timeout client 5s\n timeout server 5s\n timeout connect 1s\n';

const twoServers = `
frontend one
 bind 127.0.0.1:{one}
 http-request return status 200 content-type text/plain string one
frontend two
 bind 127.0.0.1:{two}
 http-request return status 200 content-type text/plain string two
`;

async function answers(port: number, paths: readonly string[], fields = ''): Promise<string[]> {
  const client = await RawClient.connect(port);
  const bodies: string[] = [];
  for (const path of paths) {
    client.send(get(path, fields));
    bodies.push((await client.response()).body);
  }
  client.close();
  return bodies;
}

test('use-server goes before balancing, unless its server is not usable', async () => {
  const proxy = await startProxy(`defaults
 mode http
${times}
listen web
 bind 127.0.0.1:{web}
 use-server s2 if { path /two }
 use-server s3 if { path /three }
 server s1 127.0.0.1:{one}
 server s2 127.0.0.1:{two}
 server s3 127.0.0.1:1 disabled
${twoServers}`);
  const bodies = await answers(proxy.port('web'), ['/two', '/two', '/two', '/three', '/three', '/', '/']);
  expect(bodies).toEqual(['two', 'two', 'two', 'one', 'two', 'one', 'two']);
});

test('prefer-last-server keeps a client on its server where connections are not shared', async () => {
  const listener = (name: string, reuse: string): string => `
listen ${name}
 bind 127.0.0.1:{${name}}
 option prefer-last-server
 http-reuse ${reuse}
 server s1 127.0.0.1:{one}
 server s2 127.0.0.1:{two}
`;
  const proxy = await startProxy(
    `defaults\n mode http\n${times}${listener('own', 'never')}${listener('shared', 'safe')}${twoServers}`,
  );
  const paths = ['/', '/', '/', '/'];
  expect(await answers(proxy.port('own'), paths)).toEqual(['one', 'one', 'one', 'one']);
  expect(await answers(proxy.port('shared'), paths)).toEqual(['one', 'two', 'one', 'two']);
});

test('rules inherited from defaults see the ACLs of defaults, the others their own', async () => {
  const proxy = await startProxy(`defaults named
 mode http
${times} acl x path /a
 http-request return status 201 if x
frontend web from named
 bind 127.0.0.1:{web}
 acl x path /b
 http-request return status 202 if x
 http-request return status 200
`);
  const statuses: number[] = [];
  for (const path of ['/a', '/b', '/c']) {
    statuses.push(statusOf((await askOnce(proxy.port('web'), get(path))).head));
  }
  expect(statuses).toEqual([201, 202, 200]);
});

test.each([
  ['', ['a 1', 'b 3', 'c 5', 'e 4', 'f 7']],
  [' stats socket {folder}/sock\n', ['a 2', 'b 5', 'c 6', 'e 4', 'f 8']],
])('proxies are numbered as in HAProxy %#', async (socket, numbers) => {
  const config = `global
${socket}defaults
 mode http
${times}
frontend a
 bind 127.0.0.1:{web}
 stats enable
 stats uri /
listen d
 disabled
 bind 127.0.0.1:1
frontend b
 bind 127.0.0.1:{b}
backend c
 server s 127.0.0.1:1
listen e
 id 4
 bind 127.0.0.1:{e}
backend f
 server s 127.0.0.1:1
`;
  const proxy = await startProxy(config.replace('{folder}', temporaryFolder()));
  const rows = [...(await readStats(proxy.port('web'))).values()];
  expect([...new Set(rows.map(({ pxname, iid }) => `${pxname} ${iid}`))]).toEqual(numbers);
});

test('http-error, errorfiles and http-errors sections make the error pages', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, '403'), 'HTTP/1.1 403 Nono\r\nContent-Length: 5\r\n\r\nmy403');
  const proxy = await startProxy(
    `http-errors pages
 errorfile 403 {folder}/403
defaults
 mode http
${times}
frontend web
 bind 127.0.0.1:{web}
 errorfiles pages
 http-error status 404 content-type text/plain lf-string "no %[path]" hdr x-a "%[method]"
 http-request return status 403 errorfiles pages if { path /return }
 http-request return status 404 default-errorfiles if { path /default }
 http-request deny deny_status 404 if { path /deny }
 http-request deny
`.replaceAll('{folder}', folder),
  );
  expect(await answers(proxy.port('web'), ['/return', '/default', '/deny', '/'])).toEqual([
    'my403',
    'no /default',
    'no /deny',
    'my403',
  ]);
  expect((await askOnce(proxy.port('web'), get('/deny'))).head).toMatch(/^x-a: GET\r?$/m);
});

describe('what the origin sees', () => {
  async function seen(lines: string, fields: string): Promise<string> {
    const origin = await RecordingOrigin.start();
    const config = `defaults\n mode http\n${times}listen web\n bind 127.0.0.1:{web}\n${lines}\n server s1 127.0.0.1:{origin}\n`;
    const proxy = await startProxy(config, { values: { origin: origin.port } });
    await askOnce(proxy.port('web'), get('/', fields));
    return origin.requests[0].head;
  }

  test('http-send-name-header puts the name in the place of what the client says', async () => {
    const head = await seen(' http-send-name-header X-Server', 'x-server: me\r\n');
    expect(head.match(/^x-server: .*$/gm)?.map((line) => line.trim())).toEqual(['x-server: s1']);
  });

  test('http-restrict-req-hdr-names delete takes unusual names out', async () => {
    const head = await seen(' option http-restrict-req-hdr-names delete', 'x_bad: 1\r\nx-good: 1\r\n');
    expect(head).toMatch(/^x-good: 1/m);
    expect(head).not.toContain('x_bad');
  });

  test('http-pretend-keepalive does not tell the server that the connection closes', async () => {
    expect(await seen(' option http-server-close', '')).toMatch(/^connection: close/m);
    expect(await seen(' option http-server-close\n option http-pretend-keepalive', '')).not.toMatch(/^connection:/m);
  });
});

test('http-restrict-req-hdr-names reject refuses them, once rules have had their say', async () => {
  const proxy = await startProxy(`defaults
 mode http
${times}
frontend web
 bind 127.0.0.1:{web}
 option http-restrict-req-hdr-names reject
 http-request return status 200 if { path /rule }
`);
  const status = async (path: string, field: string): Promise<number> =>
    statusOf((await askOnce(proxy.port('web'), get(path, field))).head);
  expect(await status('/', 'x_bad: 1\r\n')).toBe(403);
  expect(await status('/rule', 'x_bad: 1\r\n')).toBe(200);
  expect(await status('/', 'x-good: 1\r\n')).toBe(503);
});

// HAProxy 2.6 refuses `mode health`; the words are those of 1.4
test.each([
  ['', 'OK\n'],
  [' option httpchk\n', 'HTTP/1.0 200 OK\r\n\r\n'],
])('mode health answers and closes %#', async (option, answer) => {
  const proxy = await startTsproxy(`defaults\n${times}listen h\n mode health\n${option} bind 127.0.0.1:{h}\n`);
  const client = await RawClient.connect(proxy.port('h'));
  await client.closed();
  expect(client.received).toBe(answer);
});

test('rules and the statistics form see a body that comes with its head', async () => {
  const proxy = await startProxy(`defaults
 mode http
${times}
listen web
 bind 127.0.0.1:{web}
 option http-buffer-request
 http-request return status 200 content-type text/plain lf-string %[req.body] if { path /body }
 stats enable
 stats uri /s
 stats admin if TRUE
 server s1 127.0.0.1:1
`);
  const post = (path: string, body: string): string =>
    `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
  expect((await askOnce(proxy.port('web'), post('/body', 'hello'))).body).toBe('hello');
  const form = await askOnce(proxy.port('web'), post('/s', 's=s1&action=maint&b=web'));
  expect(form.head).toMatch(/^location: .*;st=DONE/im);
  expect((await readStats(proxy.port('web'), '/s;csv')).get('web/s1')?.status).toBe('MAINT');
});
