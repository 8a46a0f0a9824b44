import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../support/folders.js';
import { haproxyMissing, startHaproxy } from './haproxy.js';
import { makeBackend, peer, runChecks, until } from './harness.js';

/** Agents and programs that say how a server is, beside the real haproxy. */

const skip = haproxyMissing && process.env.CI === undefined;
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** What an agent says, one answer for each time it is asked; the last one from then on. */
const SAYS: readonly (readonly [string, ...string[]])[] = [
  ['up\n'],
  ['down\n', 'up\n'],
  ['down # because of this\n'],
  ['stopped\n'],
  ['fail # broken\r\n', 'up # well\n'],
  ['drain\n', 'ready\n'],
  ['maint\n', 'ready\n'],
  ['drain\n', 'down\n', 'ready\n', 'up\n'],
  ['maint\n', 'down\n', 'up\n', 'ready\n'],
  ['50%\n', '200%\n'],
  ['0%\n', '100%\n'],
  ['maxconn:3\n'],
  ['up 75% maxconn:7\n'],
  ['down drain 30%\n', 'ready up 100%\n'],
  ['nonsense\n', 'down\n'],
  ['up foo # "quoted" <text>\n'],
  ['\n', 'stopped\n'],
  ['up', 'down\n'],
  ['', 'down\n'],
  ['UP,40%\n'],
  ['150%x\n', 'maxconn:x\n', 'down\n'],
];

const PROGRAM = `#!/bin/sh
{ echo "$*"; env | grep '^\\(HAPROXY\\|PATH\\|HOME\\)' | sort; } > "FOLDER/$$"
mv "FOLDER/$$" "FOLDER/$HAPROXY_PROXY_NAME.$HAPROXY_SERVER_NAME"
case "$HAPROXY_SERVER_NAME" in
bad) exit 3 ;;
slow) exec sleep 20 ;;
sig) kill -9 $$ ;;
esac
exit 0
`;

/** Answers by turns. */
function agent(replies: readonly string[], done: () => void = () => {}): (socket: Socket) => void {
  let asked = 0;
  return (socket) => {
    if (asked === replies.length) done();
    const reply = replies[Math.min(asked, replies.length - 1)];
    asked++;
    socket.end(reply, 'latin1');
  };
}

const normal = (line: string): string =>
  line.replace(/check duration: \d+ms/, 'check duration: Nms').replace(/\bport \d+/, 'port N');

async function listening(serve: (socket: Socket) => void): Promise<number> {
  const opened = await peer(serve);
  closers.push(() => opened.close());
  return opened.port;
}

describe.skipIf(skip)('beside the real haproxy (Debian package haproxy)', () => {
  test.each(['', 'option log-health-checks'])('what agents say %s', async (option) => {
    const service = await listening((socket) => socket.end());
    // sides whose agent has said all it has to say
    let answered = 0;
    const write = async (replies: readonly string[], name: string): Promise<string[]> => {
      const port = await listening(agent(replies, () => answered++));
      const ask = `agent-check agent-port ${port} agent-inter 300`;
      return [
        ...(option === '' ? [] : [option]),
        'timeout check 5s',
        `server s 127.0.0.1:${service} weight 100 maxconn 20 check inter 1s ${ask} agent-send hello-${name}`,
        `server t 127.0.0.1:${service} weight 100`,
        `server u 127.0.0.1:${service} track s`,
      ];
    };
    const names = SAYS.map((_, index) => `a${index}`);
    const mine = await Promise.all(SAYS.map((replies, index) => write(replies, names[index])));
    const theirs = await Promise.all(SAYS.map((replies, index) => write(replies, names[index])));
    const events: string[] = [];
    const backends = mine.map((lines, index) => makeBackend(names[index], ['mode http', ...lines], events));
    const real = await startHaproxy(
      names.map((name, index) => `backend ${name}\n ${theirs[index].join('\n ')}\n`).join(''),
    );
    closers.push(() => real.stop());
    const ours = runChecks(backends);
    closers.push(() => ours.stop());
    // a server is said UP by its check at first; that line comes when it likes
    const about = (lines: readonly string[], name: string): string[] =>
      lines.filter((line) => line.includes(` ${name}/`) && !line.includes('Health check for')).map(normal);
    const all = (lines: readonly string[]): Record<string, string[]> =>
      Object.fromEntries(names.map((name) => [name, about(lines, name)]));
    await until(() => answered === 2 * SAYS.length, 'all answers');
    await until(() => JSON.stringify(all(events)) === JSON.stringify(all(real.lines)), 'the same lines').catch(
      () => undefined,
    );
    expect(all(events)).toEqual(all(real.lines));
    expect(about(events, 'a7').length).toBeGreaterThan(5);
  });

  test('weights and limits', async () => {
    const port = await listening(agent(['50% maxconn:3\n']));
    const events: string[] = [];
    const line = `server s 127.0.0.1:${port} weight 100 maxconn 20 agent-check agent-port ${port} agent-inter 100`;
    const backend = makeBackend('b', ['mode http', line], events);
    const ours = runChecks([backend]);
    closers.push(() => ours.stop());
    const [server] = backend.servers;
    await until(() => server.userWeight === 50, 'the weight');
    expect([server.maxconn, server.effectiveWeight]).toEqual([3, 50 * 16]);
  });

  test('programs', async () => {
    const write = (): { folder: string; lines: string[]; missing: string[] } => {
      const folder = temporaryFolder();
      const program = join(folder, 'check.sh');
      writeFileSync(program, PROGRAM.replaceAll('FOLDER', folder));
      chmodSync(program, 0o755);
      const common = ['option external-check', 'option log-health-checks', 'external-check path /bin:/usr/bin'];
      const servers = ['ok', 'bad', 'sig', 'slow'].map(
        (name) => `server ${name} 127.0.0.1:9 maxconn 7 check inter 700`,
      );
      return {
        folder,
        lines: [...common, `external-check command ${program}`, ...servers],
        missing: [...common, `external-check command ${folder}/nothere`, 'server s 127.0.0.1:9 check'],
      };
    };
    const [mine, theirs] = [write(), write()];
    const events: string[] = [];
    const backends = [
      makeBackend('farm', ['mode http', ...mine.lines], events),
      makeBackend('absent', ['mode http', ...mine.missing], events),
    ];
    const real = await startHaproxy(
      `backend farm\n ${theirs.lines.join('\n ')}\nbackend absent\n ${theirs.missing.join('\n ')}\nglobal\n external-check\n insecure-fork-wanted\n`,
    );
    closers.push(() => real.stop());
    const sorted = (all: readonly string[]): string[] =>
      [...new Set(all.filter((line) => line.includes('Health check')).map(normal))].toSorted();
    const ours = runChecks(backends);
    closers.push(() => ours.stop());
    await until(() => sorted(events).length >= 5 && sorted(real.lines).length >= 5, 'all checked');
    expect(sorted(events)).toEqual(sorted(real.lines));
    const told = ({ folder }: { folder: string }): string =>
      readFileSync(join(folder, 'farm.ok'), 'utf8').replace(/PROXY_ID=\d+/, 'PROXY_ID=N');
    expect(told(mine)).toBe(told(theirs));
  });
});
