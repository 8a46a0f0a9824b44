import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ask } from '../admin/runtime-client.js';
import { lacks } from '../support/installed.js';
import { startHaproxy, startTsproxy } from '../support/proxy.js';
import { get } from '../support/raw-client.js';
import { makeCertificates } from './certificates.js';
import { talk } from './client.js';

/** `crt-list` files at run time: the answers of the real haproxy, and which certificate clients are shown. */

const config = (socket: string): string => `global
 stats socket ${socket} level admin
 crt-base {folder}
defaults
 mode http
 timeout client 5s
 timeout server 5s
 timeout connect 5s
frontend web
 bind 127.0.0.1:{web} ssl crt-list {folder}/names
 bind 127.0.0.1:{other} ssl crt-list {folder}/names verify none
 http-request return status 200
frontend strict
 bind 127.0.0.1:{strict} ssl strict-sni crt-list {folder}/strict
 http-request return status 200 content-type text/plain lf-string "verified %[ssl_c_verify]"
frontend folder
 bind 127.0.0.1:{folderport} ssl crt {folder}/certificates/
 http-request return status 200
`;

describe.skipIf(lacks('haproxy', 'openssl'))('lists of certificates at run time', () => {
  const { folder, client } = makeCertificates();
  const certificates = join(folder, 'certificates');
  mkdirSync(certificates);
  for (const [name, from] of [
    ['a.pem', 'www.pem'],
    ['b.pem', 'wild.pem'],
  ])
    writeFileSync(join(certificates, name), readFileSync(join(folder, from)));
  writeFileSync(
    join(folder, 'names'),
    '# names\nwww.pem [ssl-min-ver TLSv1.2 curves P-256] !no.test *.listed.test # not a comment\n\nwild.pem\nwww.pem\n',
  );
  writeFileSync(join(folder, 'strict'), 'www.pem one.test\nwww.pem two.test\nwild.pem [verify none] x.test\n');

  const commands = (): string[] => {
    const [names, strict] = [join(folder, 'names'), join(folder, 'strict')];
    const file = (name: string): string => join(folder, name);
    const adds = (line: string): string => `add ssl crt-list ${names} <<\n${line}\n`;
    const fresh = file('renewed.pem');
    const inside = join(certificates, 'new.pem');
    const sent = (path: string): string[] => [
      `new ssl cert ${path}`,
      `add ssl crt-list ${names} ${path}`,
      `set ssl cert ${path} <<\n${readFileSync(file('client.pem'), 'latin1')}`,
      `commit ssl cert ${path}`,
    ];
    return [
      'show ssl crt-list',
      'show ssl crt-list -n',
      `show ssl crt-list ${names}`,
      `show ssl crt-list -n ${names}//`,
      'show ssl crt-list nope',
      `show ssl crt-list -n ${certificates}/`,
      'add ssl crt-list',
      `add ssl crt-list ${names}`,
      'add ssl crt-list nope www.pem',
      `add ssl crt-list ${names} nope.pem`,
      `add ssl crt-list ${names}/ wild.pem`,
      ...sent(fresh),
      `add ssl crt-list ${names} ${fresh}`,
      adds('renewed.pem [bogus x] a.b'),
      adds('renewed.pem [alpn] a.b'),
      adds('renewed.pem [alpn h2] [x] y'),
      adds('renewed.pem ] y'),
      adds('[alpn h2] y'),
      adds('renewed.pem [ssl-min-ver TLSv9] a.b'),
      adds('renewed.pem [verify required] a.b'),
      adds('renewed.pem [ciphers NOPE] a.b'),
      adds('renewed.pem [curves NOPE] a.b'),
      adds('renewed.pem [ecdhe NOPE] a.b'),
      adds('renewed.pem [ssl-min-ver TLSv1.3 ssl-max-ver TLSv1.2] a.b'),
      adds(`renewed.pem [ca-file ${file('ca.pem')}] a.b`),
      adds(`renewed.pem [crl-file ${file('ca.pem')}] a.b`),
      adds('renewed.pem a.b\nrenewed.pem c.d'),
      adds('renewed.pem [ssl-max-ver TLSv1.2 verify none ciphersuites TLS_AES_128_GCM_SHA256] a.b !c.d *.e.f'),
      `add ssl crt-list ${certificates} ${fresh}`,
      `add ssl crt-list ${certificates} ${inside}`,
      ...sent(inside),
      `add ssl crt-list ${certificates}/ ${inside}`,
      `add ssl crt-list ${certificates}/ ${inside}`,
      `show ssl crt-list -n ${certificates}`,
      `show ssl crt-list -n ${names}`,
      `show ssl cert ${inside}`,
      'del ssl crt-list',
      'del ssl crt-list nope x',
      `del ssl crt-list ${names} nope.pem`,
      `del ssl crt-list ${names} ${file('client.pem')}`,
      `del ssl crt-list ${strict} ${fresh}`,
      `del ssl crt-list ${names} ${file('www.pem')}`,
      `del ssl crt-list ${names} ${file('www.pem')}:2`,
      `del ssl crt-list ${names} ${file('www.pem')}:x`,
      `del ssl crt-list ${names} ${file('www.pem')}:9`,
      `del ssl crt-list ${names} ${file('www.pem')}:5`,
      `del ssl cert ${inside}`,
      `del ssl crt-list ${certificates} ${join(certificates, 'a.pem')}`,
      `del ssl crt-list ${certificates} ${inside}:1`,
      `del ssl cert ${inside}`,
      `del ssl crt-list ${strict} ${file('www.pem')}:1`,
      `show ssl crt-list -n ${strict}`,
      `show ssl crt-list -n ${names}`,
    ];
  };

  test('the answers are the same, and so are the certificates shown', async () => {
    const answers: string[][] = [];
    for (const [begin, name] of [
      [startHaproxy, 'real'],
      [startTsproxy, 'ours'],
    ] as const) {
      const socket = join(folder, `${name}.sock`);
      const proxy = await begin(config(socket), { values: { folder } });
      const seen: string[] = [];
      const look = async (): Promise<void> => {
        for (const [port, servername] of [
          ['web', 'a.listed.test'],
          ['web', 'a.b'],
          ['other', 'x.e.f'],
          ['web', 'nobody.test'],
          ['strict', 'one.test'],
          ['strict', 'two.test'],
        ]) {
          const { shown, version } = await talk(proxy.port(port), get('/'), { servername });
          seen.push(`${servername}: ${shown} ${version}`);
        }
      };
      await look();
      for (const command of commands()) {
        const answer = await ask(socket, `${command}\n`);
        seen.push(
          `> ${command}\n${answer.replaceAll(proxy.file, 'haproxy.cfg').replaceAll(/127\.0\.0\.1:\d+/g, 'address')}`,
        );
      }
      await look();
      answers.push(seen);
    }
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[1].slice(-6)).toEqual([
      'a.listed.test: www.test TLSv1.3',
      'a.b: somebody TLSv1.2',
      'x.e.f: somebody TLSv1.2',
      'nobody.test: www.test TLSv1.3',
      'one.test:  ',
      'two.test: www.test TLSv1.3',
    ]);
  });

  test('all threads have what was added, with the parameters of its line, and lose what is deleted', async () => {
    const socket = join(folder, 'threads.sock');
    const text = `global\n nbthread 2\n${config(socket).replace('global\n', '')}`;
    const proxy = await startTsproxy(text, { values: { folder } });
    const path = join(folder, 'ca.pem');
    await ask(socket, `new ssl ca-file ${path}\n`);
    await ask(socket, `set ssl ca-file ${path} <<\n${readFileSync(path, 'latin1')}\n`);
    await ask(socket, `commit ssl ca-file ${path}\n`);
    const list = join(folder, 'strict');
    const added = await ask(
      socket,
      `add ssl crt-list ${list} <<\nwww.pem [verify required ca-file ${path} allow-0rtt] mine.test\n\n`,
    );
    expect(added).toMatch(/allow-0rtt is not acted on: .*\nSuccess!\n/);
    const both = (options: { cert?: string; key?: string }): Promise<string[]> =>
      Promise.all(
        Array.from({ length: 6 }, async () => {
          const { received, error } = await talk(proxy.port('strict'), get('/'), {
            servername: 'mine.test',
            ...options,
          });
          return /verified \d+/.exec(received)?.[0] ?? error;
        }),
      );
    expect(new Set(await both({ cert: client.certificate, key: client.key }))).toEqual(new Set(['verified 0']));
    expect(await both({})).not.toContain('verified 0');
    await ask(socket, `del ssl crt-list ${list} ${join(folder, 'www.pem')}:4\n`);
    const after = await both({ cert: client.certificate, key: client.key });
    expect(new Set(after)).toEqual(new Set(['ERR_SSL_TLSV1_UNRECOGNIZED_NAME']));
  });
});
