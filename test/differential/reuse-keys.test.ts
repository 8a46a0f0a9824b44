import { describe, expect, test } from 'vitest';
import { lacks } from '../support/installed.js';
import { type Proxy, startHaproxy, startTsproxy } from '../support/proxy.js';
import { get, RawClient } from '../support/raw-client.js';

/** Idle connections that began with a PROXY header serve those who would send the same one, and nobody else. */

const config = (send: string): string => `global
 nbthread 1
defaults
 mode http
 timeout client 5s
 timeout server 5s
 timeout connect 5s
 http-reuse always
frontend origin
 bind 127.0.0.1:{origin} accept-proxy
 http-request return status 200 content-type text/plain lf-string "%[src] %[src_port] %[http_first_req]"
listen web
 bind 127.0.0.1:{web} accept-proxy
 server s 127.0.0.1:{origin} ${send} pool-low-conn 4
`;

/** One client after another, each with its own address. */
async function look(proxy: Proxy): Promise<string[]> {
  const seen: string[] = [];
  for (const port of [4000, 5000, 4000, 6000, 5000, 4000]) {
    const client = await RawClient.connect(proxy.port('web'));
    client.send(`PROXY TCP4 192.0.2.1 192.0.2.2 ${port} 80\r\n`);
    for (let i = 0; i < 2; i++) seen.push((await client.ask(get('/'))).body);
    client.close();
  }
  return seen;
}

describe.skipIf(lacks('haproxy'))('connections with a PROXY header', () => {
  test.each(['send-proxy', 'send-proxy-v2'])('%s', async (send) => {
    const ours = await look(await startTsproxy(config(send)));
    expect(ours).toEqual(await look(await startHaproxy(config(send))));
    expect(ours.map((line) => line.at(-1)).join('')).toBe('101000100000');
  });
});
