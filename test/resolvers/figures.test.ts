import { describe, expect, test } from 'vitest';
import { ask } from '../admin/runtime-client.js';
import { addresses, DnsServer } from '../support/dns-server.js';
import { temporaryFolder } from '../support/folders.js';
import { lacks } from '../support/installed.js';
import { until } from '../support/poll.js';
import { startHaproxy, startTsproxy } from '../support/proxy.js';

/** What the runtime API says of name servers. */

const CONFIG = `global
 stats socket {socket} level admin
defaults
 mode http
 timeout client 5s
 timeout server 5s
 timeout connect 5s
resolvers r
 nameserver ns1 127.0.0.1:{dns}
 nameserver ns2 tcp@127.0.0.1:{dns}
 timeout resolve 1h
resolvers idle
 nameserver ns1 192.0.2.1:53
frontend f
 bind 127.0.0.1:{web}
 default_backend b
backend b
 server s a.test:80 resolvers r init-addr none
 server t 127.0.0.1:80
`;

const COMMANDS = [
  'show resolvers',
  'show resolvers idle',
  'show resolvers nope',
  'show resolvers r x',
  'show stat domain resolvers',
  'show stat domain resolvers typed',
  'show stat domain resolvers typed desc',
  'show stat domain resolvers json',
  'show stat domain resolvers json desc',
  'show stat domain resolvers r 4 -1',
  'show stat domain nope',
  'set server b/s fqdn',
  'set server b/s fqdn a.test',
  'set server b/t fqdn a.test',
];

/** Figures of the section that is in use depend on which of its servers answers first. */
function masked(answer: string): string {
  // HAProxy forgets the commas between rows
  const json = answer.replaceAll('}][{', '}],[{');
  if (json.startsWith('['))
    return JSON.stringify(JSON.parse(json), (key, value: unknown) =>
      key === 'value' && typeof value === 'number' ? 0 : value,
    );
  return answer.replaceAll(/(: +|:u64:)\d+/g, '$1N').replaceAll(/^(ns[12],r,).*$/gm, '$1…');
}

async function answers(start: typeof startTsproxy): Promise<string[]> {
  const dns = await DnsServer.start({ 'a.test': addresses('a.test', '127.0.0.1') });
  const socket = `${temporaryFolder()}/s`;
  const proxy = await start(CONFIG, { values: { socket, dns: dns.port } });
  // the second name server's answer comes too late
  const settled = async (): Promise<boolean> =>
    /127\.0\.0\.1 2 /.test(await ask(socket, 'show servers state b\n')) &&
    (await ask(socket, 'show resolvers r\n')).includes('outdated:    1');
  await until('one resolution', settled);
  const said: string[] = [];
  for (const command of COMMANDS) {
    const answer = await ask(socket, `${command}\n`);
    said.push(`> ${command}`, masked(answer));
  }
  await proxy.stop();
  return said;
}

describe.skipIf(lacks('haproxy'))('beside the real haproxy', () => {
  test('show resolvers, show stat domain resolvers, set server fqdn', async () => {
    expect(await answers(startTsproxy)).toEqual(await answers(startHaproxy));
  });
});
