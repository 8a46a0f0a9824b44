import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ask } from '../admin/runtime-client.js';
import { lacks } from '../support/installed.js';
import { startHaproxy, startTsproxy } from '../support/proxy.js';
import { askOnce, get } from '../support/raw-client.js';
import { makeCertificates } from './certificates.js';
import { talk } from './client.js';

/** Certificates, authorities and revocations at run time: the answers of the real haproxy, and what they do. */

const config = (socket: string): string => `global
 stats socket ${socket} level admin
defaults
 mode http
 timeout client 5s
 timeout server 5s
 timeout connect 5s
frontend web
 bind 127.0.0.1:{web} ssl crt {folder}/www.pem verify required ca-file {folder}/server-ca.pem crl-file {folder}/none.crl crt-ignore-err all
 http-request return status 200 content-type text/plain lf-string "verified %[ssl_c_verify]"
`;

describe.skipIf(lacks('haproxy', 'openssl'))('files of TLS at run time', () => {
  const { folder, authority, client, stranger } = makeCertificates();
  const other = authority.sign('/CN=revoked');
  writeFileSync(join(folder, 'none.crl'), revocations([]));
  const some = revocations([other.certificate]);

  /** What the authority has revoked, PEM. */
  function revocations(certificates: readonly string[]): string {
    const put = (name: string, text: string): string => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    const index = put('crl-index', '');
    const text = `[ca]\ndefault_ca=c\n[c]\ndatabase=${index}\ndefault_md=sha256\ndefault_crl_days=30\n`;
    const files = ['-cert', put('crl-ca', authority.certificate), '-keyfile', put('crl-key', authority.key)];
    const common = ['ca', '-config', put('crl-config', text), ...files];
    for (const certificate of certificates)
      execFileSync('openssl', [...common, '-revoke', put('crl-one', certificate)], { stdio: 'ignore' });
    return execFileSync('openssl', [...common, '-gencrl'], { stdio: ['ignore', 'pipe', 'ignore'] }).toString();
  }

  const commands = (): string[] => {
    const ca = `${folder}/server-ca.pem`;
    const crl = `${folder}/none.crl`;
    const about = (kind: string, file: string, payload: string): string[] => [
      `show ssl ${kind}-file ${file}`,
      `show ssl ${kind}-file nope`,
      ...['set', 'commit', 'abort', 'new', 'del'].map((verb) => `${verb} ssl ${kind}-file`),
      ...['commit', 'abort', 'del'].map((verb) => `${verb} ssl ${kind}-file x`),
      `set ssl ${kind}-file nope <<\n${payload}`,
      `new ssl ${kind}-file n`,
      `new ssl ${kind}-file n`,
      `del ssl ${kind}-file ${file}`,
      `set ssl ${kind}-file ${file} <<\nnothing\n`,
      `set ssl ${kind}-file ${file} <<\n${payload}`,
      `set ssl ${kind}-file ${file} <<\n${payload}`,
      `set ssl ${kind}-file n <<\n${payload}`,
      `show ssl ${kind}-file`,
      `show ssl ${kind}-file *${file}:1`,
      `show ssl ${kind}-file ${file}`,
      `abort ssl ${kind}-file n`,
      `commit ssl ${kind}-file n`,
      `abort ssl ${kind}-file ${file}`,
      `set ssl ${kind}-file ${file} <<\n${payload}`,
      `commit ssl ${kind}-file ${file}`,
      `show ssl ${kind}-file ${file}`,
      `del ssl ${kind}-file n`,
      `show ssl ${kind}-file`,
    ];
    const whole = stranger.certificate + stranger.key;
    return [
      ...about('ca', ca, authority.certificate),
      ...about('crl', crl, some),
      ...['new', 'del'].map((verb) => `${verb} ssl cert`),
      'new ssl cert q.pem',
      'new ssl cert q.pem',
      'show ssl cert',
      'show ssl cert q.pem',
      'del ssl cert zz',
      `set ssl cert q.pem <<\n${whole}`,
      'show ssl cert *q.pem',
      'del ssl cert q.pem',
      'commit ssl cert q.pem',
      'show ssl cert q.pem',
      'del ssl cert q.pem',
      'show ssl cert',
    ];
  };

  test('the answers are the same, and so is what clients are told', async () => {
    const answers: string[][] = [];
    for (const [begin, name] of [
      [startHaproxy, 'real'],
      [startTsproxy, 'ours'],
    ] as const) {
      const socket = join(folder, `${name}.sock`);
      const proxy = await begin(config(socket), { values: { folder } });
      const seen: string[] = [];
      const verify = async (): Promise<void> => {
        for (const { certificate, key } of [client, other]) {
          const options = { cert: certificate, key, servername: 'www.test' };
          const { received } = await talk(proxy.port('web'), get('/'), options);
          seen.push(/verified \d+/.exec(received)?.[0] ?? received);
        }
      };
      await verify();
      // the one says that the issuer is not known, the other that the only certificate cannot be verified
      for (const each of seen.splice(0)) expect(each).toMatch(/^verified (?:20|21)$/);
      for (const command of commands()) seen.push(`> ${command}\n${await ask(socket, `${command}\n`)}`);
      await verify();
      answers.push(seen);
    }
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[1].slice(-2)).toEqual(['verified 0', 'verified 23']);
  });

  test('set server ssl: the answers, the states, and what connections are like from then on, in all threads', async () => {
    const servers = `global
 stats socket {socket} level admin
 ssl-server-verify none
defaults
 mode http
 retries 0
 timeout client 5s
 timeout server 5s
 timeout connect 5s
frontend plain
 bind 127.0.0.1:{plain}
 http-request return status 200 content-type text/plain lf-string "plain"
frontend secure
 bind 127.0.0.1:{secure} ssl crt {folder}/www.pem
 http-request return status 200 content-type text/plain lf-string "secure"
listen web
 bind 127.0.0.1:{web}
 balance roundrobin
 server before 127.0.0.1:{plain} weight 0
 default-server ssl
 server a 127.0.0.1:{plain} no-ssl
 server b 127.0.0.1:{secure} ssl weight 0
 default-server no-ssl
 server after 127.0.0.1:{plain} weight 0
`;
    const answers: string[][] = [];
    for (const [begin, name, text] of [
      [startHaproxy, 'real', servers],
      [startTsproxy, 'ours', servers.replace('global\n', 'global\n nbthread 2\n')],
    ] as const) {
      const socket = join(folder, `${name}-server.sock`);
      const proxy = await begin(text, { values: { folder, socket } });
      const seen: string[] = [];
      const state = async (): Promise<void> => {
        const lines = (await ask(socket, 'show servers state web\n')).split('\n').slice(2);
        seen.push(...lines.flatMap((line) => (line === '' ? [] : `${line.split(' ')[3]} ${line.split(' ').at(-5)}`)));
        for (let round = 0; round < 4; round++) {
          const { head, body } = await askOnce(proxy.port('web'), get('/', 'connection: close\r\n'));
          seen.push(/^\S+ 200/.test(head) ? body : head.slice(0, 12));
        }
      };
      const set = async (what: string): Promise<void> => {
        seen.push(await ask(socket, `set server web/${what}\n`));
      };
      await state();
      for (const each of ['before', 'a', 'b', 'after']) await set(`${each} ssl maybe`);
      await set('a ssl on');
      await state();
      await set('a ssl off');
      await set('b ssl off');
      await state();
      await set('b ssl on');
      for (const weight of ['a weight 0', 'b weight 1']) await set(weight);
      await state();
      answers.push(seen);
    }
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[1].slice(-4)).toEqual(['secure', 'secure', 'secure', 'secure']);
  });
});
