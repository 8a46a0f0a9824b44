import { expect, test } from 'vitest';
import type { ProxyModel, ServerModel } from '../config/model.js';
import { sourceAddress } from './source-address.js';

const source = (text: string): readonly { text: string }[] => [{ text }];

test.each([
  ['10.0.0.1', '10.0.0.1', 0],
  ['10.0.0.1:4000', '10.0.0.1', 4000],
  ['10.0.0.1:4000-4100', '10.0.0.1', 0],
  ['*:4000', '', 4000],
  ['0.0.0.0', '', 0],
  ['::1', '::1', 0],
  ['[::1]:80', '::1', 80],
  ['ipv6@[fe80::1]', 'fe80::1', 0],
  ['ipv4@10.0.0.1:', '10.0.0.1', 0],
])('source %s', (text, address, port) => {
  const server = { source: source(text) } as unknown as ServerModel;
  expect(sourceAddress(server, { source: source('9.9.9.9') } as unknown as ProxyModel)).toEqual({ address, port });
});

test('a server without one goes by its backend', () => {
  const nothing = { source: undefined } as unknown as ServerModel;
  expect(sourceAddress(nothing, { source: source('10.0.0.1') } as unknown as ProxyModel).address).toBe('10.0.0.1');
  expect(sourceAddress(nothing, { source: undefined } as unknown as ProxyModel)).toEqual({ address: '', port: 0 });
});
