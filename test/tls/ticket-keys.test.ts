import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ask } from '../admin/runtime-client.js';
import { lacks } from '../support/installed.js';
import { startHaproxy, startTsproxy } from '../support/proxy.js';
import { get } from '../support/raw-client.js';
import { makeCertificates } from './certificates.js';
import { talk } from './client.js';

/** `tls-ticket-keys`: which tickets are taken, and how keys follow one another; beside the real haproxy. */

const config = `global
 stats socket {socket} level admin
defaults
 mode http
 timeout client 5s
 timeout server 5s
 timeout connect 5s
frontend web
 bind 127.0.0.1:{one} ssl crt {folder}/www.pem tls-ticket-keys {folder}/keys
 bind 127.0.0.1:{two} ssl crt {folder}/www.pem tls-ticket-keys {folder}/long
 bind 127.0.0.1:{three} ssl crt {folder}/www.pem tls-ticket-keys {folder}/keys
 http-request return status 200
`;

const key = (fill: number, length = 48): string => Buffer.alloc(length, fill).toString('base64');

describe.skipIf(lacks('haproxy', 'openssl'))('keys of session tickets', () => {
  const { folder } = makeCertificates();
  writeFileSync(join(folder, 'keys'), [1, 2, 3, 4].map((fill) => `${key(fill)}\n`).join(''));
  writeFileSync(join(folder, 'long'), [5, 6, 7].map((fill) => `${key(fill, 80)}\n`).join(''));

  const COMMANDS = [
    'show tls-keys',
    'show tls-keys *',
    'show tls-keys #1',
    'show tls-keys #7',
    `show tls-keys ${folder}/long`,
    'set ssl tls-key',
    'set ssl tls-key #0',
    'set ssl tls-key nope x',
    'set ssl tls-key #1 !!!!',
    'set ssl tls-key #1 AAAA',
    `set ssl tls-key #0 ${key(9)}`,
    `set ssl tls-key #0 ${key(9, 80)}`,
    'show ssl providers',
  ];

  test.each(['TLSv1.2', 'TLSv1.3'] as const)('%s', async (maxVersion) => {
    const seen: string[][] = [];
    for (const [begin, name, text] of [
      [startHaproxy, 'real', config],
      [startTsproxy, 'ours', config.replace('global\n', 'global\n nbthread 2\n')],
    ] as const) {
      const socket = join(folder, `${name}-${maxVersion}.sock`);
      const proxy = await begin(text, { values: { folder, socket } });
      const said: string[] = [];
      for (const command of COMMANDS) said.push(`> ${command}\n${await ask(socket, `${command}\n`)}`);
      const { session } = await talk(proxy.port('one'), get('/'), { maxVersion });
      const comes = async (when: string, port: string): Promise<void> => {
        const each = await Promise.all(
          [1, 2, 3, 4].map(() => talk(proxy.port(port), get('/'), { maxVersion, session })),
        );
        said.push(`${when}, at ${port}: ${each.map(({ resumed }) => resumed).join(' ')}`);
      };
      await comes('at once', 'one');
      await comes('at once', 'three');
      await comes('at once', 'two');
      for (const [at, when] of ['with the next key', 'with the one behind that'].entries()) {
        said.push(await ask(socket, `set ssl tls-key ${folder}/keys ${key(10 + at)}\n`));
        await comes(when, 'one');
      }
      said.push(await ask(socket, 'show tls-keys *\n'));
      seen.push(said);
    }
    expect(seen[1]).toEqual(seen[0]);
    const resumed = seen[1].filter((line) => line.includes(', at '));
    expect(resumed.map((line) => line.split(' ').at(-1))).toEqual(['true', 'true', 'false', 'true', 'false']);
  });
});
