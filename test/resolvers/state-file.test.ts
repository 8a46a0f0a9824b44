import { writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ask } from '../admin/runtime-client.js';
import { temporaryFolder } from '../support/folders.js';
import { lacks } from '../support/installed.js';
import { startHaproxy, startTsproxy } from '../support/proxy.js';

/** `init-addr last` (manual 5.2): what a process that is gone knew of its servers' names and addresses. */

const SERVERS: readonly (readonly [line: string, saved: string])[] = [
  ['s1 localhost:80', '127.0.0.71 2 0 localhost 80 -'],
  ['s2 localhost:80', '127.0.0.72 2 0 other.test 80 -'],
  ['s3 localhost:80 init-addr libc,last', '127.0.0.73 2 0 localhost 80 -'],
  ['s4 localhost:80 init-addr none', '127.0.0.74 2 0 localhost 80 -'],
  ['s5 nowhere.invalid:80 init-addr last,none', '127.0.0.75 2 0 nowhere.invalid 80 -'],
  ['s6 127.0.0.1:80', '127.0.0.76 2 0 - 80 -'],
  ['r1 a.test:80 resolvers r init-addr none', '127.0.0.81 2 0 a.test 80 -'],
  ['r2 a.test:80 resolvers r init-addr last,none', '127.0.0.82 2 0 a.test 80 -'],
  ['r3 a.test:80 resolvers r init-addr last,none', '127.0.0.83 2 64 other.test 80 -'],
  ['r4 a.test:80 resolvers r init-addr none,last', '127.0.0.84 2 0 a.test 80 -'],
  ['r5 a.test:80 resolvers r', '127.0.0.85 2 0 a.test 80 -'],
  ['r6 a.test:80 resolvers r init-addr last,none', '127.0.0.86 2 0 b.test 80 -'],
  ['v1 _h._tcp.test resolvers r', '127.0.0.91 2 64 c1.test 8081 _h._tcp.test'],
  ['v2 _h._tcp.test resolvers r init-addr none', '127.0.0.92 2 64 c2.test 8082 _h._tcp.test'],
  ['v3 _h._tcp.test resolvers r', '- 0 96 - 0 _h._tcp.test'],
];

// a name server that nobody is at: only what was saved counts
const CONFIG = `global
 stats socket {folder}/s level admin
 server-state-file {folder}/states
defaults
 mode http
 load-server-state-from-file global
 timeout client 5s
 timeout server 5s
 timeout connect 5s
resolvers r
 nameserver ns1 127.0.0.1:1
 timeout retry 1h
frontend f
 bind 127.0.0.1:{web}
 default_backend b
backend b
${SERVERS.map(([line]) => ` server ${line}\n`).join('')}
`;

function stateLine([line, saved]: (typeof SERVERS)[number], index: number): string {
  const [name] = line.split(' ');
  const [address, state, admin, host, port, service] = saved.split(' ');
  return `3 b ${index + 1} ${name} ${address} ${state} ${admin} 1 1 5 1 0 0 0 0 0 0 ${host} ${port} ${service} 0 0 - - 0`;
}

/** Name, address, state, administrative state without the flag for names (which HAProxy shows later), and names. */
async function states(start: typeof startTsproxy): Promise<string[]> {
  const folder = temporaryFolder();
  writeFileSync(`${folder}/states`, `1\n${SERVERS.map(stateLine).join('\n')}\n`);
  const proxy = await start(CONFIG, { values: { folder } });
  const text = await ask(`${folder}/s`, 'show servers state b\n');
  await proxy.stop();
  const rows = text.split('\n').filter((line) => /^\d+ b /.test(line));
  return rows.map((row) => {
    const columns = row.split(' ');
    return [...columns.slice(3, 6), Number(columns[6]) & ~0x40, ...columns.slice(17, 20)].join(' ');
  });
}

describe.skipIf(lacks('haproxy'))('beside the real haproxy', () => {
  test('servers begin where they were', async () => {
    expect(await states(startTsproxy)).toEqual(await states(startHaproxy));
  });
});
