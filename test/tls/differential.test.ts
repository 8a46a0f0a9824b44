import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { lacks } from '../support/installed.js';
import { comparable } from '../support/log-line.js';
import { LogSink } from '../support/log-sink.js';
import { startHaproxy, startTsproxy, type Proxy } from '../support/proxy.js';
import { fieldOf } from '../support/http-message.js';
import { askOnce, get } from '../support/raw-client.js';
import { makeCertificates } from './certificates.js';
import { talk } from './client.js';

/** What is logged and known of TLS connections, beside the real haproxy. */

const FACTS = [
  'ssl_fc ssl_fc_protocol ssl_fc_cipher ssl_fc_alg_keysize ssl_fc_use_keysize ssl_fc_alpn ssl_fc_sni ssl_fc_has_sni',
  'ssl_fc_is_resumed ssl_fc_has_crt ssl_fc_err fc_err ssl_c_used ssl_c_verify ssl_c_err ssl_c_ca_err ssl_c_s_dn',
  'ssl_c_s_dn(CN) ssl_c_s_dn(,0,rfc2253) ssl_c_i_dn ssl_c_key_alg ssl_c_sig_alg ssl_c_version ssl_c_notbefore',
  'ssl_c_notafter ssl_c_serial,hex ssl_c_sha1,hex ssl_c_der,sha2,hex ssl_c_chain_der,sha2,hex ssl_f_s_dn ssl_f_key_alg ssl_f_sig_alg',
  'ssl_f_version ssl_f_notafter ssl_f_serial,hex ssl_f_sha1,hex ssl_fc_protocol_hello_id ssl_fc_cipherlist_bin,hex',
  'ssl_fc_cipherlist_hex ssl_fc_cipherlist_xxh ssl_fc_extlist_bin(1),hex ssl_fc_eclist_bin,hex ssl_fc_ecformats_bin,hex',
]
  .join(' ')
  .split(' ');

const config = `global
 nbthread 1
 log 127.0.0.1:{log} len 8192 local0
 tune.ssl.capture-buffer-size 200
defaults
 mode http
 log global
 option httpslog
 timeout client 5s
 timeout server 5s
 timeout connect 5s
frontend web
 bind 127.0.0.1:{web} name tls ssl crt {folder}/www.pem verify optional ca-file {folder}/ca.pem crt-ignore-err 18 alpn http/1.1
 http-request return status 200 content-type text/plain lf-string "${FACTS.map((fact) => `%[${fact}]`).join('|')}"
frontend strict
 bind 127.0.0.1:{strict} ssl crt {folder}/www.pem verify required ca-file {folder}/ca.pem
 error-log-format "%ci %ft %[fc_err] %[fc_err_str] %[ssl_fc_err] %[ssl_fc_err_str] %[ssl_c_err] %[ssl_c_ca_err] %ST %B %r %b"
 http-request return status 200
frontend told
 bind 127.0.0.1:{told} ssl crt {folder}/www.pem verify required ca-file {folder}/ca.pem
 error-log-format "%sslv %sslc %[ssl_fc_sni] %[ssl_fc_cipher] %[ssl_fc_protocol] %[ssl_fc_is_resumed] %[ssl_c_used] %[ssl_c_s_dn] %[ssl_c_verify] %[ssl_fc_alpn]"
 http-request return status 200
`;

interface Side {
  readonly proxy: Proxy;
  readonly log: LogSink;
}

describe.skipIf(lacks('haproxy', 'openssl'))('TLS beside the real haproxy', () => {
  const { folder, authority, client, stranger, expired } = makeCertificates();

  async function both(): Promise<readonly [real: Side, ours: Side]> {
    const start = async (begin: typeof startHaproxy): Promise<Side> => {
      const log = await LogSink.start();
      return { proxy: await begin(config, { values: { folder, log: log.port } }), log };
    };
    return Promise.all([start(startHaproxy), start(startTsproxy)]);
  }

  const beside = client.certificate + stranger.certificate;
  const late = authority.sign('/CN=late', 12_000);
  const CLIENTS = [
    ['TLS 1.3 with a name', { servername: 'www.test', ALPNProtocols: ['http/1.1'] }],
    ['TLS 1.2 without', { maxVersion: 'TLSv1.2' }],
    ['a client with a certificate', { cert: client.certificate, key: client.key }],
    ['a certificate that has nothing to do with it beside its own', { cert: beside, key: client.key }],
    ['one that ends after 2050, when times have another form', { cert: late.certificate, key: late.key }],
    ['a stranger whose error is overlooked', { cert: stranger.certificate, key: stranger.key }],
  ] as const;

  test('facts and log lines', async () => {
    const sides = await both();
    for (const [name, options] of CLIENTS) {
      const [real, ours] = await Promise.all(
        sides.map(async ({ proxy, log }) => {
          const before = log.entries.length;
          const { received } = await talk(proxy.port('web'), get('/'), { ...options });
          await log.lines(/GET/, before + 1);
          const facts = received.slice(received.indexOf('\r\n\r\n') + 4).split('|');
          const line = comparable(log.messages[before]).text.replace(/ \d+\/-1/, ' n/-1');
          return { facts: FACTS.map((fact, index) => `${fact}: ${facts[index]}`), line };
        }),
      );
      expect({ name, ...ours }).toEqual({ name, ...real });
    }
  });

  test("a server's chain, as it was sent", async () => {
    writeFileSync(join(folder, 'beside.pem'), beside + client.key);
    const text = `defaults
 mode http
 timeout client 5s
 timeout server 5s
 timeout connect 5s
listen web
 bind 127.0.0.1:{web}
 http-response set-header x-chain "%[ssl_s_chain_der,sha2,hex] %[ssl_s_s_dn]"
 server s 127.0.0.1:{origin} ssl verify none
frontend origin
 bind 127.0.0.1:{origin} ssl crt {folder}/beside.pem
 http-request return status 200
`;
    const [real, ours] = await Promise.all(
      [startHaproxy, startTsproxy].map(async (begin) => {
        const proxy = await begin(text, { values: { folder } });
        return fieldOf((await askOnce(proxy.port('web'), get('/'))).head, 'x-chain');
      }),
    );
    expect(ours).toBe(real);
    expect(ours).toMatch(/^[0-9A-F]{64} \/C=DE/);
  });

  test('connections that never became a session', async () => {
    const sides = await both();
    const plain = (port: number, text: string): Promise<void> =>
      new Promise((done) => {
        const socket = connect(port, '127.0.0.1', () => (text === '' ? socket.end() : socket.write(text, 'latin1')));
        socket.on('error', () => undefined);
        socket.on('close', () => done());
        socket.resume();
      });
    const lines = await Promise.all(
      sides.map(async ({ proxy, log }) => {
        const each = async (work: Promise<unknown>): Promise<void> => {
          const before = log.entries.length;
          await work;
          await log.lines(/./, before + 1);
        };
        await each(plain(proxy.port('web'), ''));
        await each(plain(proxy.port('web'), 'GET / HTTP/1.1\r\n\r\n'));
        await each(talk(proxy.port('web'), '', { cert: expired.certificate, key: expired.key }));
        await each(
          talk(proxy.port('web'), '', { maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0', minVersion: 'TLSv1' }),
        );
        await each(plain(proxy.port('strict'), ''));
        await each(talk(proxy.port('strict'), ''));
        await each(talk(proxy.port('strict'), '', { cert: stranger.certificate, key: stranger.key }));
        for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
          await each(talk(proxy.port('told'), '', { cert: stranger.certificate, key: stranger.key, maxVersion }));
          await each(talk(proxy.port('told'), '', { cert: expired.certificate, key: expired.key, maxVersion }));
          await each(talk(proxy.port('told'), '', { maxVersion, servername: 'www.test' }));
        }
        await each(
          talk(proxy.port('told'), '', { maxVersion: 'TLSv1.2', ciphers: 'AES256-GCM-SHA384', servername: 'a.test' }),
        );
        await each(plain(proxy.port('told'), ''));
        await each(plain(proxy.port('told'), 'GET / HTTP/1.1\r\n\r\n'));
        await each(
          talk(proxy.port('told'), '', { maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0', minVersion: 'TLSv1' }),
        );
        return log.messages.map((line) => comparable(line).text);
      }),
    );
    expect(lines[1]).toEqual(lines[0]);
    expect(lines[0]).toHaveLength(17);
  });
});
