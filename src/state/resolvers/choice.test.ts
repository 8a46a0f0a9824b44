import { expect, test } from 'vitest';
import type { AddressRecord } from '../../protocol/dns/message.js';
import { chooseAddress, networksOf } from './choice.js';

const record = (address: string): AddressRecord => ({
  kind: 'address',
  address,
  family: address.includes(':') ? 6 : 4,
});

interface Case {
  readonly records: string;
  readonly family?: 4 | 6;
  readonly network?: readonly [string, number];
  readonly taken?: string;
  readonly current?: string;
  readonly sharing?: boolean;
}

test.each<[string, Case, string | undefined]>([
  ['the first of equals', { records: '10.0.0.1 10.0.0.2' }, '10.0.0.1'],
  ['the present one of equals', { records: '10.0.0.1 10.0.0.2', current: '10.0.0.2' }, '10.0.0.2'],
  ['the wanted family', { records: '10.0.0.1 ::1' }, '::1'],
  ['the wanted family', { records: '::1 10.0.0.1', family: 4 }, '10.0.0.1'],
  ['the other one rather than none', { records: '10.0.0.1' }, '10.0.0.1'],
  ['the family before what it has', { records: '10.0.0.1 ::1', current: '10.0.0.1' }, '::1'],
  ['a wanted network', { records: '10.0.0.1 192.0.2.9', network: ['192.0.2.0', 24] }, '192.0.2.9'],
  ['a family before a network', { records: '10.0.0.1 ::1', network: ['10.0.0.0', 8] }, '::1'],
  ['one that nobody has', { records: '10.0.0.1 10.0.0.2', taken: '10.0.0.1' }, '10.0.0.2'],
  ['none where all are taken', { records: '10.0.0.1', taken: '10.0.0.1' }, undefined],
  ['a taken one where that is allowed', { records: '10.0.0.1', taken: '10.0.0.1', sharing: true }, '10.0.0.1'],
  ['a free one all the same', { records: '10.0.0.1 10.0.0.2', taken: '10.0.0.1', sharing: true }, '10.0.0.2'],
  ['none of none', { records: '' }, undefined],
])('%s: %o', (_what, { records, family = 6, network, taken, current, sharing = false }, expected) => {
  const all = records.split(' ').filter((word) => word !== '');
  const networks = networksOf(network === undefined ? [] : [{ address: network[0], bits: network[1] }]);
  const chosen = chooseAddress(
    all.map(record),
    { family, networks, sharing },
    ({ address }) => address === taken,
    ({ address }) => address === current,
  );
  expect(chosen?.address).toBe(expected);
});
