import { execFile } from 'node:child_process';
import { createHash, createPrivateKey, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { lacks } from '../support/installed.js';
import { LogSink } from '../support/log-sink.js';
import { until } from '../support/poll.js';
import { runProxy, startTsproxy, type Proxy } from '../support/proxy.js';
import { get } from '../support/raw-client.js';
import { temporaryFolder } from '../support/folders.js';
import { makeCertificates } from './certificates.js';
import { talk } from './client.js';

/** TLS on both sides, over both transports, with real peers. */

const times = ' timeout client 5s\n timeout server 5s\n timeout connect 2s\n';
const run = promisify(execFile);

describe.skipIf(lacks('openssl')).each(['handle', 'socket'] as const)('TLS over the %s transport', (transport) => {
  const { folder, authority, client, stranger, expired } = makeCertificates();
  const start = (config: string): Promise<Proxy> =>
    startTsproxy(`defaults\n mode http\n${times}${config}`, { transport, values: { folder } });
  const answer = ' http-request return status 200 content-type text/plain lf-string';

  test('names choose certificates: a list, wildcards, what is excluded, the first for everybody else', async () => {
    const proxy = await start(`frontend web
 bind 127.0.0.1:{web} ssl crt {folder}/www.pem crt-list {folder}/list crt {folder}/wild.pem
${answer} "%[ssl_fc_sni]"
frontend strict
 bind 127.0.0.1:{strict} ssl crt {folder}/www.pem strict-sni
${answer} ok
`);
    const shown = async (servername: string): Promise<string> =>
      (await talk(proxy.port('web'), get('/'), { servername })).shown;
    expect(await shown('www.test')).toBe('www.test');
    expect(await shown('a.wild.test')).toBe('*.wild.test');
    expect(await shown('yes.listed.test')).toBe('*.wild.test');
    expect(await shown('no.listed.test')).toBe('www.test');
    expect(await shown('nobody.test')).toBe('www.test');
    expect(await talk(proxy.port('strict'), get('/'), { servername: 'WWW.test' })).toMatchObject({ error: '' });
    const refused = await talk(proxy.port('strict'), get('/'), { servername: 'nobody.test' });
    expect(refused.error).toBe('ERR_SSL_TLSV1_UNRECOGNIZED_NAME');
  });

  test('ssl-dh-param-file: Diffie-Hellman with these parameters; without it there is none', async () => {
    const parameters = join(folder, 'dh3072.pem');
    const rsa = join(folder, 'rsa.pem');
    const openssl = (line: string) => run('openssl', line.split(' '));
    await openssl(`genpkey -genparam -algorithm DH -pkeyopt group:ffdhe3072 -out ${parameters}`);
    await openssl(`req -x509 -newkey rsa:2048 -nodes -subj /CN=rsa.test -keyout ${rsa} -out ${rsa}.crt`);
    writeFileSync(rsa, readFileSync(`${rsa}.crt`, 'latin1'), { flag: 'a' });
    const options = { ciphers: 'DHE-RSA-AES128-GCM-SHA256', maxVersion: 'TLSv1.2' } as const;
    for (const [global, ephemeral] of [
      ['', ''],
      [`global\n ssl-dh-param-file ${parameters}\n`, 'DH 3072'],
    ]) {
      const text = `${global}defaults\n mode http\n${times}frontend f\n bind 127.0.0.1:{web} ssl crt ${rsa}\n${answer} ok\n`;
      const proxy = await startTsproxy(text, { transport, values: { folder } });
      expect((await talk(proxy.port('web'), get('/'), options)).ephemeral).toBe(ephemeral);
    }
  });

  test('client certificates: facts in headers; none, a stranger and one that has expired are refused', async () => {
    const proxy = await start(`frontend required
 bind 127.0.0.1:{required} ssl crt {folder}/www.pem verify required ca-file {folder}/ca.pem
${answer} "%[ssl_c_s_dn] %[ssl_c_verify] %[ssl_c_used]"
frontend optional
 bind 127.0.0.1:{optional} ssl crt {folder}/www.pem verify optional ca-file {folder}/ca.pem crt-ignore-err 18
${answer} "%[ssl_c_s_dn(CN)] %[ssl_c_verify] %[ssl_c_used]"
`);
    const ask = (port: string, who?: { certificate: string; key: string }) =>
      talk(proxy.port(port), get('/'), who === undefined ? {} : { cert: who.certificate, key: who.key });
    expect((await ask('required', client)).received).toContain('/C=DE/O=Clients/CN=somebody 0 1');
    for (const who of [undefined, stranger, expired]) expect((await ask('required', who)).received).toBe('');
    expect((await ask('optional')).received).toMatch(/\r\n\r\n 0 0$/);
    expect((await ask('optional', stranger)).received).toMatch(/stranger\.test 18 1$/);
    expect((await ask('optional', expired)).received).toBe('');
  });

  test('certificates are made for the names that clients ask for, where none is for them', async () => {
    const encrypted = createPrivateKey(authority.key)
      .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-128-cbc', passphrase: 'secret' })
      .toString();
    writeFileSync(join(folder, 'signer.pem'), authority.certificate + authority.key);
    writeFileSync(join(folder, 'locked.pem'), authority.certificate + encrypted);
    const proxy = await start(`frontend web
 bind 127.0.0.1:{web} ssl crt {folder}/www.pem generate-certificates ca-sign-file {folder}/signer.pem
 bind 127.0.0.1:{strict} ssl crt {folder}/www.pem strict-sni generate-certificates ca-sign-file {folder}/locked.pem ca-sign-pass secret
${answer} "%[ssl_f_s_dn] %[ssl_fc_is_resumed]"
`);
    for (const port of ['web', 'strict']) {
      // node:tls verifies: the authority, and the name
      const options = { servername: 'made.test', ca: authority.certificate, rejectUnauthorized: true };
      const first = await talk(proxy.port(port), get('/'), options);
      expect(first).toMatchObject({ error: '' });
      expect(first.received).toContain('/CN=Test CA/CN=made.test 0');
      const again = await talk(proxy.port(port), get('/'), { ...options, session: first.session });
      expect(again.received).toContain('/CN=Test CA/CN=made.test 1');
      expect(await talk(proxy.port(port), get('/'), { servername: 'www.test' })).toMatchObject({ shown: 'www.test' });
    }
    const long = `${'x'.repeat(63)}.test`;
    expect(await talk(proxy.port('web'), get('/'), { servername: long })).toMatchObject({ shown: 'www.test' });
    expect((await talk(proxy.port('strict'), get('/'), { servername: long })).error).not.toBe('');
    expect(await talk(proxy.port('web'), get('/'))).toMatchObject({ shown: 'www.test' });
  });

  test('sessions are resumed: by ticket, and by id where there are no tickets', async () => {
    const proxy = await start(`frontend tickets
 bind 127.0.0.1:{tickets} ssl crt {folder}/www.pem
${answer} "%[ssl_fc_is_resumed]"
frontend ids
 bind 127.0.0.1:{ids} ssl crt {folder}/www.pem no-tls-tickets
${answer} "%[ssl_fc_is_resumed]"
`);
    for (const [port, maxVersion] of [
      ['tickets', 'TLSv1.3'],
      ['tickets', 'TLSv1.2'],
      ['ids', 'TLSv1.2'],
      ['ids', 'TLSv1.3'],
    ] as const) {
      const first = await talk(proxy.port(port), get('/'), { maxVersion });
      expect(first).toMatchObject({ version: maxVersion, resumed: false });
      const { session } = first;
      const second = await talk(proxy.port(port), get('/'), { maxVersion, session });
      expect(second, `${port} ${maxVersion}`).toMatchObject({ resumed: true });
      expect(second.received).toMatch(/1$/);
    }
  });

  test('a session is worth nothing where a certificate is asked for that its client has not shown', async () => {
    const proxy = await start(`frontend web
 bind 127.0.0.1:{open} ssl crt {folder}/www.pem
 bind 127.0.0.1:{ids} ssl crt {folder}/www.pem no-tls-tickets
 bind 127.0.0.1:{mutual} ssl crt {folder}/www.pem verify required ca-file {folder}/ca.pem
 bind 127.0.0.1:{locked} ssl crt {folder}/www.pem verify required ca-file {folder}/ca.pem no-tls-tickets
${answer} "%[ssl_fc_is_resumed]"
`);
    for (const [from, to, maxVersion] of [
      ['open', 'mutual', 'TLSv1.3'],
      ['open', 'mutual', 'TLSv1.2'],
      ['ids', 'locked', 'TLSv1.2'],
    ] as const) {
      const { session } = await talk(proxy.port(from), get('/'), { maxVersion });
      expect(session).toBeDefined();
      expect((await talk(proxy.port(to), get('/'), { maxVersion, session })).received, `${to} ${maxVersion}`).toBe('');
    }
  });

  test('large bodies both ways, several requests on one connection', async () => {
    const hash = (bytes: Buffer): string => createHash('sha1').update(bytes).digest('hex');
    const down = randomBytes(3_000_000);
    const origin = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => response.end(request.method === 'POST' ? hash(Buffer.concat(parts)) : down));
    });
    await new Promise<void>((done) => origin.listen(0, '127.0.0.1', done));
    const address = origin.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const proxy = await startTsproxy(
      `defaults
 mode http
${times}listen web
 bind 127.0.0.1:{web} ssl crt {folder}/www.pem
 server s 127.0.0.1:{inner} ssl verify required ca-file {folder}/server-ca.pem sni str(www.test)
listen inner
 bind 127.0.0.1:{inner} ssl crt {folder}/www.pem
 server o 127.0.0.1:{origin}
`,
      { transport, values: { folder, origin: port } },
    );
    const up = randomBytes(3_000_000);
    const file = join(temporaryFolder(), 'body');
    writeFileSync(file, up);
    const url = `https://127.0.0.1:${proxy.port('web')}/`;
    const { stdout } = await run('curl', ['-sk', '--data-binary', `@${file}`, url, '--next', '-sk', url], {
      encoding: 'buffer',
      maxBuffer: 1 << 24,
    });
    expect(stdout.subarray(0, 40).toString()).toBe(hash(up));
    expect(hash(stdout.subarray(40))).toBe(hash(down));
    origin.close();
  });

  test('TCP mode: TLS is taken off and put on', async () => {
    const proxy = await startTsproxy(
      `defaults
 mode tcp
${times}listen outer
 bind 127.0.0.1:{outer} ssl crt {folder}/www.pem
 tcp-request session reject if { ssl_fc_sni bad.test }
 server s 127.0.0.1:{inner} ssl verify none sni ssl_fc_sni
frontend inner
 mode http
 bind 127.0.0.1:{inner} ssl crt {folder}/www.pem
${answer} "inner %[ssl_fc_sni]"
`,
      { transport, values: { folder } },
    );
    const seen = await talk(proxy.port('outer'), get('/', 'connection: close\r\n'), { servername: 'other.test' });
    expect(seen.received).toMatch(/inner other\.test$/);
    expect(seen.error).toBe('');
    expect((await talk(proxy.port('outer'), get('/'), { servername: 'bad.test' })).received).toBe('');
  });

  test('servers are verified: who signed, and for which name; connections with another name are not shared', async () => {
    const proxy = await start(`frontend origin
 bind 127.0.0.1:{origin} ssl crt {folder}/wild.pem
${answer} "%[ssl_fc_sni] %[ssl_fc_is_resumed]"
listen trusting
 bind 127.0.0.1:{trusting}
 server s 127.0.0.1:{origin} ssl verify none sni req.hdr(host)
listen signed
 bind 127.0.0.1:{signed}
 server s 127.0.0.1:{origin} ssl verify required ca-file {folder}/server-ca.pem sni str(a.wild.test)
listen unsigned
 bind 127.0.0.1:{unsigned}
 retries 0
 server s 127.0.0.1:{origin} ssl verify required ca-file {folder}/ca.pem
listen misnamed
 bind 127.0.0.1:{misnamed}
 retries 0
 server s 127.0.0.1:{origin} ssl verify required ca-file {folder}/server-ca.pem verifyhost www.test
`);
    const ask = async (port: string, host = 'x'): Promise<string> => {
      const url = `http://127.0.0.1:${proxy.port(port)}/`;
      return (await run('curl', ['-s', '-H', `Host: ${host}`, '-w', ' %{http_code}', url])).stdout.replaceAll(
        '\n',
        ' ',
      );
    };
    expect(await ask('trusting', 'one.test')).toBe('one.test 0 200');
    expect(await ask('trusting', 'two.test')).toBe('two.test 0 200');
    expect(await ask('trusting', 'one.test')).toMatch(/^one\.test \d 200$/);
    expect(await ask('signed')).toBe('a.wild.test 0 200');
    expect(await ask('unsigned')).toMatch(/ 503$/);
    expect(await ask('misnamed')).toMatch(/ 503$/);
    expect(await ask('misnamed')).toMatch(/ 503$/);
  });

  test('plain HTTP on a TLS port is closed, counted as a connection, and told; nothing is left behind', async () => {
    const log = await LogSink.start();
    const proxy = await startTsproxy(
      `global
 log 127.0.0.1:{log} local0
defaults
 mode http
 log global
 option httplog
${times}frontend web
 bind 127.0.0.1:{web} name tls ssl crt {folder}/www.pem
${answer} ok
frontend stats
 bind 127.0.0.1:{stats}
 stats enable
 stats uri /
`,
      { transport, values: { folder, log: log.port } },
    );
    for (let round = 0; round < 5; round++) {
      await new Promise<void>((closed) => {
        const socket = connect(proxy.port('web'), '127.0.0.1', () => socket.write('GET / HTTP/1.1\r\n\r\n'));
        socket.on('error', () => undefined);
        socket.on('close', () => closed());
        socket.resume();
      });
    }
    await log.lines(/web\/tls: SSL handshake failure$/, 5);
    await until('all are gone', async () => {
      const { stdout } = await run('curl', ['-s', `http://127.0.0.1:${proxy.port('stats')}/;csv`]);
      const row = stdout.split('\n').find((line) => line.startsWith('web,FRONTEND,'));
      return row?.split(',')[4] === '0';
    });
  });

  test('versions, protocols and ciphers', async () => {
    const proxy = await start(`frontend old
 bind 127.0.0.1:{old} ssl crt {folder}/www.pem ssl-max-ver TLSv1.2 ciphers ECDHE-ECDSA-AES256-GCM-SHA384 alpn http/1.1,http/1.0
${answer} "%[ssl_fc_protocol] %[ssl_fc_cipher] %[ssl_fc_alpn]"
frontend new
 bind 127.0.0.1:{new} ssl crt {folder}/www.pem ssl-min-ver TLSv1.3 ciphersuites TLS_CHACHA20_POLY1305_SHA256 alpn h2,http/1.1
${answer} "%[ssl_fc_protocol] %[ssl_fc_cipher] %[ssl_fc_alpn]"
`);
    const ALPNProtocols = ['http/1.0', 'http/1.1'];
    const old = await talk(proxy.port('old'), get('/'), { ALPNProtocols });
    expect(old.received).toMatch(/TLSv1\.2 ECDHE-ECDSA-AES256-GCM-SHA384 http\/1\.1$/);
    const recent = await talk(proxy.port('new'), get('/'), { ALPNProtocols });
    expect(recent.received).toMatch(/TLSv1\.3 TLS_CHACHA20_POLY1305_SHA256 http\/1\.1$/);
    expect((await talk(proxy.port('new'), get('/'), { maxVersion: 'TLSv1.2' })).error).toMatch(/^ERR_SSL_/);
  });

  test('routing by the name in a hello that is passed on untouched', async () => {
    const proxy = await startTsproxy(
      `defaults
${times}frontend pass
 mode tcp
 bind 127.0.0.1:{pass}
 tcp-request inspect-delay 3s
 tcp-request content accept if { req.ssl_hello_type 1 }
 use_backend one if { req.ssl_sni a.wild.test }
 default_backend other
backend one
 mode tcp
 server s 127.0.0.1:{one}
backend other
 mode tcp
 server s 127.0.0.1:{other}
frontend ends-one
 mode http
 bind 127.0.0.1:{one} ssl crt {folder}/wild.pem
${answer} one
frontend ends-other
 mode http
 bind 127.0.0.1:{other} ssl crt {folder}/www.pem
${answer} other
`,
      { transport, values: { folder }, args: ['-db', '-V'] },
    );
    const ask = (servername: string) => talk(proxy.port('pass'), get('/'), { servername });
    expect(await ask('a.wild.test')).toMatchObject({ shown: '*.wild.test', received: expect.stringMatching(/one$/) });
    expect(await ask('www.test')).toMatchObject({ shown: 'www.test', received: expect.stringMatching(/other$/) });
    expect(proxy.program.stdout).toContain(`ends-one listens on https://127.0.0.1:${proxy.port('one')}/`);
  });

  test('a certificate is replaced while it runs, in all threads, or not at all', async () => {
    const socket = join(temporaryFolder(), 'cli.sock');
    const proxy = await startTsproxy(
      `global
 nbthread 2
 stats socket {socket} level admin
defaults
 mode http
${times}frontend web
 bind 127.0.0.1:{web} ssl crt {folder}/renewed.pem
${answer} ok
`,
      { transport, values: { folder, socket } },
    );
    const path = join(folder, 'renewed.pem');
    const command = async (text: string): Promise<string> => {
      const client = connect(socket);
      client.end(text);
      let output = '';
      for await (const part of client) output += String(part);
      return output;
    };
    const shown = async (): Promise<string> => (await talk(proxy.port('web'), get('/'))).shown;
    expect(await shown()).toBe('www.test');
    expect(await command(`show ssl cert ${path}\n`)).toMatch(
      /Status: Used[^]*Algorithm: EC256[^]*Subject: \/CN=www\.test/,
    );
    expect(await command(`set ssl cert ${path} <<\nrubbish\n\n`)).toContain("Can't load the payload");
    const pem = stranger.certificate + stranger.key;
    expect(await command(`set ssl cert ${path} <<\n${pem}\n`)).toContain('Transaction created for certificate');
    expect(await command('show ssl cert\n')).toContain(`*${path}`);
    expect(await shown()).toBe('www.test');
    expect(await command(`commit ssl cert ${path}\n`)).toContain('Success!');
    await until('every thread shows it', async () => {
      for (let round = 0; round < 6; round++) if ((await shown()) !== 'stranger.test') return false;
      return true;
    });
    expect(await command(`abort ssl cert ${path}\n`)).toContain('No ongoing transaction!');
  });

  test('mTLS and redirection with curl', async () => {
    const proxy = await start(`frontend plain
 bind 127.0.0.1:{plain}
 bind 127.0.0.1:{web} ssl crt {folder}/www.pem verify optional ca-file {folder}/ca.pem
 http-request redirect scheme https if !{ ssl_fc }
${answer} "%[ssl_c_s_dn(CN)]"
`);
    const plain = await run('curl', [
      '-s',
      '-o',
      '/dev/null',
      '-w',
      '%{redirect_url}',
      `http://127.0.0.1:${proxy.port('plain')}/a`,
    ]);
    expect(plain.stdout).toBe(`https://127.0.0.1:${proxy.port('plain')}/a`);
    const at = `https://www.test:${proxy.port('web')}/`;
    const trust = ['--cacert', join(folder, 'server-ca.pem'), '--resolve', `www.test:${proxy.port('web')}:127.0.0.1`];
    expect((await run('curl', ['-s', ...trust, '--cert', join(folder, 'client.pem'), at])).stdout).toBe('somebody');
    expect(readFileSync(join(folder, 'ca.pem'), 'utf8')).toBe(authority.certificate);
  });
});

/** Lines that are wrong, and what both programs say about them. */
const WRONG: readonly (readonly [line: string, message: RegExp])[] = [
  [
    'bind :1 ssl crt /nonexistent',
    /unable to stat SSL certificate from file '\/nonexistent' : No such file or directory/,
  ],
  ['bind :1 ssl crt {folder}/broken.pem', /inconsistencies between private key and certificate loaded/],
  ['bind :1 ssl crt {folder}/ca.pem', /No Private Key found in '.*ca\.pem\.key'/],
  ['bind :1 ssl crt {folder}/list', /unable to load certificate from file/],
  ['bind :1 ssl', /no SSL certificate specified for bind ':1' at .*\(use 'crt'\)/],
  ['bind :1 ssl crt {folder}/www.pem verify required', /verify is enabled but no CA file specified for bind ':1'/],
  ['bind :1 ssl crt {folder}/www.pem ca-file /nonexistent', /ca-file '\/nonexistent' \(No such file or directory\)/],
  ['bind :1 ssl crt {folder}/www.pem ciphers NOPE', /unable to set SSL cipher list to 'NOPE' for bind ':1'/],
  ['bind :1 ssl crt {folder}/www.pem ciphersuites NOPE', /unable to set TLS 1.3 cipher suites to 'NOPE'/],
  ['bind :1 ssl crt {folder}/www.pem curves NOPE', /unable to set SSL curves list to 'NOPE'/],
  ['bind :1 ssl crt {folder}/www.pem force-sslv3', /all SSL\/TLS versions are disabled for bind ':1'/],
  ['bind :1 ssl crt {folder}/www.pem ssl-min-ver TLSv9', /'TLSv9' : unknown ssl\/tls version/],
  ['bind :1 ssl crt {folder}/www.pem generate-certificates', /cannot enable certificate generation, no CA certificate/],
  [
    'bind :1 ssl crt {folder}/www.pem generate-certificates ca-sign-file /nonexistent',
    /Failed to read CA certificate file '\/nonexistent' at .*Chain loading failed: cannot open the file '\/nonexistent'/,
  ],
  [
    'bind :1 ssl crt {folder}/www.pem generate-certificates ca-sign-file {folder}/ca.pem',
    /Failed to read CA certificate file '.*' at .*Chain loading failed: No Private Key found in '.*ca\.pem\.key'/,
  ],
  ['bind :1 ssl crt-list /nonexistent', /cannot open file '\/nonexistent' : No such file or directory/],
  [
    'bind :1 ssl crt {folder}/www.pem tls-ticket-keys /nonexistent',
    /'\/nonexistent' : unable to load ssl tickets keys file/,
  ],
  ['bind :1 ssl crt {folder}/www.pem crt-ignore-err foo', /ID '0' out of range \(1\.\.94\) in error IDs list 'foo'/],
  ['server s 127.0.0.1:1 ssl', /verify is enabled by default but no CA file specified/],
  ['server s 127.0.0.1:1 ssl verify none crt /nonexistent', /unable to stat SSL certificate from file '\/nonexistent'/],
  ['server s 127.0.0.1:1 ssl verify none ciphers NOPE', /unable to set SSL cipher list to 'NOPE'/],
  ['server s 127.0.0.1:1 ssl ca-file /nonexistent', /ca-file '\/nonexistent' \(No such file or directory\)/],
  [
    'server s 127.0.0.1:1 ssl verify none sni foo',
    /error detected while parsing sni expression : unknown fetch method/,
  ],
];

describe.skipIf(lacks('openssl', 'haproxy'))('what is wrong is said before anything listens', () => {
  const { folder } = makeCertificates();
  test.each(WRONG)('%s', async (line, message) => {
    const file = join(temporaryFolder(), 'wrong.cfg');
    const bind = line.startsWith('bind') ? '' : ' bind :1\n';
    const text = `defaults\n mode http\n${times}listen web\n${bind} ${line.replaceAll('{folder}', folder)}\n`;
    writeFileSync(file, text);
    const [real, ours] = await Promise.all([
      runProxy('haproxy', ['-c', '-f', file]),
      runProxy('tsproxy', ['-c', '-f', file]),
    ]);
    expect(real.stderr).toMatch(message);
    expect(ours.stderr).toMatch(message);
    expect(ours.stderr).toContain(`${file}:${bind === '' ? 7 : 8}`);
    expect([real.code, ours.code]).toEqual([1, 1]);
    const offline = await runProxy('tsproxy', ['-c', '--offline', '-f', file]);
    if (/nonexistent|\{folder\}\/(?:broken|ca|list)\b/.test(line)) expect(offline.code).toBe(0);
  });

  test('ssl-dh-param-file', async () => {
    const file = join(temporaryFolder(), 'wrong.cfg');
    const frontend = `frontend f\n bind :1\n http-request return status 200\n`;
    writeFileSync(file, `global\n ssl-dh-param-file ${file}\ndefaults\n mode http\n${times}${frontend}`);
    for (const name of ['haproxy', 'tsproxy'] as const) {
      const { code, stderr } = await runProxy(name, ['-c', '-f', file]);
      expect(code).toBe(1);
      expect(stderr).toContain(`:2] : 'ssl-dh-param-file': unable to load DH parameters from file <${file}>.`);
    }
  });
});
