import { connect as connectPlain, createServer } from 'node:net';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { atEnd } from '../support/cleanup.js';
import { lacks } from '../support/installed.js';
import { LogSink } from '../support/log-sink.js';
import { startHaproxy, startTsproxy, type Proxy } from '../support/proxy.js';
import { get, RawClient } from '../support/raw-client.js';
import { until } from '../support/poll.js';
import { makeCertificates } from '../tls/certificates.js';
import { talk } from '../tls/client.js';

/** PROXY headers before TLS, and what they tell of it, beside the real program. */

const CONFIG = `global
 nbthread 1
 log 127.0.0.1:{log} len 8192 local0
defaults
 mode http
 log global
 timeout client 5s
 timeout server 5s
 timeout connect 5s
 option httplog
frontend hidden
 bind 127.0.0.1:{hidden} name both accept-proxy ssl crt {folder}/www.pem
 error-log-format "%ci %ft %[fc_err]"
 http-request return status 200 content-type text/plain lf-string "src=%[src]:%[src_port] tls=%[ssl_fc] name=%[ssl_fc_sni]"
frontend teller
 bind 127.0.0.1:{teller} ssl crt {folder}/www.pem verify optional ca-file {folder}/ca.pem alpn http/1.1
 default_backend told
backend told
 server s 127.0.0.1:{origin} send-proxy-v2-ssl-cn proxy-v2-options cert-key,cert-sig,ssl-cipher,authority
frontend chain
 bind 127.0.0.1:{chain} accept-proxy
 default_backend chained
backend chained
 option httpchk GET /
 server s 127.0.0.1:{hidden} ssl verify none sni str(www.test) send-proxy check inter 200 rise 1 fall 1
`;

class Side {
  constructor(
    readonly proxy: Proxy,
    readonly log: LogSink,
    readonly heard: string[],
  ) {}

  static async start(begin: typeof startTsproxy, folder: string, transport?: 'handle' | 'socket'): Promise<Side> {
    const heard: string[] = [];
    const origin = createServer((socket) => {
      let received = '';
      socket.on('error', () => undefined);
      socket.on('data', (bytes) => {
        received += bytes.toString('latin1');
        if (!received.includes('\r\n\r\nGET') && !/GET [^]*\r\n\r\n$/.test(received)) return;
        heard.push(received);
        socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
      });
    });
    await new Promise<void>((done) => origin.listen(0, '127.0.0.1', done));
    atEnd(() => void origin.close());
    const log = await LogSink.start();
    const { port } = origin.address() as { port: number };
    const values = { folder, log: log.port, origin: port };
    return new Side(await begin(CONFIG, { values, ...(transport === undefined ? {} : { transport }) }), log, heard);
  }

  /** The answer to a request over TLS behind `header`. */
  async behind(header: string): Promise<string> {
    const plain = connectPlain(this.proxy.port('hidden'), '127.0.0.1');
    await new Promise((done) => plain.once('connect', done));
    plain.write(header, 'latin1');
    const socket = connect({ socket: plain, servername: 'www.test', rejectUnauthorized: false });
    let received = '';
    socket.on('error', () => undefined);
    socket.on('secureConnect', () => socket.write(get('/', 'connection: close\r\n')));
    socket.on('data', (bytes) => (received += bytes.toString('latin1')));
    await new Promise<void>((done) => socket.on('close', () => done()));
    return received.slice(received.indexOf('src='));
  }

  /** What a server is told, without addresses and ports. */
  async told(options: Parameters<typeof talk>[2]): Promise<string> {
    const before = this.heard.length;
    await talk(this.proxy.port('teller'), get('/', 'connection: close\r\n'), options);
    await until('the request', () => this.heard.length > before);
    const header = this.heard[before].split('GET ')[0];
    return header.slice(0, 16) + header.slice(28);
  }

  /** The answer that came by a server with a PROXY header before its TLS. */
  async chained(header: string): Promise<string> {
    const client = await RawClient.connect(this.proxy.port('chain'));
    client.send(header + get('/', 'connection: close\r\n'));
    const { body } = await client.response();
    client.close();
    return body.replace(String(client.port), 'CLIENT');
  }
}

describe.skipIf(lacks('haproxy', 'openssl')).each(['handle', 'socket'] as const)('over the %s transport', (kind) => {
  const { folder, client } = makeCertificates();
  let ours: Side;
  let real: Side;
  beforeAll(async () => {
    [ours, real] = await Promise.all([Side.start(startTsproxy, folder, kind), Side.start(startHaproxy, folder)]);
  });
  afterAll(async () => {
    await Promise.all([ours.proxy.stop(), real.proxy.stop()]);
  });

  const header = 'PROXY TCP4 1.2.3.4 5.6.7.8 1234 80\r\n';

  test('the header comes before the handshake', async () => {
    const seen = await ours.behind(header);
    expect(seen).toBe('src=1.2.3.4:1234 tls=1 name=www.test');
    expect(await real.behind(header)).toBe(seen);
  });

  test('failures of both are logged', async () => {
    const error = /hidden~ \d+$/;
    const lines = async (side: Side): Promise<string[]> => {
      // those that `error-log-format` makes: lines of requests may still arrive
      const errors = (): string[] => side.log.messages.filter((line) => error.test(line));
      const before = errors().length;
      // TLS where a header should be, and a header with rubbish behind it
      await talk(side.proxy.port('hidden'), get('/'), { servername: 'www.test' });
      await side.log.lines(error, before + 1);
      const rubbish = await RawClient.connect(side.proxy.port('hidden'));
      rubbish.send(header);
      rubbish.send('GET / HTTP/1.0\r\n\r\n');
      await side.log.lines(error, before + 2);
      rubbish.close();
      return errors()
        .slice(before)
        .map((line) => line.replace(/^.*?: /, ''));
    };
    const [mine, theirs] = [await lines(ours), await lines(real)];
    expect(mine).toEqual(theirs);
  });

  test.each([
    ['no certificate', {}],
    ['a name and a protocol', { servername: 'www.test', ALPNProtocols: ['http/1.1'] }],
    ['a certificate', { cert: client.certificate, key: client.key }],
    ['TLS 1.2 and a certificate', { cert: client.certificate, key: client.key, maxVersion: 'TLSv1.2' }],
  ] as const)('a server is told of the TLS: %s', async (_name, options) => {
    expect(await ours.told({ ...options })).toEqual(await real.told({ ...options }));
  });

  test('the header goes before the handshake, with requests and with checks', async () => {
    const answer = async (side: Side): Promise<string> => {
      const seen = await side.chained(header);
      // a check that failed would have taken the server out by now
      await new Promise((done) => setTimeout(done, 500));
      expect(await side.chained(header)).toBe(seen);
      return seen;
    };
    expect(await answer(ours)).toBe('src=1.2.3.4:1234 tls=1 name=www.test');
    expect(await answer(real)).toBe('src=1.2.3.4:1234 tls=1 name=www.test');
  });
});
