import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tls from 'node:tls';
import { describe, expect, test } from 'vitest';
import { ask } from '../admin/runtime-client.js';
import { temporaryFolder } from '../support/folders.js';
import { lacks } from '../support/installed.js';
import { runProxy, startHaproxy, startTsproxy } from '../support/proxy.js';
import { OcspResponder, retimed } from './ocsp-responder.js';

/** Answers about certificates (OCSP): which are taken, how they are shown and replaced; beside the real haproxy. */

const START = `global
 stats socket {socket} level admin
defaults
 mode http
 timeout client 5s
 timeout server 5s
 timeout connect 5s
frontend web
 bind 127.0.0.1:{web} ssl crt {folder}/one.pem crt {folder}/two.pem crt {folder}/alone.pem
 http-request return status 200
`;

describe.skipIf(lacks('haproxy', 'openssl'))('OCSP beside the real haproxy', () => {
  const folder = temporaryFolder();
  const responder = new OcspResponder(folder);
  const [one, two] = [responder.certify('one'), responder.certify('two')];
  const whole = one.certificate + responder.issuer + one.key;
  const good = responder.answer('one', 'V', '-ndays 7');
  const revoked = responder.answer('two', 'R', '-ndays 7');
  const answers: Readonly<Record<string, Buffer>> = {
    good,
    byKey: responder.answer('one', 'V', '-ndays 7 -resp_key_id'),
    other: revoked,
    endless: responder.answer('one', 'V', ''),
    old: retimed(good, 2, '20200101000000Z'),
    early: retimed(good, 1, '20990101000000Z'),
    later: Buffer.from('30030a0103', 'hex'),
    garbage: Buffer.from('garbage\n'),
    empty: Buffer.alloc(0),
    cut: good.subarray(0, 100),
  };
  const put = (name: string, content: string | Buffer): void => writeFileSync(join(folder, name), content);

  test.each(Object.keys(answers))('a file with one that is %s', async (name) => {
    put('one.pem', whole);
    put('one.pem.ocsp', answers[name]);
    expect(await checked('one.pem')).toEqual(await checked('one.pem', 'haproxy'));
  });

  test('a file beside a certificate whose authority is not known, and is', async () => {
    put('alone.pem', one.certificate + one.key);
    put('alone.pem.ocsp', good);
    const complaint = await checked('alone.pem');
    expect(complaint).toEqual(await checked('alone.pem', 'haproxy'));
    expect(complaint).toHaveLength(1);
    put('alone.pem.issuer', responder.issuer);
    expect(await checked('alone.pem')).toEqual([]);
    expect(await checked('alone.pem', 'haproxy')).toEqual([]);
    for (const extension of ['ocsp', 'issuer']) rmSync(join(folder, `alone.pem.${extension}`));
  });

  /** What `-c` complains about, without places. */
  async function checked(file: string, proxy: 'haproxy' | 'tsproxy' = 'tsproxy'): Promise<string[]> {
    const text = START.replace(/socket .*/, 'socket /nowhere').replace(/\{web\}.*/, `1 ssl crt ${folder}/${file}`);
    put('check.cfg', text);
    const { stderr } = await runProxy(proxy, ['-c', '-f', join(folder, 'check.cfg')]);
    const lines = stderr.split('\n').filter((line) => /Loading|OCSP/.test(line) && line.startsWith('['));
    return lines.map((line) => line.replace(/^.*(?=Loading)|^.*'frontend' : /, ''));
  }

  const base64 = (name: string): string => answers[name].toString('base64').replaceAll(/.{64}(?=.)/g, '$&\n');

  const commands = (keys: readonly string[]): string[] => {
    const file = (name: string): string => join(folder, name);
    const set = (path: string, text: string): string => `set ssl cert ${path} <<\n${text.trimEnd()}\n`;
    return [
      'show ssl ocsp-response',
      ...keys.map((key) => `show ssl ocsp-response ${key}`),
      'show ssl ocsp-response zz',
      ...['one.pem', 'alone.pem', 'one.pem.ocsp', 'alone.pem.ocsp', 'one.pem.issuer'].map(
        (name) => `show ssl cert ${file(name)}`,
      ),
      'set ssl ocsp-response',
      'set ssl ocsp-response AAAA',
      'set ssl ocsp-response !!!!',
      ...Object.keys(answers).flatMap((name) =>
        name === 'empty' ? [] : `set ssl ocsp-response <<\n${base64(name)}\n`,
      ),
      `set ssl ocsp-response ${good.toString('base64')}`,
      set(file('one.pem.ocsp'), base64('byKey')),
      `show ssl cert *${file('one.pem.ocsp')}`,
      `abort ssl cert ${file('one.pem')}`,
      set(file('one.pem.ocsp'), '!!!'),
      set(file('alone.pem.ocsp'), base64('good')),
      `commit ssl cert ${file('alone.pem')}`,
      `abort ssl cert ${file('alone.pem')}`,
      set(file('alone.pem.issuer'), responder.issuer),
      set(file('alone.pem.ocsp'), base64('good')),
      `commit ssl cert ${file('alone.pem')}`,
      `show ssl cert ${file('alone.pem')}`,
      set(file('one.pem'), whole),
      `commit ssl cert ${file('one.pem')}`,
      `show ssl cert ${file('one.pem')}`,
      'show ssl ocsp-response',
    ];
  };

  test('at run time', async () => {
    put('one.pem', whole);
    put('one.pem.ocsp', good);
    put('two.pem', two.certificate + responder.issuer + two.key);
    put('two.pem.ocsp', revoked);
    put('alone.pem', one.certificate + one.key);
    const seen: string[][] = [];
    for (const [begin, name] of [
      [startHaproxy, 'real'],
      [startTsproxy, 'ours'],
    ] as const) {
      const socket = join(folder, `${name}.sock`);
      const proxy = await begin(START, { values: { folder, socket } });
      const list = await ask(socket, 'show ssl ocsp-response\n');
      const keys = [...list.matchAll(/key : (\S+)/g)].map(([, key]) => key);
      const said: string[] = [];
      for (const command of commands(keys)) {
        const answer = await ask(socket, `${command}\n`);
        // certificates are shown as PEM only
        said.push(`> ${command}\n${answer.replaceAll(/^Certificate:\n(?: {4}.*\n)+/gm, '')}`);
      }
      for (const servername of ['one', 'two']) said.push(await stapled(proxy.port('web'), servername));
      seen.push(said);
    }
    expect(seen[1]).toEqual(seen[0]);
    expect(seen[1].at(-1)).toBe(revoked.toString('hex'));
  });

  test('what is out of date is not sent; another one is, in all threads', async () => {
    put('one.pem', whole);
    put('one.pem.ocsp', answers.old);
    const socket = join(folder, 'threads.sock');
    const text = START.replace('global\n', 'global\n nbthread 2\n').replace(/ crt \S+two.pem.*/, '');
    const proxy = await startTsproxy(text, { values: { folder, socket } });
    const sent = (): Promise<string[]> =>
      Promise.all(Array.from({ length: 6 }, () => stapled(proxy.port('web'), 'one')));
    expect(new Set(await sent())).toEqual(new Set(['']));
    await ask(socket, `set ssl ocsp-response ${good.toString('base64')}\n`);
    expect(new Set(await sent())).toEqual(new Set([good.toString('hex')]));
  });
});

/** The answer that a client is sent, '' = none. */
function stapled(port: number, servername: string): Promise<string> {
  return new Promise((done, fail) => {
    const options = { host: '127.0.0.1', port, servername, rejectUnauthorized: false, requestOCSP: true };
    const socket = tls.connect(options, () => socket.end());
    let answer = '';
    socket.on('OCSPResponse', (bytes: Buffer | null) => (answer = bytes?.toString('hex') ?? ''));
    socket.resume();
    socket.on('error', fail);
    socket.on('close', () => done(answer));
  });
}
