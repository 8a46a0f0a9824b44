import { expect, test } from 'vitest';
import { parseStatsRequest, requestSuffix, type StatsRequest } from './request.js';

const plain: StatsRequest = { format: 'html', onlyUp: false, norefresh: false, status: undefined, search: '' };

test.each([
  ['', {}],
  [';csv', { format: 'csv' }],
  ['/;csv', { format: 'csv' }],
  [';csv;norefresh', { format: 'csv', norefresh: true }],
  [';typed', { format: 'typed' }],
  [';json;up', { format: 'json', onlyUp: true }],
  [';json-schema', { format: 'json-schema' }],
  [';live', { format: 'live' }],
  ['?live', { format: 'live' }],
  [';live.json;up', { format: 'live-data', onlyUp: true }],
  ['?live.json&scope=app', { format: 'live-data', search: 'app' }],
  [';lively', {}],
  ['?scope=live', { search: 'live' }],
  [';up;norefresh?scope=app', { onlyUp: true, norefresh: true, search: 'app' }],
  ['&scope=app&x=y', { search: 'app' }],
  ['?scope=%3Cb%3E', {}],
  ['?scope=abcdefghijklmnopqrstuvwxyz', { search: 'abcdefghijklmnopqrst' }],
  [';st=DONE', { status: 'DONE' }],
  [';st=', { status: 'UNKN' }],
  [';st=done', { status: 'UNKN' }],
] as [string, Partial<StatsRequest>][])('%s', (rest, expected) => {
  expect(parseStatsRequest(rest, true)).toEqual({ ...plain, ...expected });
});

test('without stats refresh there is nothing to stop', () => {
  expect(parseStatsRequest(';norefresh', false)).toEqual(plain);
});

test('options survive into links', () => {
  expect(requestSuffix({ onlyUp: true, norefresh: true, search: 'a' })).toBe(';up;norefresh?scope=a');
  expect(requestSuffix(plain)).toBe('');
});
