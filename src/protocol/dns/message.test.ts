import dns, { type Answer, type Packet } from 'dns-packet';
import { describe, expect, test } from 'vitest';
import { decodeMessage, encodeQuestion, isAskable, judge, type QuestionType, type Verdict } from './message.js';

const NX = 3;
const REFUSED = 5;
const SERVFAIL = 2;

const a = (name: string, data: string): Answer => ({ type: 'A', name, data, ttl: 1 });
const aaaa = (name: string, data: string): Answer => ({ type: 'AAAA', name, data, ttl: 1 });
const cname = (name: string, data: string): Answer => ({ type: 'CNAME', name, data, ttl: 1 });
const srv = (target: string, port: number, weight = 0): Answer => ({
  type: 'SRV',
  name: '_h._tcp.x',
  ttl: 1,
  data: { target, port, weight, priority: 1 },
});

function verdict(packet: Packet, name = 'a.x', type: QuestionType = 'A'): Verdict {
  const bytes = dns.encode({ type: 'response', id: 7, questions: [{ name, type }], ...packet });
  const message = decodeMessage(bytes);
  if (message === undefined) throw new Error('no message');
  return judge(message, 'A.x' === name ? 'a.x' : type === 'SRV' ? '_h._tcp.x' : 'a.x', type);
}

test('a question, with room for larger answers', () => {
  const packet = dns.decode(encodeQuestion(7, 'a.x', 'AAAA', 4096));
  expect(packet).toMatchObject({ id: 7, flag_rd: true, questions: [{ name: 'a.x', type: 'AAAA', class: 'IN' }] });
  expect(packet.additionals?.[0]).toMatchObject({ type: 'OPT', udpPayloadSize: 4096 });
});

describe('addresses', () => {
  test.each<[string, Answer[], string[]]>([
    ['one', [a('a.x', '192.0.2.1')], ['192.0.2.1']],
    ['several', [a('a.x', '192.0.2.1'), a('a.x', '192.0.2.2')], ['192.0.2.1', '192.0.2.2']],
    ['without regard to case', [a('A.X', '192.0.2.1')], ['192.0.2.1']],
    ['of either family', [aaaa('a.x', '::1'), a('a.x', '192.0.2.1')], ['::1', '192.0.2.1']],
    ['by another name', [cname('a.x', 'b.x'), a('b.x', '192.0.2.1')], ['192.0.2.1']],
    ['by names of names', [cname('a.x', 'b.x'), cname('b.x', 'c.x'), a('c.x', '192.0.2.1')], ['192.0.2.1']],
  ])('%s', (_what, answers, expected) => {
    const found = verdict({ answers });
    const records = found.ok ? found.records : [];
    expect(records.map((record) => (record.kind === 'address' ? record.address : ''))).toEqual(expected);
  });

  test.each<[string, Packet, string]>([
    ['no such name', { flags: NX }, 'nx'],
    ['refused', { flags: REFUSED }, 'refused'],
    ['server failure', { flags: SERVFAIL }, 'other'],
    ['truncated', { flags: dns.TRUNCATED_RESPONSE, answers: [a('a.x', '192.0.2.1')] }, 'truncated'],
    ['no answers', { answers: [] }, 'any_err'],
    ['of another name', { answers: [a('b.x', '192.0.2.1')] }, 'invalid'],
    ['to another question', { questions: [{ name: 'b.x', type: 'A' }], answers: [a('b.x', '192.0.2.1')] }, 'invalid'],
    ['to no question', { questions: [], answers: [a('a.x', '192.0.2.1')] }, 'invalid'],
    ['a name without an address', { answers: [cname('a.x', 'b.x')] }, 'cname_error'],
    ['of another type', { answers: [{ type: 'TXT', name: 'a.x', data: 'x' }] }, 'other'],
  ])('%s', (_what, packet, problem) => {
    expect(verdict(packet)).toEqual({ ok: false, problem });
  });
});

test('services, with the addresses that stand beside them', () => {
  const packet = { answers: [srv('b.x', 81, 512), srv('c.x', 82)], additionals: [a('b.x', '192.0.2.1')] };
  expect(verdict(packet, '_h._tcp.x', 'SRV')).toEqual({
    ok: true,
    records: [
      {
        kind: 'service',
        target: 'b.x',
        port: 81,
        priority: 1,
        weight: 512,
        address: { kind: 'address', address: '192.0.2.1', family: 4 },
      },
      { kind: 'service', target: 'c.x', port: 82, priority: 1, weight: 0, address: undefined },
    ],
  });
});

test.each([
  ['garbage', Buffer.from('HTTP/1.1 200 OK\r\n\r\n')],
  ['nothing', Buffer.alloc(0)],
  ['a question', encodeQuestion(1, 'a.x', 'A', 512)],
])('%s is no answer', (_what, bytes) => {
  expect(decodeMessage(bytes)).toBeUndefined();
});

test.each([
  ['a.x', true],
  ['a.x.', true],
  ['127.0.0.1', true],
  ['', false],
  ['.', false],
  ['a..x', false],
  ['x'.repeat(63), true],
  ['x'.repeat(64), false],
  ['x.'.repeat(126) + 'x', true],
  ['x.'.repeat(127) + 'x', false],
])('%s can be asked for: %s', (name, askable) => {
  expect(isAskable(name)).toBe(askable);
});
