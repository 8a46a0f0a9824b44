import { describe, expect, test } from 'vitest';
import { addresses, DnsServer } from '../support/dns-server.js';
import { lacks } from '../support/installed.js';
import { until } from '../support/poll.js';
import { startHaproxy, startTsproxy } from '../support/proxy.js';
import { askOnce, get, RawClient } from '../support/raw-client.js';

/** `do-resolve` (manual 4.2): rules that ask name servers, and go where the answer says. */

const CONFIG = `global
 nbthread {threads}
defaults
 mode http
 timeout client 5s
 timeout server 5s
 timeout connect 5s
resolvers r
 nameserver ns1 127.0.0.1:{dns}
 timeout retry 50
frontend web
 bind 127.0.0.1:{web}
 tcp-request inspect-delay 5s
 http-request do-resolve(txn.ip,r,ipv4) hdr(x-name),lower if { path -m beg /4 }
 http-request do-resolve(txn.ip,r,ipv6) hdr(x-name),lower if { path -m beg /6 }
 http-request do-resolve(txn.ip,r) hdr(x-name),lower if { path -m beg /any }
 http-request set-dst var(txn.ip) if { var(txn.ip) -m found }
 http-request return status 200 content-type text/plain lf-string "%[var(txn.ip)] %[dst]" unless { path_end /go } or { path /named }
 http-request set-dst-port int({origin})
 use_backend named if { path /named }
 default_backend anywhere
frontend raw
 mode tcp
 bind 127.0.0.1:{raw}
 tcp-request inspect-delay 5s
 tcp-request content do-resolve(sess.ip,r,ipv4) str(origin.test)
 tcp-request content set-dst var(sess.ip)
 tcp-request content set-dst-port int({origin})
 default_backend anywhere-tcp
backend anywhere
 server s 0.0.0.0:0
backend named
 server s origin.test:{origin} resolvers r init-addr none
backend anywhere-tcp
 mode tcp
 server s 0.0.0.0:0
frontend origin
 bind 127.0.0.99:{origin}
 http-request return status 200 content-type text/plain lf-string "origin %[dst]"
`;

const ZONE = {
  'a.test': addresses('a.test', '127.0.0.11'),
  'both.test': addresses('both.test', '127.0.0.31', '::5'),
  'origin.test': addresses('origin.test', '127.0.0.99'),
  'refused.test': 5,
  'silent.test': 'silence',
} as const;

async function answers(start: typeof startTsproxy, threads: number): Promise<string[]> {
  const dns = await DnsServer.start(ZONE);
  const proxy = await start(CONFIG, { values: { dns: dns.port, threads } });
  const client = await RawClient.connect(proxy.port('web'));
  const seen: string[] = [];
  for (const [host, path] of [
    ['a.test', '/4'],
    ['A.TEST', '/any'],
    ['both.test', '/4'],
    ['both.test', '/6'],
    ['both.test', '/any'],
    ['nx.test', '/4'],
    ['refused.test', '/6'],
    ['silent.test', '/any'],
    ['a..test', '/4'],
    ['origin.test', '/4/go'],
  ]) {
    client.send(get(path, `x-name: ${host}\r\n`));
    const { head, body } = await client.response();
    seen.push(`${host} ${path}: ${head.slice(0, 12)} ${body}`);
  }
  client.close();
  // a server that was found at run time, in whichever thread
  for (let n = 0; n < 4; n++) {
    const found = async (): Promise<boolean> =>
      (await askOnce(proxy.port('web'), get('/named'))).body === 'origin 127.0.0.99';
    await until('the server that is found by its name', found);
  }
  const { head, body } = await askOnce(proxy.port('raw'), get('/'));
  seen.push(`raw: ${head.slice(0, 12)} ${body}`);
  await proxy.stop();
  return seen;
}

describe.skipIf(lacks('haproxy'))('beside the real haproxy', () => {
  test.each([1, 2])('%i threads', async (threads) => {
    expect(await answers(startTsproxy, threads)).toEqual(await answers(startHaproxy, 1));
  });
});
