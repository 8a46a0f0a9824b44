import { optionalPackage } from '../base/optional-package.js';
import type { GlobalModel } from '../config/model.js';

/** Giving up root after the ports are bound (manual 3.1 `user`, `group`, `uid`, `gid`). */

/** The platform's calls; absent on Windows. */
export interface Identity {
  setgroups(groups: readonly number[]): void;
  setgid(id: string | number): void;
  setuid(id: string | number): void;
  getuid(): number;
  getgid(): number;
}

export function systemIdentity(): Identity | undefined {
  const { setgroups, setgid, setuid, getuid, getgid } = process;
  if (!setgroups || !setgid || !setuid || !getuid || !getgid) return undefined;
  return {
    setgroups: (groups) => setgroups(groups),
    setgid: (id) => setgid(id),
    setuid: (id) => setuid(id),
    getuid: () => getuid(),
    getgid: () => getgid(),
  };
}

/** `chroot()` of the optional package `posix`; Node has none. */
export interface RootChanger {
  chroot(path: string): void;
}

export function systemRootChanger(): RootChanger | undefined {
  const posix = optionalPackage('posix');
  return typeof posix === 'object' && posix !== null && 'chroot' in posix ? (posix as RootChanger) : undefined;
}

/**
 * Confines the process to a folder (manual 3.1 `chroot`), before it gives up the right to do so.
 * @returns what went wrong, in HAProxy's words; the program must not go on then
 */
export function changeRoot(
  { chroot }: Pick<GlobalModel, 'chroot'>,
  changer: RootChanger | undefined,
): string | undefined {
  // without the package the configuration has been warned about
  if (chroot === undefined || changer === undefined) return undefined;
  const done = attempt(() => {
    changer.chroot(chroot);
    process.chdir('/');
  });
  return done ? undefined : `[haproxy.main()] Cannot chroot(${chroot}).`;
}

/**
 * Becomes the configured user and group.
 * @returns what went wrong, in HAProxy's words; the program must not go on then
 */
export function dropPrivileges(global: GlobalModel, identity: Identity | undefined): string | undefined {
  const gid = global.gid ?? global.group?.text;
  const uid = global.uid ?? global.user?.text;
  if (gid === undefined && uid === undefined) return undefined;
  if (identity === undefined) return undefined;
  if (gid !== undefined) {
    if (identity.getuid() === 0) attempt(() => identity.setgroups([]));
    if (!attempt(() => identity.setgid(gid))) return `[haproxy.main()] Cannot set gid ${gid}.`;
  }
  if (uid !== undefined && !attempt(() => identity.setuid(uid))) return `[haproxy.main()] Cannot set uid ${uid}.`;
  return undefined;
}

function attempt(call: () => void): boolean {
  try {
    call();
    return true;
  } catch {
    return false;
  }
}
