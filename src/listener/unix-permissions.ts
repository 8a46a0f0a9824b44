import { chmodSync, chownSync } from 'node:fs';
import { groupId, userId } from '../base/accounts.js';
import type { BindModel } from '../config/model.js';

/**
 * Owner and permissions of a UNIX listener (manual 5.1 `mode`, `user`, `group`, `uid`, `gid`).
 * @throws Error of the system, when it refuses
 */
export function setUnixPermissions(path: string, { mode, user, group, uid, gid }: BindModel): void {
  const owner = uid ?? (user === undefined ? undefined : userId(user));
  const ownerGroup = gid ?? (group === undefined ? undefined : groupId(group));
  if (owner !== undefined || ownerGroup !== undefined) chownSync(path, owner ?? -1, ownerGroup ?? -1);
  if (mode !== undefined) chmodSync(path, mode);
}
