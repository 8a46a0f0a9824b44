import { describe, expect, test } from 'vitest';
import { LogSink } from '../support/log-sink.js';
import { until } from '../support/poll.js';
import { startTsproxy } from '../support/proxy.js';
import { askOnce, get } from '../support/raw-client.js';

type Entry = Readonly<Record<string, unknown>>;

const parse = (text: string): Entry[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line): Entry => JSON.parse(line) as Entry); // oxlint-disable-line typescript/no-unsafe-type-assertion

describe('log … format json', () => {
  test('traffic, health, start and stop as objects, and nothing else on the terminal', async () => {
    const proxy = await startTsproxy(`global
 log stdout format json local0
 log-send-hostname box
defaults
 mode http
 log global
 option httplog
 timeout connect 1s
 timeout client 5s
 timeout server 5s
frontend web
 bind 127.0.0.1:{web}
 capture request header Host len 20
 default_backend b
backend b
 timeout check 1s
 server s 127.0.0.1:{closed} check inter 50 fall 1
 http-request return status 204 if { path /fine }
frontend closed
 bind 127.0.0.1:{closed}
 tcp-request connection reject
 use_backend nowhere if FALSE
 errorloc 503 /x
 log-format "custom %ST"
 http-reqest deny
`).catch((error: unknown) => String(error));
    // a wrong line: said as an object too
    expect(proxy).toMatch(
      /"level":"alert",.*"file":"[^"]+","line":\d+,"column":2,.*"message":"unknown keyword 'http-reqest'/,
    );
  });

  test('fields', async () => {
    const proxy = await startTsproxy(`global
 log stdout format json local0
 log-send-hostname box
defaults
 mode http
 log global
 option httplog
 timeout connect 1s
 timeout client 5s
 timeout server 5s
frontend web
 bind 127.0.0.1:{web}
 capture request header Host len 20
 http-request return status 204 if { path /fine }
 default_backend b
backend b
 option httpchk
 server s 127.0.0.1:1 check inter 50 fall 1
frontend own
 bind 127.0.0.1:{own}
 log-format "custom %ST"
 http-request return status 200
`);
    const { program } = proxy;
    await askOnce(proxy.port('web'), get('/fine?a="b', 'connection: close\r\n'));
    await askOnce(proxy.port('own'), get('/', 'connection: close\r\n'));
    await until('all of it', () => /is DOWN/.test(program.stdout) && /custom 200/.test(program.stdout));
    program.signal('SIGUSR1');
    await program.exited;
    expect(program.stderr).toBe('');
    const entries = parse(program.stdout);
    const common = { pid: program.pid, host: 'box', tag: 'haproxy', time: expect.stringMatching(/Z$/) };
    expect(entries[0]).toMatchObject({
      ...common,
      level: 'notice',
      message: 'started',
      listening: [`127.0.0.1:${proxy.port('web')}`, `127.0.0.1:${proxy.port('own')}`],
    });
    expect(entries.at(-1)).toMatchObject({ ...common, level: 'notice', message: 'stopped' });
    expect(entries.find(({ message }) => /is DOWN/.test(String(message)))).toMatchObject({
      ...common,
      level: 'alert',
      proxy: 'b',
    });
    expect(entries.find(({ status }) => status === 204)).toMatchObject({
      ...common,
      level: 'info',
      client: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
      frontend: 'web',
      backend: 'web',
      server: '<NOSRV>',
      method: 'GET',
      uri: '/fine?a=#22b',
      version: 'HTTP/1.1',
      request_headers: [expect.any(String)],
      termination: 'LR--',
      times: { request: expect.any(Number), queue: -1, connect: -1, response: -1 },
      message: 'GET /fine?a=#22b HTTP/1.1 204',
    });
    expect(entries.find(({ message }) => message === 'custom 200')).toMatchObject({ frontend: 'own' });
    // each message once
    const texts = entries.map(({ message }) => String(message));
    expect(texts.filter((text) => text.includes('no server available'))).toHaveLength(1);
  });

  test('over the network the terminal says the same in words', async () => {
    const sink = await LogSink.start();
    const proxy = await startTsproxy(
      `global
 log 127.0.0.1:{log} len 80 format json local0 notice
listen web
 mode http
 log global
 bind 127.0.0.1:{web}
 timeout client 5s
 timeout server 5s
 timeout connect 5s
 server s 127.0.0.1:1 check inter 50 fall 1
`,
      { values: { log: sink.port } },
    );
    // the last of them
    await until('the news', () => sink.entries.some(({ raw }) => raw.includes('"level":"emerg"')));
    const entries = sink.entries.map(({ raw }): Entry => parse(raw)[0]);
    expect(entries.map(({ message }) => message)).toContain('started');
    expect(entries.find(({ level }) => level === 'emerg')).toMatchObject({ proxy: 'web' });
    await until('the same in words', () => proxy.program.stderr.includes('is DOWN'));
  });
});
