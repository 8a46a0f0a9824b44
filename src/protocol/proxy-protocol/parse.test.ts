import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { crc32c } from '../../base/hash/crc32c.js';
import { encodeV1, encodeV2, sslTlv, tlvBytes } from './encode.js';
import { netscalerParser } from './netscaler.js';
import type { HeaderOutcome } from './outcome.js';
import { parseProxyHeader } from './parse.js';
import { SIGNATURE } from './v2.js';

const read = (text: string): HeaderOutcome => parseProxyHeader(Buffer.from(text, 'latin1'), text.length);

/** The outcome in a few words: `1.2.3.4:1234>5.6.7.8:80`, `own`, `incomplete` or `refused 16`. */
function short(outcome: HeaderOutcome): string {
  if (outcome.kind === 'incomplete') return 'incomplete';
  if (outcome.kind === 'refused') return `refused ${outcome.error}${outcome.source === undefined ? '' : ' late'}`;
  const { source, destination, tlvs } = outcome.header;
  const fields = tlvs.map(({ type, value }) => ` ${type}=${value}`).join('');
  if (source === undefined || destination === undefined) return `own${fields}`;
  return `${source.address}:${source.port}>${destination.address}:${destination.port}${fields}`;
}

const A4 = '\x01\x02\x03\x04\x05\x06\x07\x08\x04\xd2\0\x50';
const A6 = `\x20\x01\x0d\xb8${'\0'.repeat(11)}\x01${'\0'.repeat(15)}\x01\x04\xd2\0\x50`;
const size = (length: number): string => String.fromCharCode(length >> 8, length & 255);
const v2 = (command: number, family: number, body: string, version = 2): string =>
  SIGNATURE + String.fromCharCode((version << 4) | command, family) + size(body.length) + body;
const tlv = (type: number, value: string): string => tlvBytes({ type, value });

function withChecksum(flip: number): string {
  const sum = crc32c(v2(1, 0x11, A4 + tlv(3, '\0\0\0\0'))) ^ flip;
  return v2(1, 0x11, A4 + tlv(3, size((sum >>> 16) & 0xffff) + size(sum & 0xffff)));
}

describe('version 1', () => {
  test.each([
    ['PROXY TCP4 1.2.3.4 5.6.7.8 1234 80\r\n', '1.2.3.4:1234>5.6.7.8:80'],
    ['PROXY TCP6 2001:db8::1 ::1 1234 80\r\n', '2001:db8::1:1234>::1:80'],
    ['PROXY TCP6 ::ffff:1.2.3.4 ::1 1234 80\r\n', '::ffff:1.2.3.4:1234>::1:80'],
    ['PROXY TCP4 0.0.0.0 255.255.255.255 0 65535\r\n', '0.0.0.0:0>255.255.255.255:65535'],
    ['PROXY UNKNOWN\r\n', 'own'],
    ['PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n', 'own'],
    [`PROXY UNKNOWN ${'x'.repeat(91)}\r\n`, 'own'],
    [`PROXY UNKNOWN ${'x'.repeat(92)}\r\n`, 'refused 17'],
    ['PROXY UNKNOWNxx\r\n', 'refused 17'],
    ['PROXY\r\n', 'refused 14'],
    ['PROXY\r\nGET / HTTP', 'refused 15'],
    ['PROXY \r\n', 'refused 17'],
    ['proxy TCP4 1.2.3.4 5.6.7.8 70 80\r\n', 'refused 15'],
    ['GET / HTTP/1.1\r\n', 'refused 15'],
    ['PROXY UDP4 1.2.3.4 5.6.7.8 70 80\r\n', 'refused 17'],
    ['PROXY TCP4 1.2.3.4 5.6.7.8 1234 80\n', 'refused 16'],
    ['PROXY TCP4  1.2.3.4 5.6.7.8 1234 80\r\n', 'refused 16'],
    ['PROXY TCP4 1.2.3.4 5.6.7.8 1234 80 \r\n', 'refused 16'],
    ['PROXY TCP4 01.2.3.4 5.6.7.8 1234 80\r\n', 'refused 16'],
    ['PROXY TCP4 1.2.3.4 5.6.7.8 01234 80\r\n', 'refused 16'],
    ['PROXY TCP4 1.2.3.4 5.6.7.8 70000 80\r\n', 'refused 16'],
    ['PROXY TCP4 1.2.3.444 5.6.7.8 70 80\r\n', 'refused 16'],
    ['PROXY TCP4 1.2.3 5.6.7.8 70 80\r\n', 'refused 16'],
    ['PROXY TCP4 1.2.3.4 5.6.7.8\r\n', 'refused 16'],
    ['PROXY TCP4 1.2.3.4 5.6.7.8 70 \r\n', 'refused 16'],
    ['PROXY TCP4 1.2.3.4 5.6.7.8 x', 'refused 16'],
    ['PROXY TCP4 ::1 ::1 70 80\r\n', 'refused 16'],
    ['PROXY TCP6 1.2.3.4 1.2.3.4 70 80\r\n', 'refused 16'],
    ['PROXY TCP6 fe80::1%lo ::1 70 80\r\n', 'refused 16'],
    ['', 'incomplete'],
    ['PROX', 'incomplete'],
    ['PROXY ', 'incomplete'],
    ['PROXY TC', 'incomplete'],
    ['PROXY TCP4 1.2.3.4', 'incomplete'],
    ['PROXY TCP4 1.2.3.4 5.6.7.8 1234 80\r', 'incomplete'],
    ['PROXY TCP4 1.2.3.4 5.6.7.8 1234 80\rx', 'refused 16'],
    ['PROXY UNKNOWN', 'incomplete'],
  ])('%j: %s', (text, expected) => expect(short(read(text))).toBe(expected));
});

describe('version 2', () => {
  test.each([
    ['TCP over IPv4', v2(1, 0x11, A4), '1.2.3.4:1234>5.6.7.8:80'],
    ['TCP over IPv6', v2(1, 0x21, A6), '2001:db8::1:1234>::1:80'],
    ['fields', v2(1, 0x11, A4 + tlv(2, 'host') + tlv(0xe1, 'x')), '1.2.3.4:1234>5.6.7.8:80 2=host 225=x'],
    [
      'TLS',
      v2(1, 0x11, A4 + tlv(0x20, '\x01\0\0\0\0' + tlv(0x22, 'me'))),
      '1.2.3.4:1234>5.6.7.8:80 32=\x01\0\0\0\0"\0\x02me 34=me',
    ],
    ['LOCAL', v2(0, 0, ''), 'own'],
    ['LOCAL ignores what follows', v2(0, 0x11, 'rubbish'), 'own'],
    ['checksum', withChecksum(0), '1.2.3.4:1234>5.6.7.8:80 3='],
    ['wrong checksum', withChecksum(1), 'refused 16 late'],
    ['short checksum', v2(1, 0x11, A4 + tlv(3, '\0\0')), 'refused 16 late'],
    ['UDP', v2(1, 0x12, A4), 'refused 16'],
    ['UNIX', v2(1, 0x31, '\0'.repeat(216)), 'refused 16'],
    ['unspecified', v2(1, 0, ''), 'refused 16'],
    ['unknown command', v2(2, 0x11, A4), 'refused 16'],
    ['version 1', v2(1, 0x11, A4, 1), 'refused 15'],
    ['version 3', v2(1, 0x11, A4, 3), 'refused 15'],
    ['short addresses', v2(1, 0x11, A4.slice(0, 8)), 'refused 16'],
    ['short IPv6 addresses', v2(1, 0x21, A6.slice(0, 20)), 'refused 16'],
    ['field beyond the end', v2(1, 0x11, `${A4}\x02\0\x09abc`), 'refused 16 late'],
    ['half a field', v2(1, 0x11, `${A4}\x02\0`), 'refused 16 late'],
    ['long authority', v2(1, 0x11, A4 + tlv(2, 'h'.repeat(256))), 'refused 16 late'],
    ['long unique id', v2(1, 0x11, A4 + tlv(5, 'h'.repeat(129))), 'refused 16 late'],
    ['signature only', SIGNATURE, 'incomplete'],
    ['head only', v2(1, 0x11, A4).slice(0, 16), 'incomplete'],
    ['all but a byte', v2(1, 0x11, A4).slice(0, -1), 'incomplete'],
    ['wrong signature', `${SIGNATURE.slice(0, 11)}x`, 'refused 15'],
  ])('%s', (_name, text, expected) => expect(short(read(text)).replace(/ 3=.{4}$/s, ' 3=')).toBe(expected));
});

describe('NetScaler', () => {
  const MAGIC = 0x12345678;
  const parse = netscalerParser(MAGIC);
  const tcp = '\x04\xd2\0\x50';
  const ip4 = (protocol: string): string => `\x45${'\0'.repeat(8)}${protocol}\0\0${A4.slice(0, 8)}${tcp}`;
  const ip6 = `\x60${'\0'.repeat(5)}\x06\0${A6.slice(0, 32)}${tcp}`;
  const legacy = (inner: string, magic = '\x12\x34\x56\x78'): string => `${magic}\0\0${size(inner.length)}${inner}`;
  test.each([
    ['legacy IPv4', legacy(ip4('\x06')), '1.2.3.4:1234>5.6.7.8:80'],
    ['legacy IPv6', legacy(ip6), '2001:db8::1:1234>::1:80'],
    ['standard', `\x12\x34\x56\x78\0\0${size(36)}\0\0${size(24)}${ip4('\x06')}`, '1.2.3.4:1234>5.6.7.8:80'],
    ['another magic', legacy(ip4('\x06'), '\x12\x34\x56\x79'), 'refused 22'],
    ['HTTP', 'GET / HTTP/1.1\r\n', 'refused 22'],
    ['UDP', legacy(ip4('\x11')), 'refused 23'],
    ['IP version 5', legacy(`\x55${ip4('\x06').slice(1)}`), 'refused 23'],
    ['too short for an IP header', legacy(ip4('\x06').slice(0, 12)), 'refused 21'],
    ['too short for an IPv6 header', legacy(ip6.slice(0, 30)), 'refused 21'],
    ['nothing inside', `\x12\x34\x56\x78\0\0${size(36)}\0\0\0\0rest`, 'refused 23'],
    ['incomplete', legacy(ip4('\x06')).slice(0, -1), 'incomplete'],
    ['magic only', '\x12\x34\x56\x78', 'incomplete'],
  ])('%s', (_name, text, expected) => {
    expect(short(parse(Buffer.from(text, 'latin1'), text.length))).toBe(expected);
  });
});

describe('what is written', () => {
  const v4 = {
    source: { address: '1.2.3.4', port: 1234, family: 4 },
    destination: { address: '5.6.7.8', port: 80, family: 4 },
  } as const;
  const v6 = {
    source: { address: '2001:db8::1', port: 1234, family: 6 },
    destination: { address: '::1', port: 80, family: 6 },
  } as const;
  const unix = { address: '', port: 0, family: 0 } as const;

  test.each([
    [v4, 'PROXY TCP4 1.2.3.4 5.6.7.8 1234 80\r\n'],
    [v6, 'PROXY TCP6 2001:db8::1 ::1 1234 80\r\n'],
    [{ source: unix, destination: unix }, 'PROXY UNKNOWN\r\n'],
    [{ source: v4.source, destination: v6.destination }, 'PROXY TCP6 ::ffff:1.2.3.4 ::1 1234 80\r\n'],
  ])('version 1 %#', (ends, expected) => expect(encodeV1(ends)).toBe(expected));

  test.each([
    ['IPv4', encodeV2(v4, false, ''), v2(1, 0x11, A4)],
    ['IPv6', encodeV2(v6, false, ''), v2(1, 0x21, A6)],
    ['LOCAL', encodeV2(undefined, false, ''), v2(0, 0, '')],
    ['UNIX is LOCAL', encodeV2({ source: unix, destination: unix }, false, ''), v2(0, 0, '')],
    ['fields', encodeV2(v4, false, tlv(2, 'host')), v2(1, 0x11, A4 + tlv(2, 'host'))],
    ['no TLS', encodeV2(v4, false, tlvBytes(sslTlv(undefined, new Set()))), v2(1, 0x11, `${A4}\x20\0\x05\0\0\0\0\0`)],
    ['checksum', encodeV2(v4, true, ''), withChecksum(0)],
  ])('version 2, %s', (_name, text, expected) => expect(text).toBe(expected));

  test("a client's TLS", () => {
    const tls = {
      version: 'TLSv1.3',
      cipher: 'AES',
      certificate: true,
      resumed: false,
      verify: 0x102,
      commonName: () => 'me',
      keyAlgorithm: () => 'EC256',
      signatureAlgorithm: () => '',
    };
    expect(sslTlv(tls, new Set(['cert-cn', 'cert-sig']))).toEqual({
      type: 0x20,
      value: '\x07\0\0\x01\x02\x21\0\x07TLSv1.3\x22\0\x02me',
    });
    // the certificate was shown on an earlier connection
    expect(sslTlv({ ...tls, resumed: true }, new Set()).value).toBe('\x05\0\0\x01\x02\x21\0\x07TLSv1.3');
  });
});

const port = fc.integer({ min: 0, max: 65_535 });
const endsOf = (family: 4 | 6) => {
  const address = family === 4 ? fc.ipV4() : fc.ipV6().filter((text) => !text.includes('.'));
  return fc.record({
    source: fc.record({ address, port, family: fc.constant(family) }),
    destination: fc.record({ address, port, family: fc.constant(family) }),
  });
};
const tlvs = fc.array(
  fc.record({ type: fc.integer({ min: 0x40, max: 0xff }), value: fc.string({ unit: 'binary-ascii', maxLength: 300 }) }),
  { maxLength: 5 },
);

describe('properties', () => {
  test('what is written can be read, however it arrives', () => {
    fc.assert(
      fc.property(fc.oneof(endsOf(4), endsOf(6)), tlvs, fc.boolean(), fc.string(), (ends, fields, checksum, rest) => {
        const text = encodeV2(ends, checksum, fields.map(tlvBytes).join(''));
        const outcome = read(text + rest);
        expect(outcome).toMatchObject({ kind: 'header', length: text.length });
        if (outcome.kind !== 'header') return;
        expect(outcome.header.source?.port).toBe(ends.source.port);
        expect(
          encodeV2(
            {
              source: outcome.header.source ?? ends.source,
              destination: outcome.header.destination ?? ends.destination,
            },
            checksum,
            fields.map(tlvBytes).join(''),
          ),
        ).toBe(text);
        expect(outcome.header.tlvs.filter(({ type }) => type !== 3)).toEqual(fields);
        for (let cut = 0; cut < text.length; cut++) expect(read(text.slice(0, cut)).kind).toBe('incomplete');
      }),
      { numRuns: 60 },
    );
  });

  test('version 1 likewise', () => {
    fc.assert(
      fc.property(fc.oneof(endsOf(4), endsOf(6)), fc.string(), (ends, rest) => {
        const text = encodeV1(ends);
        expect(read(text + rest)).toMatchObject({ kind: 'header', length: text.length, header: ends });
        for (let cut = 0; cut < text.length; cut++) expect(read(text.slice(0, cut)).kind).toBe('incomplete');
      }),
      { numRuns: 60 },
    );
  });

  test('no bytes make it throw, and more of them never turn a verdict', () => {
    const bytes = fc.oneof(
      fc.string({ unit: 'binary-ascii' }),
      fc.string({ unit: 'binary-ascii' }).map((text) => SIGNATURE + text),
      fc.string({ unit: 'binary-ascii' }).map((text) => `PROXY ${text}`),
      fc.string({ unit: 'binary-ascii' }).map((text) => `PROXY TCP4 ${text}`),
    );
    fc.assert(
      fc.property(bytes, bytes, (first, second) => {
        const before = read(first);
        if (before.kind === 'incomplete') return;
        expect(read(first + second).kind).toBe(before.kind);
      }),
    );
  });
});
