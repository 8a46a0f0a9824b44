import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ConnectionHeader } from './connection.js';
import type { H1Fields } from './fields.js';
import { request } from './testing.js';
import { requestHeadText } from './writer.js';

const HEAD = 'GET / HTTP/1.1\r\na: 1\r\nb: 2\r\na: 3\r\nc: 4\r\n\r\n';

function all(fields: H1Fields): string {
  return Array.from({ length: fields.count }, (_, i) => `${fields.name(i)}=${fields.value(i)}`).join(' ');
}

describe('edits', () => {
  const edits: [string, (fields: H1Fields) => void, string][] = [
    ['none', () => {}, 'a=1 b=2 a=3 c=4'],
    ['add', (f) => f.add('A', '5'), 'a=1 b=2 a=3 c=4 a=5'],
    ['set', (f) => f.set('A', '5'), 'b=2 c=4 a=5'],
    ['set a new one', (f) => f.set('d', '5'), 'a=1 b=2 a=3 c=4 d=5'],
    ['delete', (f) => f.delete('a'), 'b=2 c=4'],
    ['delete what was added', (f) => (f.add('a', '5'), f.delete('a')), 'b=2 c=4'],
    ['replace', (f) => f.replaceAt(2, 'x'), 'a=1 b=2 a=x c=4'],
    ['replace, then delete before', (f) => (f.replaceAt(2, 'x'), f.deleteAt(0)), 'b=2 a=x c=4'],
    ['replace what was added', (f) => (f.add('d', '5'), f.replaceAt(4, '6')), 'a=1 b=2 a=3 c=4 d=6'],
    ['delete all', (f) => [3, 2, 1, 0].forEach((i) => f.deleteAt(i)), ''],
    ['a value cannot become a field', (f) => f.add('d', 'x\r\ne: y\0'), 'a=1 b=2 a=3 c=4 d=x  e: y '],
  ];
  test.each(edits)('%s', (name, edit, expected) => {
    const head = request(HEAD);
    edit(head.headers);
    expect(all(head.headers)).toBe(expected);
    expect(head.edited).toBe(name !== 'none');
    const sent = requestHeadText(head, ConnectionHeader.None);
    expect(all(request(sent).headers)).toBe(expected.trimEnd());
  });

  test('finding', () => {
    const { headers } = request(HEAD);
    headers.add('a', '5');
    expect([0, 1, 3, 5].map((from) => headers.find('a', from))).toEqual([0, 2, 4, -1]);
    expect([headers.get('c'), headers.get('none')]).toEqual(['4', undefined]);
  });

  test('detach() keeps everything when the read buffer is overwritten', () => {
    const head = request('\r\n' + HEAD);
    const before = requestHeadText(head, ConnectionHeader.None);
    const received = head.buffer;
    head.detach();
    received.fill(0);
    expect([head.method, head.target, all(head.headers)]).toEqual(['GET', '/', 'a=1 b=2 a=3 c=4']);
    expect(requestHeadText(head, ConnectionHeader.None)).toBe(before);
    head.detach();
    expect(all(head.headers)).toBe('a=1 b=2 a=3 c=4');
  });

  test('setting the line', () => {
    const head = request(HEAD);
    head.method = 'POST';
    head.target = '/other';
    expect(requestHeadText(head, ConnectionHeader.Close)).toMatch(
      /^POST \/other HTTP\/1\.1\r\na: 1\r\n.*connection: close\r\n\r\n$/s,
    );
    head.reset();
    expect([head.edited, head.headers.count]).toEqual([false, 0]);
  });
});

test('any sequence of edits does what it does to a plain list', () => {
  const name = fc.constantFrom('a', 'b', 'c', 'x-long-name');
  const value = fc.string({ unit: fc.constantFrom('a', '1', ' ', ';'), maxLength: 5 }).map((text) => text.trim());
  const command = fc.oneof(
    fc.record({ kind: fc.constant('add' as const), name, value }),
    fc.record({ kind: fc.constant('set' as const), name, value }),
    fc.record({ kind: fc.constant('delete' as const), name }),
    fc.record({ kind: fc.constant('replace' as const), at: fc.nat(8), value }),
    fc.record({ kind: fc.constant('remove' as const), at: fc.nat(8) }),
  );
  fc.assert(
    fc.property(
      fc.array(fc.tuple(name, value), { maxLength: 30 }),
      fc.array(command, { maxLength: 12 }),
      (start, commands) => {
        const head = request(`GET / HTTP/1.1\r\n${start.map(([n, v]) => `${n}: ${v}\r\n`).join('')}\r\n`);
        let model: [string, string][] = start;
        for (const c of commands) {
          if (c.kind === 'add' || c.kind === 'set') {
            head.headers[c.kind](c.name, c.value);
            model = [...(c.kind === 'set' ? model.filter(([n]) => n !== c.name) : model), [c.name, c.value]];
          } else if (c.kind === 'delete') {
            head.headers.delete(c.name);
            model = model.filter(([n]) => n !== c.name);
          } else if (c.at < model.length) {
            if (c.kind === 'replace') head.headers.replaceAt(c.at, c.value);
            else head.headers.deleteAt(c.at);
            model = model.flatMap<[string, string]>(([n, v], i) =>
              i !== c.at ? [[n, v]] : c.kind === 'replace' ? [[n, c.value]] : [],
            );
          }
        }
        const expected = model.map(([n, v]) => `${n}: ${v}\r\n`).join('');
        expect(requestHeadText(head, ConnectionHeader.None)).toBe(`GET / HTTP/1.1\r\n${expected}\r\n`);
      },
    ),
  );
});
