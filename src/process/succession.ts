import { lstatSync, mkdirSync, readdirSync, readlinkSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HANDOVER_SUFFIX, takeSockets, type TakenSockets } from '../protocol/transport/handover.js';

/**
 * Where a process offers its listening sockets to one that knows only its number (`-sf`, `-st`): a UNIX socket in a
 * folder that nobody but the user that started both can enter. HAProxy has no need of it, since it may open ports that
 * another process listens on; Node.js can do that from 22.12 on, and then a connection that waits at the older socket
 * when that closes is still lost. A chroot or other rights later on change nothing: both look before.
 */
export class Succession {
  /** @param folder undefined = the user's own */
  constructor(
    private readonly folder = ownFolder(),
    private readonly namespace = pidNamespace(),
  ) {}

  /** What the runtime socket's path is to `-x`. */
  pathOf(pid: number): string {
    return join(this.folder, this.namespace + pid);
  }

  /** Makes the place for this process's own offer; files of processes that are gone are removed. @returns its path */
  prepare(): string | undefined {
    try {
      mkdirSync(this.folder, { recursive: true, mode: 0o700 });
      if (!this.isPrivate()) return undefined;
      for (const name of readdirSync(this.folder)) {
        const pid = new RegExp(`^${this.namespace}(\\d+)\\${HANDOVER_SUFFIX}$`).exec(name)?.[1];
        if (pid !== undefined && !lives(Number(pid))) unlinkSync(join(this.folder, name));
      }
      return this.pathOf(process.pid);
    } catch {
      return undefined;
    }
  }

  /** The listening sockets of these processes, of those that offer them. */
  async take(pids: readonly number[]): Promise<TakenSockets> {
    const all: TakenSockets[] = [];
    if (this.isPrivate()) {
      for (const pid of pids) {
        const taken = await takeSockets(this.pathOf(pid)).catch(() => undefined);
        if (taken !== undefined) all.push(taken);
      }
    }
    return together(all);
  }

  private isPrivate(): boolean {
    try {
      const facts = lstatSync(this.folder);
      return facts.isDirectory() && facts.uid === process.getuid?.() && (facts.mode & 0o077) === 0;
    } catch {
      return false;
    }
  }
}

/** Of several with one key the first is used. */
function together(all: readonly TakenSockets[]): TakenSockets {
  const descriptors = new Map<string, number>();
  const owners = all.map((taken) => {
    const own = [...taken.descriptors].filter(([key]) => !descriptors.has(key));
    for (const [key, fd] of own) descriptors.set(key, fd);
    return { taken, keys: own.map(([key]) => key) };
  });
  return {
    descriptors,
    closeOthers(used) {
      for (const { taken, keys } of owners) taken.closeOthers(new Set(keys.filter((key) => used.has(key))));
    },
  };
}

/** The same for all processes of a user, whatever their environment says. */
function ownFolder(): string {
  const uid = process.getuid?.() ?? 0;
  const base = uid === 0 ? '/run' : `/run/user/${uid}`;
  try {
    if (lstatSync(base).uid === uid) return join(base, 'tsproxy-handover');
  } catch {
    // there is no such folder on this system
  }
  return join(tmpdir(), `tsproxy-handover-${uid}`);
}

/** Containers may share a folder, and have processes with one number each. */
function pidNamespace(): string {
  try {
    return `${/\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? ''}-`;
  } catch {
    return '';
  }
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
