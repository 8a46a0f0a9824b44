import { expect, test } from 'vitest';
import { parseExporterRequest, SCOPES } from './request.js';

const ALL = SCOPES.join(' ');

// each of them was also asked of HAProxy 2.6
test.each([
  ['', ALL],
  ['?', ALL],
  ['?scope=*', ALL],
  ['?foo=bar&extra-counters', ALL],
  ['?SCOPE=server', ALL],
  ['?scope=', ''],
  ['?scope=server', 'server'],
  ['?scope=server&scope=global', 'global server'],
  ['?scope=server&scope=', ''],
  ['?scope=&scope=server', 'server'],
  ['?scope=server&scope=*', ALL],
  ['?&&scope=server&', 'server'],
  ['?=&scope=server', 'server'],
  ['?sc%6fpe=%73erver', 'server'],
  ['?scope=sticktable', 'sticktable'],
  ['?scope=listener#scope=server', 'listener'],
  ['?scope', undefined],
  ['?scope=frontend&scope', undefined],
  ['?scope=all', undefined],
  ['?scope=GLOBAL', undefined],
  ['?scope=server=x', undefined],
  ['?scope=server;', undefined],
  ['?scope=frontend?scope=server', undefined],
  ['?scope=server+', undefined],
  ['?scope=server%zz', undefined],
  ['?x=%zz', undefined],
  ['?%zz', undefined],
])('/metrics%s', (query, expected) => {
  const request = parseExporterRequest(`/metrics${query}`);
  expect(request && SCOPES.filter((scope) => request.scopes.has(scope)).join(' ')).toBe(expected);
});

test.each([
  ['/metrics', false],
  ['/metrics?no-maint2', false],
  ['/metrics?no-maint', true],
  ['/metrics?scope=server&no-maint=0', true],
  ['http://host/metrics?no%2dmaint', true],
])('%s leaves out servers in maintenance: %s', (target, expected) => {
  expect(parseExporterRequest(target)?.hideMaintenance).toBe(expected);
});
