import { describe, expect, test } from 'vitest';
import { lacks } from '../support/installed.js';
import { startHaproxy, startTsproxy } from '../support/proxy.js';
import { get, RawClient } from '../support/raw-client.js';

/** Idle connections of a server whose port is the client's own destination (manual 4.2 `http-reuse`, 5 `server`). */

const answers = ' http-request return status 200 content-type text/plain lf-string';
const CONFIG = `defaults
 mode http
 timeout client 5s
 timeout server 5s
 timeout connect 5s
listen always
 bind 127.0.0.1:{always}
 http-reuse always
 http-request set-dst-port hdr(x-port)
 server s 127.0.0.1 pool-low-conn 2
listen never
 bind 127.0.0.1:{never}
 http-reuse never
 http-request set-dst-port hdr(x-port)
 server s 127.0.0.1
frontend one
 bind 127.0.0.1:{one}
${answers} one,%[http_first_req]
frontend two
 bind 127.0.0.1:{two}
${answers} two,%[http_first_req]
`;

describe.skipIf(lacks('haproxy'))('beside the real haproxy', () => {
  test.each([
    ['always', ['one,1', 'one,0', 'two,1', 'one,0', 'two,0']],
    // a client has one connection of its own
    ['never', ['one,1', 'one,0', 'two,1']],
  ] as const)('http-reuse %s: only a connection to the same place serves', async (port, expected) => {
    for (const start of [startHaproxy, startTsproxy]) {
      const proxy = await start(CONFIG);
      const client = await RawClient.connect(proxy.port(port));
      const bodies: string[] = [];
      for (const answer of expected) {
        client.send(get('/', `x-port: ${proxy.port(answer.slice(0, 3))}\r\n`));
        bodies.push((await client.response()).body);
      }
      client.close();
      expect({ name: proxy.name, bodies }).toEqual({ name: proxy.name, bodies: expected });
      await proxy.stop();
    }
  });
});
