import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeV2, tlvBytes } from '../../src/protocol/proxy-protocol/encode.js';
import { SIGNATURE } from '../../src/protocol/proxy-protocol/v2.js';
import { atEnd } from '../support/cleanup.js';
import { lacks } from '../support/installed.js';
import { LogSink } from '../support/log-sink.js';
import { pause, until } from '../support/poll.js';
import { startHaproxy, startTsproxy, type Proxy } from '../support/proxy.js';
import { get, RawClient } from '../support/raw-client.js';

/** PROXY and NetScaler headers from clients and to servers, beside the real program. */

const SAYS =
  '"src=%[src]:%[src_port] dst=%[dst]:%[dst_port] peer=%[fc_src] fcdst=%[fc_dst_port] rcvd=%[fc_rcvd_proxy] auth=%[fc_pp_authority] id=%[fc_pp_unique_id] local=%[src_is_local]"';
const CONFIG = `global
 nbthread 1
 log 127.0.0.1:{log} len 8192 local0
defaults
 mode http
 log global
 timeout client 600
 timeout server 5s
 timeout connect 5s
frontend front
 option httplog
 bind 127.0.0.1:{proxy} accept-proxy name named
 http-request return status 200 content-type text/plain lf-string ${SAYS}
frontend ruled
 option httplog
 bind 127.0.0.1:{ruled}
 option dontlognull
 error-log-format "%ci failed %[fc_err] %[fc_err_str]"
 tcp-request connection reject if { src 127.0.0.9 }
 tcp-request connection expect-proxy layer4 if { src 127.0.0.0/8 }
 tcp-request session reject if { src 9.9.9.9 }
 http-request return status 200 content-type text/plain lf-string ${SAYS}
frontend scaler
 option httplog
 bind 127.0.0.1:{scaler} accept-netscaler-cip 305419896
 http-request return status 200 content-type text/plain lf-string ${SAYS}
frontend unlogged
 bind 127.0.0.1:{unlogged} accept-proxy
 http-request return status 200
listen relay
 mode tcp
 unique-id-format id-%ci
 option tcplog
 bind 127.0.0.1:{relay} accept-proxy
 server s 127.0.0.1:{origin} send-proxy-v2 proxy-v2-options unique-id
frontend out
 unique-id-format id-%ci
 option httplog
 bind 127.0.0.1:{out} accept-proxy
 http-request set-src hdr(x-src) if { hdr(x-src) -m found }
 use_backend %[path,field(2,/)]
frontend own
 bind 127.0.0.1:{own} accept-proxy
 http-request set-src hdr(x-src) if { hdr(x-src) -m found }
 http-request set-dst-port int(7) if { hdr(x-src) -m found }
 http-request return status 200 content-type text/plain lf-string "%[src] %[dst_port]"
frontend multiplexed
 no log
 bind 127.0.0.1:{multiplexed}
 http-request set-src hdr(x-src) if { hdr(x-src) -m found }
 default_backend h2
 no log
frontend h2in
 no log
 bind 127.0.0.1:{h2in} accept-proxy proto h2
 http-request return status 200 content-type text/plain lf-string "%[src] %[req.ver]"
backend h2
 no log
 option httpchk
 http-reuse always
 server s 127.0.0.1:{h2in} proto h2 send-proxy check inter 1h rise 1 fall 1
backend v1
 server s 127.0.0.1:{origin} send-proxy
backend v2
 server s 127.0.0.1:{origin} send-proxy-v2
backend options
 server s 127.0.0.1:{origin} send-proxy-v2 proxy-v2-options crc32c,unique-id,authority
backend tls
 server s 127.0.0.1:{origin} send-proxy-v2-ssl-cn
backend both
 server s 127.0.0.1:{origin} send-proxy-v2 send-proxy
backend undone
 server s 127.0.0.1:{origin} send-proxy-v2 send-proxy no-send-proxy-v2
backend plain
 server s 127.0.0.1:{origin} send-proxy no-send-proxy
`;

const v2 = (command: number, family: number, body: string, version = 2): string =>
  SIGNATURE + String.fromCharCode((version << 4) | command, family, body.length >> 8, body.length & 255) + body;
const A4 = '\x01\x02\x03\x04\x05\x06\x07\x08\x04\xd2\0\x50';
const ends = {
  source: { address: '2001:db8::1', port: 1234, family: 6 },
  destination: { address: '::1', port: 80, family: 6 },
} as const;
const tlv = (type: number, value: string): string => tlvBytes({ type, value });

/** Headers that come in one piece, as HAProxy wants them. */
const HEADERS: readonly (readonly [string, string])[] = [
  ['version 1, IPv4', 'PROXY TCP4 1.2.3.4 5.6.7.8 1234 80\r\n'],
  ['version 1, IPv6', 'PROXY TCP6 2001:db8::1 ::1 1234 80\r\n'],
  ['version 1, mapped', 'PROXY TCP6 ::ffff:1.2.3.4 ::1 1234 80\r\n'],
  ['version 1, no addresses', 'PROXY TCP4 0.0.0.0 0.0.0.0 0 0\r\n'],
  ['version 1, unknown', 'PROXY UNKNOWN\r\n'],
  ['version 1, UDP', 'PROXY UDP4 1.2.3.4 5.6.7.8 1234 80\r\n'],
  ['version 1, LF', 'PROXY TCP4 1.2.3.4 5.6.7.8 1234 80\n'],
  ['version 1, two blanks', 'PROXY TCP4  1.2.3.4 5.6.7.8 1234 80\r\n'],
  ['version 1, blank at the end', 'PROXY TCP4 1.2.3.4 5.6.7.8 1234 80 \r\n'],
  ['version 1, wrong family', 'PROXY TCP4 ::1 ::1 1234 80\r\n'],
  ['version 1, other wrong family', 'PROXY TCP6 1.2.3.4 1.2.3.4 1234 80\r\n'],
  ['version 1, no ports', 'PROXY TCP4 1.2.3.4 5.6.7.8\r\n'],
  ['version 1, lower case', 'proxy TCP4 1.2.3.4 5.6.7.8 1234 80\r\n'],
  ['nothing but the word', 'PROXY\r\n'],
  ['none', ''],
  ['version 2, IPv4', v2(1, 0x11, A4)],
  ['version 2, IPv6', encodeV2(ends, false, '')],
  ['version 2, checksum', encodeV2(ends, true, tlv(2, 'name'))],
  ['version 2, wrong checksum', v2(1, 0x11, A4 + tlv(3, 'abcd'))],
  ['version 2, fields', v2(1, 0x11, A4 + tlv(2, 'name') + tlv(5, 'uid') + tlv(0xe1, 'x'))],
  ['version 2, twice the same field', v2(1, 0x11, A4 + tlv(2, 'a') + tlv(2, 'b'))],
  ['version 2, long fields', v2(1, 0x11, A4 + tlv(2, 'h'.repeat(255)) + tlv(5, 'i'.repeat(128)))],
  ['version 2, too long a name', v2(1, 0x11, A4 + tlv(2, 'h'.repeat(256)))],
  ['version 2, too long an id', v2(1, 0x11, A4 + tlv(5, 'h'.repeat(129)))],
  ['version 2, field beyond the end', v2(1, 0x11, `${A4}\x02\0\x09abc`)],
  ['version 2, LOCAL', v2(0, 0, '')],
  ['version 2, LOCAL with rubbish', v2(0, 0x11, 'rubbish')],
  ['version 2, UDP', v2(1, 0x12, A4)],
  ['version 2, UNIX', v2(1, 0x31, '\0'.repeat(216))],
  ['version 2, unspecified', v2(1, 0, '')],
  ['version 2, unknown command', v2(2, 0x11, A4)],
  ['version 3', v2(1, 0x11, A4, 3)],
  ['version 2, short', v2(1, 0x11, A4.slice(0, 8))],
  ['a client that rules refuse', 'PROXY TCP4 9.9.9.9 5.6.7.8 1234 80\r\n'],
];

const tcp = `\x04\xd2\0\x50${'\0'.repeat(16)}`;
const ip4 = (protocol: string): string => `\x45\0\0\x28${'\0'.repeat(4)}\x40${protocol}\0\0${A4.slice(0, 8)}${tcp}`;
const cip = (inner: string, magic = '\x12\x34\x56\x78'): string =>
  `${magic}\0\0\0${String.fromCharCode(inner.length)}${inner}`;
const SCALER: readonly (readonly [string, string])[] = [
  ['IPv4', cip(ip4('\x06'))],
  ['IPv6', cip(`\x60${'\0'.repeat(5)}\x06\0\x20\x01\x0d\xb8${'\0'.repeat(11)}\x01${'\0'.repeat(15)}\x02${tcp}`)],
  ['standard form', `\x12\x34\x56\x78\0\0\0\x34\0\0\0\x28${ip4('\x06')}`],
  ['UDP', cip(ip4('\x11'))],
  ['another magic', cip(ip4('\x06'), '\x12\x34\x56\x79')],
  ['IP version 5', cip(`\x55${ip4('\x06').slice(1)}`)],
  ['none', ''],
];

/** A server that answers every GET, and keeps what each connection brought. */
class Origin {
  readonly connections: { received: string }[] = [];
  readonly #server = createServer((socket) => {
    const connection = { received: '' };
    this.connections.push(connection);
    socket.on('error', () => {});
    socket.on('data', (bytes: Buffer) => {
      const text = bytes.toString('latin1');
      connection.received += text;
      if (text.includes('GET ')) socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
    });
  });
  port = 0;

  static async start(): Promise<Origin> {
    const origin = new Origin();
    await new Promise<void>((listening) => origin.#server.listen(0, '127.0.0.1', listening));
    atEnd(() => void origin.#server.close());
    const address = origin.#server.address();
    if (typeof address === 'object' && address !== null) origin.port = address.port;
    return origin;
  }
}

interface Seen {
  readonly body: string;
  readonly ending: string;
  readonly log: readonly string[];
}

class Side {
  private constructor(
    readonly proxy: Proxy,
    readonly log: LogSink,
    readonly origin: Origin,
  ) {}

  static async start(begin: typeof startTsproxy): Promise<Side> {
    const log = await LogSink.start();
    const origin = await Origin.start();
    return new Side(await begin(CONFIG, { values: { log: log.port, origin: origin.port } }), log, origin);
  }

  /** Sends the pieces and looks at what comes back until the proxy closes, and at the log. */
  async perform(port: string, pieces: readonly (string | number)[], lines = 1, end = false): Promise<Seen> {
    const before = this.log.messages.length;
    const client = await RawClient.connect(this.proxy.port(port));
    for (const piece of pieces) await (typeof piece === 'number' ? pause(piece) : client.send(piece));
    if (end) client.end();
    await client.closed();
    const fresh = (): string[] => this.log.messages.slice(before);
    if (lines > 0) await until('its log line', () => fresh().length >= lines);
    const plain = (text: string): string =>
      text
        .replaceAll(`127.0.0.1:${client.port}`, 'CLIENT')
        .replaceAll(`fcdst=${this.proxy.port(port)}`, 'fcdst=OURS')
        .replaceAll(`127.0.0.1:${this.proxy.port(port)}`, 'OURS')
        .replace(/\[[^\]]*\] /, '')
        .replace(/ [-\d]+(?:\/[-+\d]+){4} /, ' TIMES ');
    return {
      body: plain(client.received.split('\r\n\r\n').at(-1) ?? ''),
      ending: client.ending,
      log: fresh().map(plain),
    };
  }

  /** What the origin saw in front of the request. */
  async relayed(port: string, header: string, path: string, fields = ''): Promise<string> {
    const before = this.origin.connections.length;
    const client = await RawClient.connect(this.proxy.port(port));
    client.send(header + get(path, fields));
    await client.response();
    client.send(get(path, fields));
    await client.response();
    client.close();
    const fresh = this.origin.connections.slice(before);
    // the second request has the same header; HAProxy does not always use its idle connection again
    if (this.proxy.name === 'tsproxy') expect(fresh).toHaveLength(1);
    const portBytes = (n: number): string => String.fromCharCode(n >> 8, n & 255);
    return fresh[0].received
      .split('GET ')[0]
      .replaceAll(String(client.port), 'CLIENT')
      .replaceAll(String(this.proxy.port(port)), 'OURS')
      .replaceAll(portBytes(client.port) + portBytes(this.proxy.port(port)), 'PORTS')
      .replace(/\x03\0\x04.{4}/s, 'CHECKSUM');
  }
}

describe.skipIf(lacks('haproxy'))('beside the real haproxy', () => {
  let ours: Side;
  let real: Side;
  beforeAll(async () => {
    [ours, real] = await Promise.all([Side.start(startTsproxy), Side.start(startHaproxy)]);
  });
  afterAll(async () => {
    await Promise.all([ours.proxy.stop(), real.proxy.stop()]);
  });

  const request = get('/', 'connection: close\r\n');

  async function same(port: string, pieces: readonly (string | number)[], lines = 1, end = false): Promise<void> {
    expect(await ours.perform(port, pieces, lines, end)).toEqual(await real.perform(port, pieces, lines, end));
  }

  test.each(HEADERS)('accept-proxy: %s', (_name, header) => same('proxy', [header + request]));
  test.each(HEADERS)('expect-proxy: %s', (_name, header) =>
    same('ruled', [header + request], header.includes('9.9.9.9') ? 0 : 1),
  );
  test.each(SCALER)('NetScaler: %s', (_name, header) => same('scaler', [header + request]));

  describe.each(['proxy', 'scaler'])('%s', (port) => {
    test('a client that leaves', () => same(port, [], 1, true));
    test('a client that says nothing', () => same(port, []));
  });
  test('nothing is logged of them with dontlognull', async () => {
    await same('ruled', [], 0, true);
    await same('ruled', [], 0);
  });
  test('the default format has no line for them', () => same('unlogged', ['rubbish'], 0));
  test('a header that comes late', () => same('proxy', [100, HEADERS[0][1] + request]));
  test('half a header and the end', async () => {
    const seen = await ours.perform('proxy', ['PROXY TCP4 1.2.3.4 5.6', 50], 1, true);
    expect(seen.log).toEqual(['CLIENT front/named: Truncated PROXY protocol header received']);
    expect((await real.perform('proxy', ['PROXY TCP4 1.2.3.4 5.6'])).log).toEqual(seen.log);
  });

  const v1 = 'PROXY TCP4 1.2.3.4 5.6.7.8 1234 80\r\n';
  const told = v2(1, 0x11, A4 + tlv(2, 'name') + tlv(5, 'uid'));
  const sources = [
    ['IPv4', v1],
    ['IPv6', encodeV2(ends, false, '')],
    ['unknown', 'PROXY UNKNOWN\r\n'],
    ['LOCAL', v2(0, 0, '')],
    ['told', told],
  ] as const;
  const paths = ['/v1', '/v2', '/options', '/tls', '/both', '/undone', '/plain'];
  const relays = sources.flatMap(([name, header]) => paths.map((path) => [name, path, header] as const));
  test.each(relays)('%s to %s', async (_name, path, header) => {
    expect(await ours.relayed('out', header, path)).toEqual(await real.relayed('out', header, path));
  });
  test.each(['/v1', '/v2'])('a source of another family to %s', async (path) => {
    const fields = 'x-src: 2001:db8::7\r\n';
    expect(await ours.relayed('out', v1, path, fields)).toEqual(await real.relayed('out', v1, path, fields));
  });
  test('addresses that a rule sets are those of one request', async () => {
    const answers = async ({ proxy }: Side): Promise<string[]> => {
      const client = await RawClient.connect(proxy.port('own'));
      const bodies: string[] = [];
      for (const text of [v1 + get('/', 'x-src: 9.8.7.6\r\n'), get('/'), get('/', 'x-src: 9.8.7.5\r\n')]) {
        client.send(text);
        bodies.push((await client.response()).body);
      }
      client.close();
      return bodies;
    };
    const seen = await answers(ours);
    expect(seen).toEqual(await answers(real));
    expect(seen).toEqual(['9.8.7.6 7', '1.2.3.4 80', '9.8.7.5 7']);
  });
  test('HTTP/2: clients of other headers share no connection, and checks have theirs', async () => {
    const answers = async ({ proxy }: Side): Promise<string[]> => {
      const client = await RawClient.connect(proxy.port('multiplexed'));
      const bodies: string[] = [];
      for (const source of ['9.8.7.6', '9.8.7.6', '9.8.7.5']) {
        client.send(get('/', `x-src: ${source}\r\n`));
        bodies.push((await client.response()).body);
      }
      client.close();
      return bodies;
    };
    const seen = await answers(ours);
    expect(seen).toEqual(await answers(real));
    expect(seen).toEqual(['9.8.7.6 2.0', '9.8.7.6 2.0', '9.8.7.5 2.0']);
  });
  test('TCP', async () => {
    expect(await ours.relayed('relay', told, '/')).toEqual(await real.relayed('relay', told, '/'));
  });
});

describe('where tsproxy keeps to the specification', () => {
  let side: Side;
  beforeAll(async () => {
    side = await Side.start(startTsproxy);
  });
  afterAll(() => side.proxy.stop());

  test.each([
    [
      'pieces are put together',
      ['PROX', 20, 'Y TCP4 1.2.3.4 5.6.7.8 12', 20, `34 80\r\n${get('/', 'connection: close\r\n')}`],
      /^src=1\.2\.3\.4:1234/,
    ],
    [
      'version 2 too',
      [v2(1, 0x11, A4).slice(0, 14), 20, v2(1, 0x11, A4).slice(14) + get('/', 'connection: close\r\n')],
      /^src=1\.2\.3\.4:1234/,
    ],
    [
      'UNKNOWN with addresses',
      [`PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n${get('/', 'connection: close\r\n')}`],
      /^src=CLIENT/,
    ],
    ['an address that is none', ['PROXY TCP4 1.2.3.444 5.6.7.8 1234 80\r\n'], /^$/],
  ] as const)('%s', async (_name, pieces, body) => {
    expect((await side.perform('proxy', pieces)).body).toMatch(body);
  });
});
