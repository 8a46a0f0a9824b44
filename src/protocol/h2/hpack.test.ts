import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DynamicTable } from './dynamic-table.js';
import { FieldList, HpackDecoder } from './hpack-decoder.js';
import { HpackEncoder } from './hpack-encoder.js';
import { huffmanDecode, huffmanEncode, huffmanLength } from './huffman.js';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

function decode(decoder: HpackDecoder, block: Buffer, maxFields = 100, maxSize = 10_000): string[] | undefined {
  const fields = new FieldList();
  if (!decoder.decode(block, 0, block.length, fields, maxFields, maxSize)) return undefined;
  return Array.from({ length: fields.count }, (_, i) => `${fields.names[i]}: ${fields.values[i]}`);
}

function encode(encoder: HpackEncoder, fields: readonly (readonly [string, string])[]): Buffer {
  const buffer = Buffer.alloc(fields.reduce((sum, [name, value]) => sum + HpackEncoder.room(name, value), 16));
  let at = encoder.begin(buffer, 0);
  for (const [name, value] of fields) at = encoder.field(buffer, at, name, value);
  return buffer.subarray(0, at);
}

const COMMON = [':scheme: http', ':path: /', ':authority: www.example.com'];
const REQUESTS = [
  [':method: GET', ...COMMON],
  [':method: GET', ...COMMON, 'cache-control: no-cache'],
  [':method: GET', ':scheme: https', ':path: /index.html', ':authority: www.example.com', 'custom-key: custom-value'],
];
const RESPONSES = [
  [
    ':status: 302',
    'cache-control: private',
    'date: Mon, 21 Oct 2013 20:13:21 GMT',
    'location: https://www.example.com',
  ],
  [
    ':status: 307',
    'cache-control: private',
    'date: Mon, 21 Oct 2013 20:13:21 GMT',
    'location: https://www.example.com',
  ],
  [
    ':status: 200',
    'cache-control: private',
    'date: Mon, 21 Oct 2013 20:13:22 GMT',
    'location: https://www.example.com',
    'content-encoding: gzip',
    'set-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1',
  ],
];

describe('RFC 7541 appendix C', () => {
  test.each([
    ['C.2.1', '400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572', 'custom-key: custom-header'],
    ['C.2.2', '040c 2f73 616d 706c 652f 7061 7468', ':path: /sample/path'],
    ['C.2.3', '1008 7061 7373 776f 7264 0673 6563 7265 74', 'password: secret'],
    ['C.2.4', '82', ':method: GET'],
  ])('%s', (_name, block, field) => {
    expect(decode(new HpackDecoder(4096, 1000), hex(block))).toEqual([field]);
  });

  test.each([
    ['C.3, requests', 4096, REQUESTS, ['8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d', '8286 84be 5808 6e6f 2d63 6163 6865', '8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65']],
    ['C.4, requests, Huffman', 4096, REQUESTS, ['8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff', '8286 84be 5886 a8eb 1064 9cbf', '8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf']],
    ['C.5, responses', 256, RESPONSES, [
      '4803 3330 3258 0770 7269 7661 7465 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3120 474d 546e 1768 7474 7073 3a2f 2f77 7777 2e65 7861 6d70 6c65 2e63 6f6d',
      '4803 3330 37c1 c0bf',
      '88c1 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3220 474d 54c0 5a04 677a 6970 7738 666f 6f3d 4153 444a 4b48 514b 425a 584f 5157 454f 5049 5541 5851 5745 4f49 553b 206d 6178 2d61 6765 3d33 3630 303b 2076 6572 7369 6f6e 3d31',
    ]],
    ['C.6, responses, Huffman', 256, RESPONSES, [
      '4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d 29ad 1718 63c7 8f0b 97c8 e9ae 82ae 43d3',
      '4883 640e ffc1 c0bf',
      '88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad 94e7 821d d7f2 e6c7 b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed 4ee5 b106 3d50 07',
    ]],
  ] as const)('%s', (_name, size, messages, blocks) => {
    const decoder = new HpackDecoder(size, 1000);
    expect(blocks.map((block) => decode(decoder, hex(block)))).toEqual(messages);
  }); // prettier-ignore
});

describe('the Huffman code', () => {
  test.each([
    ['www.example.com', 'f1e3 c2e5 f23a 6ba0 ab90 f4ff'],
    ['no-cache', 'a8eb 1064 9cbf'],
    ['', ''],
  ])('%s', (text, coded) => {
    const target = Buffer.alloc(100);
    const length = huffmanEncode(text, target, 0);
    expect(target.subarray(0, length)).toEqual(hex(coded));
    expect(huffmanLength(text)).toBe(length);
  });

  test('every byte there and back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const text = Buffer.from(bytes).toString('latin1');
        const coded = Buffer.alloc(huffmanLength(text) + 5);
        const end = huffmanEncode(text, coded, 5);
        expect(end).toBe(coded.length);
        const decoded = Buffer.alloc(bytes.length);
        expect(huffmanDecode(coded, 5, end, decoded)).toBe(bytes.length);
        expect(decoded).toEqual(Buffer.from(bytes));
      }),
    );
  });

  test.each([
    ['padding of a whole byte', 'ff'],
    ['padding with zeros', '00'],
    ['EOS', 'ffff ffff'],
    ['a cut code', 'fe'],
  ])('refuses %s', (_name, bytes) => {
    const coded = hex(bytes);
    expect(huffmanDecode(coded, 0, coded.length, Buffer.alloc(100))).toBe(bytes === '00' ? -1 : -1);
  });

  test('refuses what does not fit', () => {
    const coded = hex('a8eb 1064 9cbf');
    expect(huffmanDecode(coded, 0, coded.length, Buffer.alloc(7))).toBe(-1);
  });
});

describe('the decoder refuses', () => {
  test.each([
    ['index 0', '80'],
    ['an index beyond the tables', 'be'],
    ['a name beyond the tables', '7f01 0161'],
    ['a cut integer', 'ff'],
    ['an endless integer', 'ff80 8080 8080 8080 8080 01'],
    ['a cut string', '0005 6162'],
    ['no value', '4001 61'],
    ['an empty name', '0000 0161'],
    ['a table larger than allowed', '3fe2 1f'],
    ['a change of size behind fields', '8220'],
  ])('%s', (_name, block) => {
    expect(decode(new HpackDecoder(4096, 1000), hex(block))).toBeUndefined();
  });

  test('more fields than allowed, but stays in step', () => {
    const encoder = new HpackEncoder();
    const decoder = new HpackDecoder(4096, 1000);
    const many = Array.from({ length: 5 }, (_, i) => [`x-${i}`, 'value'] as const);
    decode(decoder, encode(encoder, many), 3);
    expect(decoder.overflowed).toBe(true);
    expect(decode(decoder, encode(encoder, many))).toEqual(many.map(([name, value]) => `${name}: ${value}`));
    expect(decoder.overflowed).toBe(false);
  });

  test('nothing by crashing', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 64 }), { maxLength: 8 }), (blocks) => {
        const decoder = new HpackDecoder(256, 100);
        for (const block of blocks) decode(decoder, Buffer.from(block), 8, 200);
      }),
    );
  });
});

describe('encoder and decoder agree', () => {
  const name = fc.constantFrom('a', 'cookie', 'set-cookie', ':status', 'content-length', 'x-long', 'date', 'server');
  const value = fc.oneof(
    fc.constantFrom('', '200', 'x', 'y'.repeat(700)),
    fc.string({ unit: 'binary-ascii', maxLength: 80 }),
  );
  const step = fc.oneof(
    fc.record({ fields: fc.array(fc.tuple(name, value), { maxLength: 12 }) }),
    fc.record({ resize: fc.constantFrom(0, 64, 200, 4096, 65_536) }),
  );

  test('whatever is sent and however the table changes', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        const encoder = new HpackEncoder();
        const decoder = new HpackDecoder(4096, 2000);
        for (const each of steps) {
          if ('resize' in each) encoder.allow(each.resize);
          else
            expect(decode(decoder, encode(encoder, each.fields), 100, 100_000)).toEqual(
              each.fields.map(([key, text]) => `${key}: ${text}`),
            );
        }
      }),
    );
  });

  test('what comes again costs a byte', () => {
    const encoder = new HpackEncoder();
    const fields = [['server', 'nginx'], ['x-frame-options', 'deny']] as const; // prettier-ignore
    expect(encode(encoder, fields).length).toBeGreaterThan(10);
    expect(encode(encoder, fields)).toEqual(hex('bf be'));
  });

  test('secrets and volatile values are kept out of the table', () => {
    const encoder = new HpackEncoder();
    const fields = [['set-cookie', 'id=1'], ['authorization', 'Basic x'], ['content-length', '77']] as const; // prettier-ignore
    expect(encode(encoder, fields)).toEqual(encode(encoder, fields));
    expect(encode(encoder, fields)[0] & 0xf0).toBe(0x10);
  });
});

test('a table forgets the oldest first', () => {
  const table = new DynamicTable(100);
  for (const name of ['a', 'b', 'c']) table.add(name, '1');
  expect([table.count, table.size, table.name(0), table.name(1)]).toEqual([2, 68, 'c', 'b']);
  table.resize(40);
  expect([table.count, table.name(0), table.value(0)]).toEqual([1, 'c', '1']);
  expect(table.add('x'.repeat(10), '')).toBe(false);
  expect([table.count, table.size]).toEqual([0, 0]);
});
