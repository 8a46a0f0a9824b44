import { BlockList } from 'node:net';
import type { NetworkModel } from '../../config/model.js';
import type { AddressRecord } from '../../protocol/dns/message.js';

/** What a server asks of an address (manual 5.2 `resolve-prefer`, `resolve-net`, `resolve-opts`). */
export interface AddressWish {
  readonly family: 4 | 6;
  readonly networks: BlockList | undefined;
  /** Other servers of its backend may have the same one. */
  readonly sharing: boolean;
}

export function networksOf(models: readonly NetworkModel[]): BlockList | undefined {
  if (models.length === 0) return undefined;
  const list = new BlockList();
  for (const { address, bits } of models) list.addSubnet(address, bits, address.includes(':') ? 'ipv6' : 'ipv4');
  return list;
}

/** What counts for an address, as in HAProxy: each outweighs all that follow. */
const FAMILY = 8;
const NETWORK = 4;
const UNUSED = 2;
const CURRENT = 1;

/**
 * The address that suits a server best; of equals the first.
 * @param taken another server of the same backend has it. @param current the server has it now
 * @returns undefined when there is none left for it
 */
export function chooseAddress<R extends AddressRecord>(
  records: readonly R[],
  wish: AddressWish,
  taken: (record: R) => boolean,
  current: (record: R) => boolean,
): R | undefined {
  let best: R | undefined = undefined;
  let most = -1;
  for (const record of records) {
    const used = taken(record);
    if (used && !wish.sharing) continue;
    const family = record.family === wish.family ? FAMILY : 0;
    const network = wish.networks?.check(record.address, record.family === 6 ? 'ipv6' : 'ipv4') === true ? NETWORK : 0;
    const score = family + network + (used ? 0 : UNUSED) + (current(record) ? CURRENT : 0);
    if (score <= most) continue;
    best = record;
    most = score;
  }
  return best;
}
