import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tls from 'node:tls';
import { describe, expect, test } from 'vitest';
import { ask } from '../admin/runtime-client.js';
import { lacks } from '../support/installed.js';
import { startTsproxy, type Proxy } from '../support/proxy.js';
import { get } from '../support/raw-client.js';
import { makeCertificates } from './certificates.js';
import { webSocketOrigin } from '../support/websocket-origin.js';
import { launch, missing } from '../stats/browser.js';
import { talk } from './client.js';
import { makeCertificate } from '../../src/protocol/tls/testing.js';

/** Programs that people use: curl, openssl s_client, h2load; and what a renewal of certificates does to their traffic. */

/** Runs a program to its end. @returns all that it printed */
function run(program: string, args: readonly string[], input = ''): Promise<string> {
  return new Promise((done) => {
    const child = execFile(program, args, { timeout: 25_000 }, (_error, out, errors) => done(out + errors));
    child.stdin?.end(input);
  });
}

describe.skipIf(lacks('openssl'))('real clients', () => {
  const { folder, client } = makeCertificates();

  const start = (socket = join(folder, 'none.sock')): Promise<Proxy> =>
    startTsproxy(
      `global
 nbthread 2
 stats socket ${socket} level admin
defaults answers
 mode http
 timeout client 20s
 timeout server 20s
 timeout connect 20s
 http-request return status 200 content-type text/plain lf-string "%HV %[ssl_fc_protocol] %[ssl_c_s_dn(CN)]"
frontend web
 bind 127.0.0.1:{web} ssl crt {folder}/www.pem crt {folder}/wild.pem alpn h2,http/1.1
frontend old
 bind 127.0.0.1:{old} ssl crt {folder}/www.pem ssl-max-ver TLSv1.2
frontend mutual
 bind 127.0.0.1:{mutual} ssl crt {folder}/www.pem verify required ca-file {folder}/ca.pem alpn h2
frontend renewed
 bind 127.0.0.1:{renewed} ssl crt-list {folder}/renewals
`,
      { values: { folder } },
    );
  writeFileSync(join(folder, 'renewals'), `${folder}/renewed.pem\n`);

  test.skipIf(lacks('curl'))('curl: HTTP/2, and a client certificate over it', async () => {
    const proxy = await start();
    writeFileSync(join(folder, 'c.pem'), client.certificate);
    writeFileSync(join(folder, 'c.key'), client.key);
    const url = (port: string): string => `https://127.0.0.1:${proxy.port(port)}/`;
    const common = ['-sk', '--max-time', '20'];
    expect(await run('curl', [...common, '--http2', url('web')])).toBe('HTTP/2.0 TLSv1.3 ');
    expect(await run('curl', [...common, '--http1.1', url('web')])).toBe('HTTP/1.1 TLSv1.3 ');
    const shown = ['--cert', join(folder, 'c.pem'), '--key', join(folder, 'c.key')];
    expect(await run('curl', [...common, '--http2', ...shown, url('mutual')])).toBe('HTTP/2.0 TLSv1.3 somebody');
    expect(await run('curl', [...common, '--http2', url('mutual')])).toBe('');
  });

  test.skipIf(missing !== '')(
    'Chromium: a page and forty more requests over one connection of HTTP/2, and a WebSocket',
    async () => {
      const proxy = await start();
      const origin = await webSocketOrigin();
      const relay = await startTsproxy(
        `defaults
 mode http
 timeout client 20s
 timeout server 20s
 timeout connect 20s
listen web
 bind 127.0.0.1:{web} ssl crt ${folder}/www.pem alpn h2,http/1.1
 http-request return status 200 content-type text/html string <title>ready</title> if { path / }
 server s 127.0.0.1:{origin}
`,
        { values: { origin } },
      );
      const browser = await launch();
      try {
        const context = await browser.newContext({ ignoreHTTPSErrors: true });
        const page = await context.newPage();
        await page.goto(`https://127.0.0.1:${proxy.port('web')}/`);
        expect(await page.textContent('body')).toBe('HTTP/2.0 TLSv1.3 ');
        const seen = await page.evaluate(async () => {
          const texts = await Promise.all(
            Array.from({ length: 40 }, async (_, index) => (await fetch(`/?${index}`)).text()),
          );
          const protocols = performance
            .getEntriesByType('resource')
            .map((entry) => (entry as unknown as { nextHopProtocol: string }).nextHopProtocol);
          return { texts: [...new Set(texts)], protocols: [...new Set(protocols)] };
        });
        expect(seen).toEqual({ texts: ['HTTP/2.0 TLSv1.3 '], protocols: ['h2'] });
        await page.goto(`https://127.0.0.1:${relay.port('web')}/`);
        const echo = await page.evaluate(
          (url) =>
            new Promise((done) => {
              const socket = new WebSocket(url);
              socket.addEventListener('open', () => socket.send('over and back'));
              socket.addEventListener('message', ({ data }) => done(data));
              socket.addEventListener('error', () => done('an error'));
            }),
          `wss://127.0.0.1:${relay.port('web')}/socket`,
        );
        expect(echo).toBe('over and back');
      } finally {
        await browser.close();
      }
    },
  );

  test('openssl s_client: names, protocols, versions, resumption', async () => {
    const proxy = await start();
    const session = join(folder, 'session');
    const connect = (port: string, ...more: readonly string[]): Promise<string> =>
      run('openssl', ['s_client', '-connect', `127.0.0.1:${proxy.port(port)}`, ...more], 'Q\n');
    expect(await connect('web', '-servername', 'a.wild.test')).toMatch(/subject=CN = \*\.wild\.test/);
    expect(await connect('web', '-servername', 'nobody.test')).toMatch(/subject=CN = www\.test/);
    expect(await connect('web', '-alpn', 'h2,http/1.1')).toContain('ALPN protocol: h2');
    expect(await connect('web', '-alpn', 'http/1.1')).toContain('ALPN protocol: http/1.1');
    expect(await connect('old')).toMatch(/New, TLSv1\.2/);
    expect(await connect('old', '-tls1_3')).toMatch(/alert protocol version/);
    expect(await connect('web', '-tls1_1', '-cipher', 'DEFAULT@SECLEVEL=0')).toMatch(/alert protocol version/);
    expect(await connect('web', '-tls1_2', '-sess_out', session)).toMatch(/^New, TLSv1\.2/m);
    expect(await connect('web', '-tls1_2', '-sess_in', session)).toMatch(/^Reused, TLSv1\.2/m);
  });

  test.skipIf(lacks('h2load'))('h2load: many streams on several connections', async () => {
    const proxy = await start();
    const printed = await run('h2load', ['-n400', '-c8', '-m10', `https://127.0.0.1:${proxy.port('web')}/`]);
    expect(printed).toMatch(/Application protocol: h2/);
    expect(printed).toMatch(/400 total, 400 started, 400 done, 400 succeeded, 0 failed, 0 errored, 0 timeout/);
  });

  test('certificates are renewed under load, as certbot has it done, and no request fails', async () => {
    const socket = join(folder, 'renewals.sock');
    const proxy = await start(socket);
    const path = join(folder, 'renewed.pem');
    const load = { over: false };
    const failed: string[] = [];
    const shown = new Set<string>();
    const visitor = async (maxVersion: tls.SecureVersion): Promise<number> => {
      let count = 0;
      let session: Buffer | undefined;
      for (; !load.over; count++) {
        const seen = await talk(proxy.port('renewed'), get('/'), { maxVersion, session });
        shown.add(seen.shown);
        session = count % 2 === 0 ? seen.session : undefined;
        if (seen.error !== '' || !seen.received.startsWith('HTTP/1.1 200 ')) failed.push(seen.error || seen.received);
      }
      return count;
    };
    const visitors = (['TLSv1.3', 'TLSv1.3', 'TLSv1.2', 'TLSv1.2'] as const).map(visitor);
    const list = join(folder, 'renewals');
    for (let round = 1; round <= 6; round++) {
      const { certificate, key } = makeCertificate(`renewed-${round}.test`);
      const answers = [
        await ask(socket, `set ssl cert ${path} <<\n${certificate}${key}\n`),
        await ask(socket, `commit ssl cert ${path}\n`),
        await ask(socket, `add ssl crt-list ${list} <<\n${path} more-${round}.test\n\n`),
        await ask(socket, `del ssl crt-list ${list} ${path}:${round + 1}\n`),
      ];
      expect(answers.join('')).toMatch(/Transaction created[^]*Success![^]*Success![^]*deleted in crtlist/);
    }
    load.over = true;
    const counts = await Promise.all(visitors);
    expect(failed).toEqual([]);
    expect(Math.min(...counts)).toBeGreaterThan(0);
    expect((await talk(proxy.port('renewed'), get('/'))).shown).toBe('renewed-6.test');
    expect(shown.size).toBeGreaterThan(1);
  });
});
