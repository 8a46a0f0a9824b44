import { describe, expect, test } from 'vitest';
import type { Registry } from '../../base/registry.js';
import type { KeywordFacts } from '../keyword.js';
import { bindParameters } from './bind/index.js';
import { globalKeywords } from './global/index.js';
import { globalStatsKeywords } from './global/stats.js';
import { ADDED_SINCE, INVENTORY_2_6 } from './inventory.js';
import { options } from './option/index.js';
import { balanceAlgorithms } from './proxy/balance.js';
import { filters } from './proxy/filters.js';
import { proxyKeywords } from './proxy/index.js';
import { statsKeywords } from './proxy/stats.js';
import { timeouts } from './proxy/timeouts.js';
import { serverParameters } from './server/index.js';

const registries = {
  global: globalKeywords,
  proxy: proxyKeywords,
  option: options,
  bind: bindParameters,
  server: serverParameters,
};
const names = (text: string): string[] => text.split(/\s+/).filter((name) => name !== '');

/** Names that HAProxy removed before 2.6 and that are still read here (reference: its change log). */
const REMOVED = {
  global: 'debug nbproc tune.chksize',
  proxy:
    'appsession block cliexp clitimeout contimeout grace monitor-net redispatch reqadd reqallow reqdel reqdeny reqiallow reqidel reqideny reqipass reqirep reqisetbe reqitarpit reqpass reqrep reqsetbe reqtarpit rspadd rspdel rspdeny rspidel rspideny rspirep rsprep srvexp srvtimeout transparent',
  option: 'forceclose http-tunnel http-use-htx http_proxy',
  bind: 'process',
  server: '',
};

const kinds = ['global', 'proxy', 'option', 'bind', 'server'] as const;

describe.each(kinds)('%s', (kind) => {
  const registry = registries[kind];

  test('knows every keyword of 2.6', () => {
    expect(names(INVENTORY_2_6[kind]).filter((name) => !registry.has(name))).toEqual([]);
  });

  test('knows every keyword that 3.5 added', () => {
    expect(names(ADDED_SINCE[kind]).filter((name) => !registry.has(name))).toEqual([]);
  });

  test('still reads what was removed', () => {
    expect(names(REMOVED[kind]).filter((name) => !registry.has(name))).toEqual([]);
  });

  test('every literal has its manual section and a summary', () => {
    const bare = registry
      .all()
      .filter((keyword) => keyword.summary === '' || !/^(own|\d+(\.\d+)*)$/.test(keyword.manual));
    expect(bare.map((keyword) => keyword.name)).toEqual([]);
  });
});

test.each([
  ['timeout', timeouts],
  ['stats', statsKeywords],
  ['stats in global', globalStatsKeywords],
  ['balance', balanceAlgorithms],
  ['filter', filters],
])('what may follow %s is described too', (_what, registry: Registry<KeywordFacts>) => {
  const bare = registry
    .all()
    .filter((keyword) => keyword.summary === '' || !/^(own|\d+(\.\d+)*)$/.test(keyword.manual));
  expect(bare.map((keyword) => keyword.name)).toEqual([]);
  expect(registry.names().length).toBeGreaterThan(3);
});
