import { createServer, type Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { atEnd } from '../support/cleanup.js';
import { lacks } from '../support/installed.js';
import { LogSink } from '../support/log-sink.js';
import { startHaproxy, startTsproxy } from '../support/proxy.js';
import { freePort } from '../support/ports.js';
import { askOnce, get } from '../support/raw-client.js';
import { makeCertificates } from './certificates.js';

/** `bc_err` and `ssl_bc_err`: what is known of connections to servers that failed; beside the real haproxy. */

/** Backends with the parameters of their server. */
const SERVERS: readonly (readonly [name: string, server: string])[] = [
  ['refused', '{closed}'],
  ['refusedtls', '{closed} ssl verify none'],
  ['plain', '{plain}'],
  ['secure', '{secure} ssl verify none'],
  ['overplain', '{plain} ssl verify none'],
  ['authority', '{secure} ssl verify required ca-file {folder}/ca.pem'],
  ['name', '{secure} ssl verify required ca-file {folder}/server-ca.pem verifyhost nobody.test'],
  ['sni', '{secure} ssl verify required ca-file {folder}/server-ca.pem verifyhost www.test sni str(nobody.test)'],
  ['snifirst', '{secure} ssl verify required ca-file {folder}/server-ca.pem verifyhost nobody.test sni str(www.test)'],
  ['cipher', '{secure} ssl verify none force-tlsv12 ciphers ECDHE-RSA-AES128-GCM-SHA256'],
  ['strict', '{strict} ssl verify none sni str(nobody.test)'],
  ['mutual', '{mutual} ssl verify none force-tlsv12'],
  ['silent', '{silent} ssl verify none'],
  ['leaves', '{leaves} ssl verify none'],
  ['leavesplain', '{leaves}'],
  ['resets', '{resets} ssl verify none'],
  ['h2', '{secure} ssl verify required ca-file {folder}/ca.pem alpn h2'],
  ['alpn', '{secure} ssl verify required ca-file {folder}/ca.pem alpn h2,http/1.1'],
];

const FORMAT = '%b/%s %[bc_err]:%[bc_err_str] %[ssl_bc_err]:%[ssl_bc_err_str] %tsc %ST';

const config = `global
 log 127.0.0.1:{log} local0
defaults
 mode http
 retries 0
 timeout client 5s
 timeout server 5s
 timeout connect 1s
frontend web
 log global
 log-format "${FORMAT}"
 bind 127.0.0.1:{web}
 use_backend %[path,field(2,/)]
frontend tcp
 mode tcp
 log global
 log-format "tcp ${FORMAT.replace(' %ST', '')}"
 bind 127.0.0.1:{tcp}
 default_backend over
backend over
 mode tcp
 server s 127.0.0.1:{plain} ssl verify none
backend empty
${SERVERS.map(([name, server]) => `backend ${name}\n server s 127.0.0.1:${server}\n`).join('')}frontend plain
 bind 127.0.0.1:{plain}
 http-request return status 200
frontend secure
 bind 127.0.0.1:{secure} ssl crt {folder}/www.pem alpn h2,http/1.1
 bind 127.0.0.1:{strict} ssl crt {folder}/www.pem strict-sni
 bind 127.0.0.1:{mutual} ssl crt {folder}/www.pem verify required ca-file {folder}/ca.pem
 http-request return status 200
`;

/** A port where connections end as `behave` says. */
function listener(behave: (socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    behave(socket);
  });
  atEnd(() => void server.close());
  return new Promise((ready) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      ready(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}

describe.skipIf(lacks('haproxy', 'openssl'))('failures of connections to servers', () => {
  const { folder } = makeCertificates();

  test('in the log', async () => {
    const values = {
      folder,
      closed: await freePort(),
      silent: await listener((socket) => socket.resume()),
      leaves: await listener((socket) => socket.once('data', () => socket.destroy())),
      resets: await listener((socket) => socket.once('data', () => socket.resetAndDestroy())),
    };
    const [real, ours] = await Promise.all(
      [startHaproxy, startTsproxy].map(async (begin) => {
        const log = await LogSink.start();
        const proxy = await begin(config, { values: { ...values, log: log.port } });
        for (const [at, name] of ['empty', ...SERVERS.map(([each]) => each)].entries()) {
          await askOnce(proxy.port('web'), get(`/${name}`, 'connection: close\r\n'));
          await log.lines(/./, at + 1);
        }
        await askOnce(proxy.port('tcp'), get('/')).catch(() => undefined);
        await log.lines(/tcp/, 1);
        // OpenSSL 3.2 and later have another name for it
        return log.messages.map((message) => message.trim().replace('sslv3 alert', 'ssl/tls alert'));
      }),
    );
    expect(ours).toEqual(real);
    expect(ours).toHaveLength(SERVERS.length + 2);
  });
});
