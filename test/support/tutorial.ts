import { userInfo } from 'node:os';
import { join } from 'node:path';

export interface Relocation {
  /** For the pid file. */
  readonly folder: string;
  /** UDP port of the syslog server. */
  readonly log: number;
  /** `ip:port` of a server line -> loopback port. */
  readonly addresses: Readonly<Record<string, number>>;
  /** `*:port` of a bind line -> port or placeholder. */
  readonly binds: Readonly<Record<string, string>>;
}

/** A tutorial file with only its addresses and ports changed (and `user`/`group` left out where we are not root). */
export function relocated(text: string, { folder, log, addresses, binds }: Relocation): string {
  let result = text.replace(/log 127\.0\.0\.1 /, `log 127.0.0.1:${log} `);
  result = result.replace('/var/run/haproxy.pid', join(folder, 'haproxy.pid'));
  for (const [address, port] of Object.entries(addresses)) result = result.replace(address, `127.0.0.1:${port}`);
  for (const [bind, port] of Object.entries(binds)) result = result.replace(`bind ${bind}\n`, `bind *:${port}\n`);
  return userInfo().uid === 0 ? result : result.replace(/^\s*(?:user|group) .*$/gm, '');
}
