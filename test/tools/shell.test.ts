import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../support/folders.js';
import { lacks } from '../support/installed.js';
import { LogSink } from '../support/log-sink.js';
import { run } from '../support/program.js';
import { askOnce, get } from '../support/raw-client.js';
import { scene } from './scene.js';

/** What operators write in shells. */
describe.skipIf(lacks('socat'))('scripts around socat', () => {
  const sh = async (script: string, socket: string): Promise<string> => {
    const { code, stdout, stderr } = await run('bash', ['-euo', 'pipefail', '-c', script], { env: { SOCKET: socket } });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return stdout;
  };

  test('a rolling restart: drain a server, wait until it is idle, bring it back', async () => {
    const { socket } = await scene();
    const said = await sh(
      `
      ask() { echo "$1" | socat stdio "unix-connect:$SOCKET"; }
      field() { ask 'show stat' | awk -F, -v name="$1" -v column="$2" '
        NR == 1 { sub(/^# /, ""); for (i = 1; i <= NF; i++) at[$i] = i; next } $1 "/" $2 == name { print $at[column] }'; }
      for server in one two; do
        ask "set server app/$server state drain" >/dev/null
        field "app/$server" status
        while [ "$(field "app/$server" scur)" != 0 ]; do sleep 0.1; done
        ask "set server app/$server state ready" >/dev/null
        for try in $(seq 200); do [ "$(field "app/$server" status)" = UP ] && break; sleep 0.05; done
        field "app/$server" status
      done
      `,
      socket,
    );
    expect(said).toBe('DRAIN\nUP\nDRAIN\nUP\n');
  });

  test('several commands in a line, an interactive session, typed output, a command that is none', async () => {
    const { socket } = await scene();
    const said = await sh(
      `
      echo 'show info;show version' | socat stdio "unix-connect:$SOCKET" | grep -cE '^(Name|Version|2[.]6)'
      printf 'prompt\nset weight app/one 50%%\nget weight app/one\nquit\n' | socat -t5 - "unix-connect:$SOCKET" | grep initial
      echo 'show servers conn app' | socat -t5 stdio "unix-connect:$SOCKET" | grep -c '^app/'
      echo 'show stat -1 4 -1 typed' | socat -t5 stdio "unix-connect:$SOCKET" | grep -cE '[.]svname[.]1:KNS:str:(one|two|three)$'
      echo 'nonsense' | socat -t5 stdio "unix-connect:$SOCKET" | grep -c '^Unknown command' 
      `,
      socket,
    );
    expect(said.split('\n')).toEqual(['3', '> 10 (initial 20)', '2', '3', '1', '']); // prettier-ignore
  });
});

describe.skipIf(lacks('halog'))('halog', () => {
  test('counts our lines by status, server, URL, end and error', async () => {
    const sink = await LogSink.start();
    const { proxy } = await scene(`log 127.0.0.1:${sink.port} local0`);
    const web = proxy.port('web');
    for (const path of ['/denied', '/denied', '/?q=1', '/?q=2']) {
      await askOnce(web, get(path, 'connection: close\r\n'));
    }
    await sink.lines(/"GET /, 8);
    const file = join(temporaryFolder(), 'haproxy.log');
    // as a syslog daemon stores them
    const stored = sink.entries.map(({ message }) => `Nov 26 10:00:00 host haproxy[1]: ${message}\n`);
    writeFileSync(file, stored.filter((line) => line.includes('"GET ')).join(''));
    const halog = async (...args: string[]): Promise<string[]> => {
      const { stdout } = await run('sh', ['-c', `halog -q ${args.join(' ')} <${file}`]);
      return stdout.split('\n').filter((line) => line !== '');
    };
    const columns = (lines: string[], ...wanted: number[]): string[] =>
      lines.map((line) => wanted.map((column) => line.trim().split(/\s+/)[column]).join(' '));
    expect((await halog('-st')).toSorted()).toEqual(['200 6', '403 2']);
    expect((await halog('-tc')).toSorted()).toEqual(['-- 6', 'PR 2']);
    // name, 2xx, 4xx, all
    const servers = columns(
      (await halog('-srv')).filter((line) => /^(app|web)\//.test(line)),
      0,
      2,
      4,
      7,
    );
    expect(servers.toSorted()).toEqual(['app/one 3 0 3', 'app/two 3 0 3', 'web/<NOSRV> 0 2 2']);
    // requests, errors, URL without its query
    const urls = columns(
      (await halog('-u')).filter((line) => !line.startsWith('#')),
      0,
      1,
      8,
    );
    expect(urls.toSorted()).toEqual(['2 2 /denied', '6 0 /']);
    expect(await halog('-c', '-hs', '403')).toEqual(['2']);
    expect(await halog('-c', '-s', 'app/one')).toHaveLength(1);
    expect(await halog('-pct')).not.toEqual([]);
    expect(await halog('-e')).toHaveLength(0);
  });
});
