import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Cursor } from '../../config/cursor.js';
import { Diagnostics } from '../../config/diagnostics.js';
import { parseStickTable } from '../../config/stick-table.js';
import { wordsOf } from '../../language/testing.js';
import { Arena } from '../../state/arena.js';
import { SharedTable } from '../../state/stick-table/table.js';
import { readData, readDefinition, readKey, sameKeys, writeDefinition, writeEntry } from './entries.js';
import { PeerProtocolError, Reader, Writer } from './integers.js';
import { longMessage, MessageSplitter, readHello, Status, TableMessage } from './messages.js';
import { ReceivedNames, SentNames } from './names.js';

const hex = (write: (out: Writer) => void): string => {
  const out = new Writer();
  write(out);
  return out.take().toString('hex');
};

describe('integers', () => {
  test.each([
    [0, '00'],
    [239, 'ef'],
    [240, 'f000'],
    // the example of peers.txt
    [0x1234, 'f49401'],
    [2287, 'ff7f'],
    [2288, 'f08000'],
    [4_328_786_159, 'ffffffff7f'],
  ])('%i is %s', (value, bytes) => {
    expect(hex((out) => out.integer(value))).toBe(bytes);
    expect(new Reader(Buffer.from(bytes, 'hex')).integer()).toBe(value);
  });

  test('any integer comes back', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (value) => {
        expect(
          new Reader(
            Buffer.from(
              hex((out) => out.integer(value)),
              'hex',
            ),
          ).integer(),
        ).toBe(value);
      }),
    );
  });

  test.each(['', 'f0', 'f080', 'ffffff'])('%s is cut off', (bytes) => {
    expect(() => new Reader(Buffer.from(bytes, 'hex')).integer()).toThrow(PeerProtocolError);
  });

  test('one without end is refused', () => {
    expect(() => new Reader(Buffer.alloc(40, 0xff)).integer()).toThrow(PeerProtocolError);
  });
});

test.each<[string[], unknown]>([
  [['HAProxyS 2.1', 'A', 'B 12 1'], { remote: 'A', local: 'B', minor: 1 }],
  [['HAProxyS 2.0', 'A', 'B'], { remote: 'A', local: 'B', minor: 0 }],
  [['HAProxyS 3.0', 'A', 'B 1 1'], Status.BadVersion],
  [['HAProxyX 2.1', 'A', 'B 1 1'], Status.ProtocolError],
  [['GET / HTTP/1.1', '', ''], Status.ProtocolError],
  [['HAProxyS 2.1', 'A', ''], Status.ProtocolError],
])('hello %j', ([first, second, third], expected) => {
  expect(readHello(first, second, third)).toEqual(expected);
});

describe('messages', () => {
  const stream = Buffer.concat([
    Buffer.from([0, 4]),
    longMessage(TableMessage.Update, Buffer.alloc(300, 7)),
    Buffer.from([1, 0]),
    longMessage(TableMessage.Ack, Buffer.alloc(0)),
  ]);
  const split = (pieces: readonly Buffer[]): string[] => {
    const found: string[] = [];
    const splitter = new MessageSplitter();
    for (const piece of pieces)
      splitter.push(piece, (kind, type, data) => found.push(`${kind}.${type}:${data.length}`) > 0);
    return found;
  };

  test('are cut out of what arrives, however that is cut', () => {
    const whole = ['0.4:0', '10.128:300', '1.0:0', '10.132:0'];
    expect(split([stream])).toEqual(whole);
    fc.assert(
      fc.property(fc.array(fc.nat(stream.length)), (places) => {
        const cuts = [0, ...places.toSorted((a, b) => a - b), stream.length];
        expect(split(cuts.slice(1).map((end, index) => stream.subarray(cuts[index], end)))).toEqual(whole);
      }),
    );
  });

  test('too long ones are refused', () => {
    const huge = Buffer.from(
      hex((out) => [10, 128].forEach((byte) => out.byte(byte))) + hex((out) => out.integer(1e9)),
      'hex',
    );
    expect(() => split([huge])).toThrow(PeerProtocolError);
  });
});

test('a name is sent once, then its number', () => {
  const sent = new SentNames();
  const received = new ReceivedNames();
  const out = new Writer();
  const names = ['a', undefined, 'b', 'a', ...Array.from({ length: 200 }, (_, index) => `s${index}`), 'a', 'b'];
  for (const name of names) sent.write(out, name);
  const from = new Reader(out.take());
  expect(names.map(() => received.read(from))).toEqual(names);
  const short = new Writer();
  sent.write(short, 'b');
  expect(short.length).toBe(2);
});

describe('tables', () => {
  const make = (line: string): SharedTable => {
    const cursor = new Cursor(wordsOf(`stick-table ${line}`), new Diagnostics());
    cursor.next('the keyword');
    const model = parseStickTable(cursor);
    return new SharedTable(model, 't', model.store, new Arena(), true);
  };

  test('a definition says what is stored, and how', () => {
    const out = new Writer();
    writeDefinition(
      out,
      make('type string len 10 size 5 expire 1m store gpc(3),conn_rate(10s),gpc_rate(2,5s),conn_cur'),
      7,
      '/t',
    );
    const remote = readDefinition(new Reader(out.take()));
    expect(remote).toMatchObject({ id: 7, name: '/t', keyType: 6, keyLength: 11 });
    expect(remote.data.map(({ name, count, rate }) => [name, count, rate])).toEqual([
      ['conn_rate', 1, true],
      ['conn_cur', 1, false],
      ['gpc', 3, false],
      ['gpc_rate', 2, true],
    ]);
    expect(sameKeys(make('type string len 10 size 1k'), remote)).toBe(true);
    expect(sameKeys(make('type string len 11 size 1k'), remote)).toBe(false);
    expect(sameKeys(make('type binary len 11 size 1k'), remote)).toBe(false);
  });

  test.each([
    ['ip', 0xc0000201],
    ['ipv6', Uint8Array.from({ length: 16 }, (_, index) => index * 16)],
    ['integer', 4_000_000_000],
    ['string', 'k\xe9y'],
    ['binary len 5', 'ab\0cd'],
  ])('an entry of type %s arrives, but for current connections', (type, key) => {
    const [ours, theirs] = [make(`type ${type} size 5 store gpc(2),conn_rate(10s),conn_cur,bytes_in_cnt,gpt0`), make(`type ${type} size 5 store gpc(2),conn_cur,bytes_in_cnt,conn_rate(10s)`)]; // prettier-ignore
    const entry = ours.hold(key);
    const put = (name: 'gpc' | 'conn_rate' | 'conn_cur' | 'bytes_in_cnt' | 'gpt0', value: number, index = 0): void => {
      const field = ours.field(name, index);
      if (field !== undefined) ours.write(entry, field, value);
    };
    put('gpc', 5, 1);
    put('conn_rate', 12);
    put('conn_cur', 3);
    put('bytes_in_cnt', 7e9);
    put('gpt0', 1);
    const out = new Writer();
    writeDefinition(out, ours, 1, 't');
    const remote = readDefinition(new Reader(out.take()));
    out.reset();
    writeEntry(out, ours, entry, new SentNames());
    const from = new Reader(out.take());
    const received = readKey(from, theirs);
    expect(received).toEqual(key);
    const copy = theirs.hold(received);
    readData(from, remote, theirs, copy, new ReceivedNames());
    expect(from.left).toBe(0);
    const values = theirs.data.flatMap(({ name, count }) =>
      Array.from({ length: count }, (_, index) => {
        const field = theirs.field(name, index);
        return field === undefined ? undefined : theirs.read(copy, field);
      }),
    );
    expect(values).toEqual([12, 0, 7e9, 0, 5]);
  });

  test('garbage is refused, whatever it is', () => {
    const table = make('type string size 5 store gpc0,conn_rate(10s)');
    const out = new Writer();
    writeDefinition(out, table, 1, 't');
    const remote = readDefinition(new Reader(out.take()));
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        try {
          const from = new Reader(Buffer.from(bytes));
          const entry = table.hold(readKey(from, table));
          readData(from, remote, table, entry, new ReceivedNames());
        } catch (error) {
          expect(error).toBeInstanceOf(PeerProtocolError);
        }
      }),
    );
  });
});
