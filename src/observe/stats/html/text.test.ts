import { expect, test } from 'vitest';
import { bitRate, count, escapeHtml, humanTime, limit, percentage } from './text.js';

test.each([
  ['s1', 's1'],
  ['<b>&"\'', '&lt;b&gt;&amp;&quot;&#39;'],
  ['Fünf', Buffer.from('Fünf').toString('latin1')],
  [Buffer.from('Fünf').toString('latin1'), Buffer.from('Fünf').toString('latin1')],
  ['\xff', Buffer.from('\xff').toString('latin1')],
  ['日本', Buffer.from('日本').toString('latin1')],
])('escapeHtml(%j)', (text, expected) => {
  expect(escapeHtml(text)).toBe(expected);
});

test.each([
  [0, '0'],
  [999, '999'],
  [1000, '<span class="rls">1</span>000'],
  [18_723, '1<span class="rls">8</span>723'],
  [1_234_567, '<span class="rls">1</span>23<span class="rls">4</span>567'],
  [undefined, ''],
  ['<x>', '&lt;x&gt;'],
])('count(%j)', (cell, expected) => {
  expect(count(cell)).toBe(expected);
});

test('a limit of 0 or none is a dash', () => {
  expect([limit(0), limit(undefined), limit(7)]).toEqual(['-', '-', '7']);
});

test.each([
  [0, '0s'],
  [59, '59s'],
  [123, '2m3s'],
  [3600, '1h0m'],
  [90_061, '1d1h'],
  [-1, '?'],
  [undefined, '?'],
])('humanTime(%j)', (seconds, expected) => {
  expect(humanTime(seconds)).toBe(expected);
});

test.each([
  [0, '0.000 kbps'],
  [91_906, '91.906 kbps'],
  [2_448_000, '2.448 Mbps'],
  [3_000_000_000, '3.000 Gbps'],
])('bitRate(%d)', (bits, expected) => {
  expect(bitRate(bits)).toBe(expected);
});

test('a share of nothing is 0%', () => {
  expect([percentage(1, 3), percentage(0, 0), percentage(undefined, 3)]).toEqual(['(33%)', '(0%)', '(0%)']);
});
