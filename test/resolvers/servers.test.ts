import { describe, expect, test } from 'vitest';
import { ask } from '../admin/runtime-client.js';
import { addresses, DnsServer, service } from '../support/dns-server.js';
import { temporaryFolder } from '../support/folders.js';
import { lacks } from '../support/installed.js';
import { LogSink } from '../support/log-sink.js';
import { pause, until } from '../support/poll.js';
import { startHaproxy, startTsproxy } from '../support/proxy.js';

/** Servers whose names are followed while the proxy runs (manual 5.3): what both proxies make of the same answers. */

const CONFIG = (lines: string): string => `global
 stats socket {socket} level admin
defaults
 mode http
 log 127.0.0.1:{log} local0
 timeout client 5s
 timeout server 5s
 timeout connect 5s
resolvers r
 nameserver ns1 {dns}
 timeout resolve 100
 timeout retry 50
 hold nx 300
 hold refused 300
 hold timeout 300
 hold other 300
frontend f
 bind 127.0.0.1:{web}
 default_backend b
backend b
${lines}
`;

/** Columns of `show servers state` that are compared: name, address, states, weight, name in DNS, port, service. */
const COLUMNS = [3, 4, 5, 6, 7, 17, 18, 19];
const ADMIN = 6;
/** HAProxy shows that a name was set at run time only once something else changes. */
const NAME_SET = 0x40;

interface Running {
  readonly dns: DnsServer;
  readonly state: () => Promise<string[]>;
  readonly command: (line: string) => Promise<string>;
  /** States that were waited for, one after the other. */
  readonly seen: string[];
}

type Step = (running: Running) => Promise<void>;

/** Waits until the servers are as told: `name address` each, `-` for none. */
const servers =
  (...expected: string[]): Step =>
  async ({ state, seen }) => {
    let now: string[] = [];
    const shown = async (): Promise<boolean> => {
      now = await state();
      return now.map((line) => line.split(' ').slice(0, 2).join(' ')).join() === expected.join();
    };
    await until(`servers ${expected.join(', ')}`, shown).catch((late: unknown) => {
      throw new Error(`${String(late)}; they are ${now.join(', ')}`, { cause: late });
    });
    seen.push(...now);
  };

const change =
  (act: (dns: DnsServer) => void): Step =>
  async ({ dns }) =>
    act(dns);

async function run(start: typeof startTsproxy, lines: string, steps: readonly Step[], tcp: boolean): Promise<string[]> {
  const [dns, log] = [await DnsServer.start(), await LogSink.start()];
  const socket = `${temporaryFolder()}/s`;
  const values = { socket, log: log.port, dns: `${tcp ? 'tcp@' : ''}127.0.0.1:${dns.port}` };
  await steps[0]({ dns, state: async () => [], command: async () => '', seen: [] });
  const proxy = await start(CONFIG(lines), { values });
  const running: Running = {
    dns,
    async state() {
      const silence = pause(5000).then(() => Promise.reject(new Error(`${proxy.name} does not answer`)));
      const text = await Promise.race([ask(socket, 'show servers state\n'), silence]);
      const rows = text.split('\n').filter((line) => /^\d+ b /.test(line));
      return rows.map((row) => {
        const columns = row.split(' ');
        columns[ADMIN] = String(Number(columns[ADMIN]) & ~NAME_SET);
        return COLUMNS.map((column) => columns[column]).join(' ');
      });
    },
    command: (line) => ask(socket, `${line}\n`),
    seen: [],
  };
  for (const step of steps.slice(1)) await step(running);
  await proxy.stop();
  const said = log.messages.filter((line) => !/^Proxy |^Connect from/.test(line));
  return [...running.seen, ...said.map((line) => line.replace(/check duration: \d+ms/, 'check duration: 0ms'))];
}

const S = '_http._tcp.s.test';

type Scenario = readonly [what: string, lines: string, ...steps: Step[]];

const SCENARIOS: readonly Scenario[] = [
  [
    'an address comes, moves, goes and comes again',
    ' server s a.test:80 resolvers r init-addr none',
    change(({ zone }) => void zone.set('a.test', addresses('a.test', '127.0.0.11'))),
    servers('s 127.0.0.11'),
    change(({ zone }) => void zone.set('a.test', addresses('a.test', '127.0.0.12'))),
    servers('s 127.0.0.12'),
    change(({ zone }) => void zone.delete('a.test')),
    servers('s -'),
    change(({ zone }) => void zone.set('a.test', addresses('a.test', '127.0.0.12'))),
    servers('s 127.0.0.12'),
  ],
  ...(
    [
      ['refused', 5],
      ['server failure', 2],
      ['silence', 'silence'],
      ['no addresses', []],
    ] as const
  ).map(
    ([what, entry]) =>
      [
        what,
        ' server s a.test:80 resolvers r init-addr 127.0.0.9',
        change(({ zone }) => void zone.set('a.test', entry)),
        servers('s -'),
      ] as const,
  ),
  [
    'families',
    ' server any a.test:80 resolvers r init-addr none\n server four a.test:80 resolvers r init-addr none resolve-prefer ipv4',
    change(({ zone }) => void zone.set('a.test', addresses('a.test', '127.0.0.1', '::1'))),
    servers('any ::1', 'four 127.0.0.1'),
  ],
  [
    'another name is followed to its end',
    ' server s a.test:80 resolvers r init-addr none',
    change(
      ({ zone }) =>
        void zone.set('a.test', [
          { type: 'CNAME', name: 'a.test', data: 'b.test' },
          ...addresses('b.test', '127.0.0.3'),
        ]),
    ),
    servers('s 127.0.0.3'),
    change(({ zone }) => void zone.set('a.test', addresses('a.test', '127.0.0.4'))),
    servers('s 127.0.0.4'),
  ],
  [
    'no two servers of a backend have one address',
    ' server-template t 3 a.test:80 resolvers r init-addr none',
    change(({ zone }) => void zone.set('a.test', addresses('a.test', '127.0.0.1'))),
    servers('t1 127.0.0.1', 't2 -', 't3 -'),
    change(({ zone }) => void zone.set('a.test', addresses('a.test', '127.0.0.1', '127.0.0.2'))),
    servers('t1 127.0.0.1', 't2 127.0.0.2', 't3 -'),
  ],
  [
    'unless they may',
    ' default-server resolvers r init-addr none resolve-opts allow-dup-ip\n server-template t 2 a.test:80',
    change(({ zone }) => void zone.set('a.test', addresses('a.test', '127.0.0.1'))),
    servers('t1 127.0.0.1', 't2 127.0.0.1'),
  ],
  [
    'a wanted network',
    ' server s a.test:80 resolvers r init-addr none resolve-net 127.0.2.0/24',
    change(({ zone }) => void zone.set('a.test', addresses('a.test', '127.0.1.1', '127.0.2.1', '127.0.3.1'))),
    servers('s 127.0.2.1'),
  ],
  [
    'services: names, ports and weights',
    ` server-template v 2 ${S} resolvers r init-addr none`,
    change(({ zone }) => {
      zone.set(S, [service(S, 'a.test', 8081, 256)]);
      zone.set('a.test', addresses('a.test', '127.0.0.1'));
      zone.set('b.test', addresses('b.test', '127.0.0.2'));
    }),
    servers('v1 127.0.0.1', 'v2 -'),
    change(({ zone }) => void zone.set(S, [service(S, 'a.test', 8081, 256), service(S, 'b.test', 8082, 1000)])),
    servers('v1 127.0.0.1', 'v2 127.0.0.2'),
    change(({ zone }) => void zone.set(S, [service(S, 'b.test', 8082, 0)])),
    servers('v1 -', 'v2 127.0.0.2'),
    change(({ zone }) => void zone.delete(S)),
    servers('v1 -', 'v2 -'),
  ],
  [
    'services with addresses beside them',
    ` server-template v 1 ${S} resolvers r init-addr none resolve-opts ignore-weight`,
    change(({ zone, beside }) => {
      zone.set(S, [service(S, 'a.test', 8081, 1000)]);
      beside.set(S, addresses('a.test', '127.0.0.7'));
    }),
    servers('v1 127.0.0.7'),
    change(({ beside }) => void beside.set(S, addresses('a.test', '127.0.0.8'))),
    servers('v1 127.0.0.8'),
  ],
  [
    'set server … fqdn',
    ' server s a.test:80 resolvers r init-addr none\n server t 127.0.0.1:80\n server u 127.0.0.2:80 resolvers r',
    change(({ zone }) => {
      zone.set('a.test', addresses('a.test', '127.0.0.1'));
      zone.set('b.test', addresses('b.test', '127.0.0.2'));
    }),
    servers('s 127.0.0.1', 't 127.0.0.1', 'u 127.0.0.2'),
    async ({ command }) => {
      const answer = await command('set server b/s fqdn b.test');
      expect(answer).toBe("b/s changed its FQDN from a.test to b.test by 'stats socket command'\n\n");
    },
    servers('s 127.0.0.2', 't 127.0.0.1', 'u 127.0.0.2'),
  ],
  [
    'an address from the runtime API stays until its record goes',
    ' server s a.test:80 resolvers r init-addr none',
    change(({ zone }) => void zone.set('a.test', addresses('a.test', '127.0.0.1'))),
    servers('s 127.0.0.1'),
    async ({ command, dns }) => {
      await command('set server b/s addr 127.0.0.77');
      const asked = dns.questions.length;
      await until('more answers', () => dns.questions.length > asked + 6);
    },
    servers('s 127.0.0.77'),
    change(({ zone }) => void zone.set('a.test', addresses('a.test', '127.0.0.2'))),
    servers('s 127.0.0.2'),
  ],
  [
    'maintenance by an administrator outlasts it',
    ' server s a.test:80 resolvers r init-addr none',
    change(({ zone }) => void zone.set('a.test', addresses('a.test', '127.0.0.1'))),
    servers('s 127.0.0.1'),
    async ({ command }) => void (await command('disable server b/s')),
    change(({ zone }) => void zone.delete('a.test')),
    servers('s -'),
    async ({ command }) => void (await command('enable server b/s')),
    change(({ zone }) => void zone.set('a.test', addresses('a.test', '127.0.0.1'))),
    servers('s 127.0.0.1'),
  ],
];

describe.skipIf(lacks('haproxy'))('beside the real haproxy', () => {
  test.each(SCENARIOS.map((scenario) => ({ what: scenario[0], scenario })))(
    '$what',
    { timeout: 90_000 },
    async ({ scenario }) => {
      const [, lines, ...steps] = scenario;
      const real = await run(startHaproxy, lines, steps, false);
      expect(await run(startTsproxy, lines, steps, false)).toEqual(real);
    },
  );
});

test('name servers over TCP', async () => {
  const seen = await run(
    startTsproxy,
    ' server s a.test:80 resolvers r init-addr none',
    [change(({ zone }) => void zone.set('a.test', addresses('a.test', '127.0.0.11'))), servers('s 127.0.0.11')],
    true,
  );
  expect(seen).toContain('b/s changed its IP from (none) to 127.0.0.11 by r/ns1.');
});
