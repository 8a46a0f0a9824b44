import type { Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { haproxyMissing, startHaproxy } from './haproxy.js';
import { makeBackend, peer, runChecks, until, type Peer } from './harness.js';
import { CASES, REQUESTS } from './peers.js';

/** The same servers checked by tsproxy and by the real haproxy. */

const skip = haproxyMissing && process.env.CI === undefined;
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function listening(serve: ((socket: Socket) => void) | undefined): Promise<Peer> {
  const opened = await peer(serve);
  closers.push(() => {
    opened.close();
  });
  return opened;
}

/** Durations differ from run to run. */
const normal = (line: string): string => line.replace(/check duration: \d+ms/, 'check duration: Nms');
const about = (lines: readonly string[], name: string): string[] =>
  lines.filter((line) => line.includes(` ${name}/`)).map(normal);

const firstCheck = (lines: readonly string[], name: string): string | undefined =>
  about(lines, name).find((line) => line.includes('Health check for'));
const serverLine = (port: number): string => `server s 127.0.0.1:${port} check inter 400`;
/** Waits until both have said equally much and nothing more for some intervals; at most 3 s, then the comparison fails. */
async function settle(ours: readonly string[], real: readonly string[]): Promise<void> {
  const limit = Date.now() + 3000;
  let seen = -1;
  let since = Date.now();
  while (Date.now() < limit && (ours.length !== real.length || Date.now() - since < 250)) {
    if (ours.length + real.length !== seen) since = Date.now();
    seen = ours.length + real.length;
    await new Promise((wake) => setTimeout(wake, 20));
  }
}
const lastOfD1 = (all: readonly string[]): string | undefined => all.findLast((line) => line.includes('farm/d1'));
const outages = (all: readonly string[]): number => all.filter((line) => line.includes('has no server')).length;

describe.skipIf(skip)('beside the real haproxy (Debian package haproxy)', () => {
  test('every kind of check reports the same', async () => {
    const wanted = CASES.map(async ({ name, lines, serve }) => {
      const { port } = await listening(serve);
      const all = ['option log-health-checks', ...lines, `server s 127.0.0.1:${port} check inter 700 rise 2 fall 2`];
      return { name, all };
    });
    const cases = await Promise.all(wanted);
    const events: string[] = [];
    const backends = cases.map(({ name, all }) => makeBackend(name, ['mode http', ...all], events));
    const real = await startHaproxy(cases.map(({ name, all }) => `backend ${name}\n ${all.join('\n ')}\n`).join(''));
    closers.push(() => real.stop());
    const ours = runChecks(backends);
    closers.push(() => {
      ours.stop();
    });
    await until(
      () => cases.every(({ name }) => firstCheck(events, name) && firstCheck(real.lines, name)),
      'all checks reported',
    );
    const report = (lines: readonly string[]): string[] => cases.map(({ name }) => firstCheck(lines, name) ?? '');
    expect(report(events)).toEqual(report(real.lines));
  });

  test('every kind of check sends the same bytes', async () => {
    const heard: Record<'ours' | 'real', Map<string, string>> = { ours: new Map(), real: new Map() };
    const recorder = (who: 'ours' | 'real', name: string) => (socket: Socket) => {
      if (name === 'smtpfoo') socket.write('220 hi\r\n');
      socket.on('data', (chunk) => {
        const said = (heard[who].get(name) ?? '') + chunk.toString('latin1');
        if (!heard[who].has(`${name} done`)) heard[who].set(name, said);
      });
      socket.on('close', () => void heard[who].set(`${name} done`, ''));
    };
    const cases = await Promise.all(
      REQUESTS.map(async ([name, lines]) => ({
        name,
        lines,
        ours: (await listening(recorder('ours', name))).port,
        real: (await listening(recorder('real', name))).port,
      })),
    );
    const real = await startHaproxy(
      cases.map((each) => `backend ${each.name}\n ${[...each.lines, serverLine(each.real)].join('\n ')}\n`).join(''),
    );
    closers.push(() => real.stop());
    const ours = runChecks(
      cases.map((each) => makeBackend(each.name, ['mode http', ...each.lines, serverLine(each.ours)], [])),
    );
    closers.push(() => {
      ours.stop();
    });
    const names = cases.map(({ name }) => name);
    await until(
      () => names.every((name) => heard.ours.has(`${name} done`) && heard.real.has(`${name} done`)),
      'checked',
    );
    // The hello carries the time, the state header the port.
    const said = (who: 'ours' | 'real'): string[] =>
      names.map((name) =>
        (heard[who].get(name) ?? '').replace(/port=\d+/, 'port=N').replace(/^(\x16.{10}).{4}/s, '$1TIME'),
      );
    expect(said('ours')).toEqual(said('real'));
  });

  test('a flapping farm is logged the same, message by message', async () => {
    let mode = '200 OK';
    const serve = (socket: Socket): void => {
      socket.once('data', () => socket.end(`HTTP/1.1 ${mode}\r\ncontent-length: 0\r\n\r\n`));
    };
    const { port } = await listening(serve);
    const check = 'check inter 60 rise 2 fall 2';
    const lines = [
      'option httpchk',
      'http-check disable-on-404',
      `server s1 127.0.0.1:${port} ${check}`,
      `server s2 127.0.0.1:${port}`,
      `server b1 127.0.0.1:${port} backup ${check}`,
      `server t1 127.0.0.1:${port} track farm/s1`,
      `server d1 127.0.0.1:${port} disabled`,
    ];
    const single = ['option httpchk', 'option log-health-checks', `server s1 127.0.0.1:${port} ${check}`];
    const real = await startHaproxy(`backend farm\n ${lines.join('\n ')}\nbackend single\n ${single.join('\n ')}\n`);
    closers.push(() => real.stop());
    const events: string[] = [];
    const farm = makeBackend('farm', ['mode http', ...lines], events);
    const ours = runChecks([farm, makeBackend('single', ['mode http', ...single], events)]);
    closers.push(() => {
      ours.stop();
    });
    const named = (name: string) => farm.servers.find((server) => server.name === name) ?? farm.servers[0];
    await settle(events, real.lines);
    for (const next of ['404 Gone', '500 Err', '404 Gone', '200 OK', '500 Err', '200 OK']) {
      mode = next;
      await settle(events, real.lines);
    }
    const admin = [
      [
        'disable server farm/s2',
        () => {
          ours.admin.setMaintenance(named('s2'));
        },
      ],
      [
        'disable server farm/s1',
        () => {
          ours.admin.setMaintenance(named('s1'));
        },
      ],
      [
        'enable server farm/s1',
        () => {
          ours.admin.setReady(named('s1'));
        },
      ],
      [
        'set server farm/s1 state drain',
        () => {
          ours.admin.setDrain(named('s1'));
        },
      ],
      [
        'set server farm/s1 state maint',
        () => {
          ours.admin.setMaintenance(named('s1'));
        },
      ],
      [
        'set server farm/s1 state drain',
        () => {
          ours.admin.setDrain(named('s1'));
        },
      ],
      [
        'set server farm/s1 state ready',
        () => {
          ours.admin.setReady(named('s1'));
        },
      ],
      [
        'enable server farm/s2',
        () => {
          ours.admin.setReady(named('s2'));
        },
      ],
      [
        'set server farm/s2 health down',
        () => {
          ours.health.force(named('s2'), 'down', 'changed from CLI');
        },
      ],
      [
        'disable server farm/s2',
        () => {
          ours.admin.setMaintenance(named('s2'));
        },
      ],
      [
        'enable server farm/s2',
        () => {
          ours.admin.setReady(named('s2'));
        },
      ],
      [
        'enable server farm/d1',
        () => {
          ours.admin.setReady(named('d1'));
        },
      ],
    ] as const;
    for (const [command, act] of admin) {
      await real.command(command);
      act();
      await settle(events, real.lines);
    }
    for (const server of ['s1', 's2', 'b1', 't1', 'd1', 'single/s1']) {
      const name = server.includes('/') ? server : `farm/${server}`;
      const of = (all: readonly string[]): string[] =>
        all.filter((line) => line.includes(` ${name} `)).map((line) => withoutCounts(normal(line)));
      expect({ name, lines: of(events) }).toEqual({ name, lines: of(real.lines) });
    }
    // Which of the servers that fall together is counted first is a matter of milliseconds: compare the ends.
    expect(lastOfD1(events)).toEqual(lastOfD1(real.lines));
    expect(outages(events)).toBe(outages(real.lines));
  });
});

/** Counts of other servers depend on who was checked first within the same interval. */
const withoutCounts = (line: string): string =>
  line.replace(/\d+ active and \d+ backup servers (left|online)\.(?: Running on backup\.)?/, 'N servers $1.');
