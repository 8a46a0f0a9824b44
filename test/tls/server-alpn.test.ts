import { describe, expect, test } from 'vitest';
import { lacks } from '../support/installed.js';
import { fieldOf } from '../support/http-message.js';
import { until } from '../support/poll.js';
import { type Proxy, startHaproxy, startTsproxy } from '../support/proxy.js';
import { get, RawClient } from '../support/raw-client.js';
import { makeCertificates } from './certificates.js';

/** Which protocol servers are spoken to in, where they choose by ALPN or where `ws` says so; beside the real haproxy. */

const SERVERS: readonly (readonly [name: string, server: string])[] = [
  ['both', '{secure} ssl verify none alpn h2,http/1.1'],
  ['old', '{old} ssl verify none alpn h2,http/1.1'],
  ['silent', '{silent} ssl verify none alpn h2,http/1.1'],
  ['only', '{secure} ssl verify none alpn h2'],
  ['turned', '{secure} ssl verify none alpn http/1.1,h2'],
  ['wsh2', '{secure} ssl verify none alpn h2,http/1.1 ws h2'],
  ['wsh1', '{secure} ssl verify none alpn h2 ws h1'],
  ['wsauto', '{secure} ssl verify none alpn h2,http/1.1 ws auto'],
  ['plain', '{plain}'],
  ['plainws', '{plain} ws h2'],
  ['proto', '{plain} proto h2'],
  ['protows', '{plain} proto h2 ws h1'],
  ['named', '{secure} ssl verify none alpn h2,http/1.1 sni req.hdr(x-name)'],
  ['header', '{wrapped} ssl verify none alpn h2,http/1.1 send-proxy'],
];

const config = `defaults
 mode http
 timeout client 5s
 timeout server 5s
 timeout connect 5s
 http-reuse always
frontend origin
 bind 127.0.0.1:{plain}
 bind 127.0.0.1:{secure} ssl crt {folder}/www.pem alpn h2,http/1.1
 bind 127.0.0.1:{old} ssl crt {folder}/www.pem alpn http/1.1
 bind 127.0.0.1:{silent} ssl crt {folder}/www.pem
 bind 127.0.0.1:{wrapped} accept-proxy ssl crt {folder}/www.pem alpn h2,http/1.1
 http-request return status 200 hdr x-seen "%[req.ver] %[src_port] %[ssl_fc_sni]"
${SERVERS.map(
  ([name, server]) => `listen ${name}
 bind 127.0.0.1:{${name}port}
 http-response set-header x-agreed "%[ssl_bc_alpn]"
 server s 127.0.0.1:${server}
`,
).join('')}`;

const WEBSOCKET =
  'connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n';

describe.skipIf(lacks('haproxy', 'openssl'))('the protocol that servers choose', () => {
  const { folder } = makeCertificates();

  async function look(proxy: Proxy): Promise<string[]> {
    const seen: string[] = [];
    for (const [name] of SERVERS) {
      const connections: string[] = [];
      const say = (what: string, head: string): void => {
        const [version, port = '', sni = ''] = fieldOf(head, 'x-seen').split(' ');
        if (!connections.includes(port)) connections.push(port);
        const agreed = fieldOf(head, 'x-agreed');
        seen.push(`${name}${what}: ${head.slice(9, 12)} ${version} ${connections.indexOf(port)} ${sni} ${agreed}`);
      };
      const client = await RawClient.connect(proxy.port(`${name}port`));
      // two of one client, the second over the connection of the first
      for (const fields of ['x-name: a.test\r\n', 'x-name: a.test\r\n', 'x-name: b.test\r\n']) {
        say('', (await client.ask(get('/', fields))).head);
      }
      client.close();
      const other = await RawClient.connect(proxy.port(`${name}port`));
      other.send(get('/', `x-name: a.test\r\n${WEBSOCKET}`));
      await until('an answer', () => other.received.includes('\r\n\r\n') || other.ending !== 'open');
      say(' websocket', other.received);
      other.close();
    }
    return seen;
  }

  test('is the one that the real haproxy gets', async () => {
    const real = await look(await startHaproxy(config, { values: { folder } }));
    expect(real.some((line) => line.endsWith('h2'))).toBe(true);
    // HAProxy opens another one, because it does not know that the one at hand speaks HTTP/2
    const expected = real.map((line) => (line === 'wsh2 websocket: 101 2.0 1  h2' ? line.replace(' 1 ', ' 0 ') : line));
    expect(await look(await startTsproxy(config, { values: { folder } }))).toEqual(expected);
  });

  test('over sockets of Node too', async () => {
    const seen = await look(await startTsproxy(config, { values: { folder }, transport: 'socket' }));
    expect(seen[0]).toBe('both: 200 2.0 0  h2');
    expect(seen.find((line) => line.startsWith('old'))).toBe('old: 200 1.1 0  http/1.1');
  });
});
