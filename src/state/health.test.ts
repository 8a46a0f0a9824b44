import { describe, expect, test } from 'vitest';
import type { CheckClock } from '../checks/timing.js';
import { newProxy, readProxy } from '../config/keywords/testing.js';
import { ServerChange } from '../core/balancer.js';
import type { CheckResult } from '../core/check.js';
import { BE, SV } from '../core/counters.js';
import { Arena } from './arena.js';
import { Backend } from './backend.js';
import { checkInterval } from './check-probes.js';
import { CheckScheduler, type StartableCheck } from './check-scheduler.js';
import { Health } from './health.js';
import { HealthAdmin } from './health-admin.js';
import { HealthObserver } from './health-observe.js';
import { HealthTarget } from './health-target.js';
import { Server, ServerState } from './server.js';
import { timeoutsOf } from './timeouts.js';

/** Time that stands still until told. */
class FakeClock implements CheckClock {
  ms = 0;
  #timers: { due: number; run: () => void }[] = [];

  now(): number {
    return this.ms;
  }
  seconds(): number {
    return 1000 + Math.floor(this.ms / 1000);
  }
  after(ms: number, run: () => void): () => void {
    const timer = { due: this.ms + ms, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((each) => each !== timer);
    };
  }
  pending(): number {
    return this.#timers.length;
  }
  advance(ms: number): void {
    const end = this.ms + ms;
    for (;;) {
      const next = this.#timers.filter(({ due }) => due <= end).toSorted((a, b) => a.due - b.due)[0];
      if (next === undefined) break;
      this.#timers = this.#timers.filter((each) => each !== next);
      this.ms = Math.max(this.ms, next.due);
      next.run();
    }
    this.ms = end;
  }
}

const PASSED: CheckResult = { status: 'L7OK', code: 200, info: '', durationMs: 1 };
const FAILED: CheckResult = { status: 'L7STS', code: 500, info: 'Oops', durationMs: 2 };
const SOFT: CheckResult = { status: 'L7OKC', code: 404, info: '', durationMs: 3 };

function farm(lines: readonly string[]) {
  const clock = new FakeClock();
  const log: string[] = [];
  const console: string[] = [];
  const changes: string[] = [];
  const model = newProxy('backend', 'b');
  for (const line of lines) expect(readProxy(line, model).error).toBeUndefined();
  const backend = new Backend(model, 1, new Arena(), clock.seconds());
  backend.timeouts = timeoutsOf(model);
  backend.logger = { active: true, stream() {}, event: (level, message) => void log.push(`${level} ${message}`) };
  const update = (server: { name: string }, change: ServerChange): void => {
    changes.push(`${server.name} ${['up', 'down', 'weight'][change]}`);
  };
  backend.balancer = { name: 'fake', deterministic: false, pick: () => undefined, update };
  for (const [index, each] of model.servers.entries()) {
    backend.servers.push(new Server(each, backend, index, new Arena(), clock.seconds()));
  }
  for (const server of backend.servers) {
    server.tracked = backend.servers.find(({ name }) => name === server.model.track?.text);
    server.tracked?.trackers.unshift(server);
  }
  const listener = {
    changed: () => undefined,
    shutdownSessions: (server: Server) => void changes.push(`${server.name} shutdown`),
    shutdownBackupSessions: () => void changes.push('shutdown backups'),
    redistribute: () => 4,
    grab: () => 5,
  };
  const health = new Health({ clock, listener, console: (severity, text) => void console.push(`${severity} ${text}`) });
  health.begin(backend);
  return { clock, log, console, changes, backend, health, admin: new HealthAdmin(health), server: backend.servers[0] };
}

describe('rise and fall', () => {
  test.each([
    // results (p = passed, f = failed), health and state after each
    ['f', [[0, 'down']]],
    [
      'pf',
      [
        [4, 'up'],
        [3, 'up'],
      ],
    ],
    [
      'pfff',
      [
        [4, 'up'],
        [3, 'up'],
        [2, 'up'],
        [0, 'down'],
      ],
    ],
    [
      'pfpf',
      [
        [4, 'up'],
        [3, 'up'],
        [4, 'up'],
        [3, 'up'],
      ],
    ],
    [
      'fpp',
      [
        [0, 'down'],
        [1, 'down'],
        [4, 'up'],
      ],
    ],
    [
      'fpfpp',
      [
        [0, 'down'],
        [1, 'down'],
        [0, 'down'],
        [1, 'down'],
        [4, 'up'],
      ],
    ],
  ] as const)('rise 2 fall 3: %s', (results, expected) => {
    const { health, server } = farm(['server s 127.0.0.1:1 check rise 2 fall 3']);
    const seen = results.split('').map((letter) => {
      health.checkEnded(server, letter === 'p' ? PASSED : FAILED);
      return [server.health, server.state === ServerState.Stopped ? 'down' : 'up'];
    });
    expect(seen).toEqual(expected);
  });

  test('counts failures only while there is health to lose, transitions once, and the time spent down', () => {
    const { health, server, backend, clock } = farm(['server s 127.0.0.1:1 check rise 1 fall 1']);
    for (const result of [FAILED, FAILED, FAILED]) health.checkEnded(server, result);
    clock.advance(7000);
    health.checkEnded(server, PASSED);
    expect([server.counters[SV.chkfail], server.counters[SV.chkdown], server.downTime]).toEqual([1, 1, 7]);
    expect([backend.counters[BE.chkdown], backend.downTime, backend.lastChange]).toEqual([1, 7, 1007]);
  });

  test('a check under way shows its last result without text', () => {
    const { health, server } = farm(['server s 127.0.0.1:1 check']);
    health.checkEnded(server, FAILED);
    health.checkStarted(server);
    expect([server.checkInProgress, server.checkResult]).toEqual([true, { ...FAILED, info: '' }]);
  });
});

describe('what follows a change', () => {
  test('going down and up: balancer, sessions, queue, log, console', () => {
    const { health, server, log, console, changes } = farm([
      'server s 127.0.0.1:1 check rise 1 fall 1 on-marked-down shutdown-sessions on-marked-up shutdown-backup-sessions',
      'server b 127.0.0.1:2 backup',
    ]);
    health.checkEnded(server, FAILED);
    health.checkEnded(server, PASSED);
    expect(log).toEqual([
      '1 Server b/s is DOWN, reason: Layer7 wrong status, code: 500, info: "Oops", check duration: 2ms. 0 active and 1 backup servers left. Running on backup. 0 sessions active, 4 requeued, 0 remaining in queue.',
      '5 Server b/s is UP, reason: Layer7 check passed, code: 200, check duration: 1ms. 1 active and 1 backup servers online. 5 sessions requeued, 0 total in queue.',
    ]);
    expect(console).toEqual(log.map((line) => `warning ${line.slice(2)}`));
    expect(changes).toEqual(['s down', 's shutdown', 's up', 'shutdown backups']);
  });

  test('a conditional pass stops a running server and a pass brings it back', () => {
    const { health, server, log, backend, console } = farm(['server s 127.0.0.1:1 check rise 1 fall 1']);
    health.checkEnded(server, SOFT);
    expect([server.state, server.effectiveWeight, backend.up, server.usable]).toEqual([2 + 1, 0, false, true]);
    health.checkEnded(server, FAILED);
    expect(log.map((line) => line.slice(0, 22))).toEqual([
      '5 Server b/s is stoppi',
      '0 backend b has no ser',
      '5 Server b/s is DOWN, ',
    ]);
    expect(console[1]).toBe("alert backend 'b' has no server available!");
  });

  test('option log-health-checks tells every change of health, and the transition without its reason', () => {
    const { health, server, log } = farm(['option log-health-checks', 'server s 127.0.0.1:1 check rise 2 fall 2']);
    for (const result of [PASSED, PASSED, FAILED, FAILED, FAILED]) health.checkEnded(server, result);
    expect(log).toEqual([
      '5 Health check for server b/s succeeded, reason: Layer7 check passed, code: 200, check duration: 1ms, status: 2/2 UP.',
      '5 Health check for server b/s failed, reason: Layer7 wrong status, code: 500, info: "Oops", check duration: 2ms, status: 1/2 UP.',
      '5 Health check for server b/s failed, reason: Layer7 wrong status, code: 500, info: "Oops", check duration: 2ms, status: 0/2 DOWN.',
      '1 Server b/s is DOWN. 0 active and 0 backup servers left. 0 sessions active, 4 requeued, 0 remaining in queue.',
      '0 backend b has no server available!',
    ]);
  });

  test('servers that track it follow', () => {
    const { health, server, log, backend } = farm([
      'server s 127.0.0.1:1 check rise 1 fall 1',
      'server t 127.0.0.1:2 track s',
    ]);
    health.checkEnded(server, FAILED);
    expect(backend.servers.map(({ state }) => state)).toEqual([ServerState.Stopped, ServerState.Stopped]);
    expect(log[1]).toContain('Server b/t is DOWN via b/s. 0 active');
  });

  test('slowstart: sixteenths of the weight, then UP once more', () => {
    const { health, server, clock, log, changes } = farm([
      'server s 127.0.0.1:1 check rise 1 fall 1 slowstart 3s weight 10',
    ]);
    health.checkEnded(server, FAILED);
    health.checkEnded(server, PASSED);
    const weights = [server.effectiveWeight];
    for (let second = 0; second < 3; second++) {
      clock.advance(1000);
      weights.push(server.effectiveWeight);
    }
    expect(weights).toEqual([10, 60, 110, 160]);
    expect([server.state, log.at(-1)]).toEqual([
      ServerState.Running,
      '5 Server b/s is UP. 1 active and 0 backup servers online. 5 sessions requeued, 0 total in queue.',
    ]);
    expect(changes).toEqual(['s down', 's up', 's weight', 's weight', 's up']);
    expect(clock.pending()).toBe(0);
  });
});

describe('administrators', () => {
  test('maintenance ignores checks; ready starts anew at rise', () => {
    const { health, admin, server } = farm(['server s 127.0.0.1:1 check rise 2 fall 2', 'server o 127.0.0.1:1']);
    server.checked = true;
    admin.setMaintenance(server);
    health.checkEnded(server, PASSED);
    expect([server.health, server.usable]).toEqual([0, false]);
    admin.setReady(server);
    expect([server.health, server.usable, server.state]).toEqual([2, true, ServerState.Running]);
  });

  test('a weight of 0 takes the server out of the count, not out of use', () => {
    const { health, server, backend, changes } = farm(['server s 127.0.0.1:1 check', 'server o 127.0.0.1:1']);
    health.setWeight(server, 0);
    expect([backend.activeServers, server.usable, changes]).toEqual([1, true, ['s weight']]);
  });
});

const observing = (onError: string): string =>
  `server s 127.0.0.1:1 check rise 2 fall 3 fastinter 100 observe layer7 error-limit 3 on-error ${onError}`;

describe('observe', () => {
  test.each([
    ['fastinter', 4, 0],
    ['fail-check', 3, 1],
    ['sudden-death', 2, 1],
    ['mark-down', 0, 1],
  ])('on-error %s: health %i after the limit', (onError, expected, failures) => {
    const { health, server } = farm([observing(onError)]);
    health.checkEnded(server, PASSED);
    const hurried: string[] = [];
    const observer = new HealthObserver(health, ({ name }) => void hurried.push(name));
    for (const ok of [false, false, true, false, false]) observer.report(server, ok, 'layer7', 'status');
    observer.report(server, false, 'layer4');
    expect([server.health, hurried]).toEqual([4, []]);
    observer.report(server, false, 'layer7', 'closed');
    expect([server.health, server.counters[SV.chkfail], server.counters[SV.hanafail], hurried]).toEqual([
      expected,
      failures,
      1,
      ['s'],
    ]);
  });

  test('the log names the last error', () => {
    const { health, server, log } = farm([observing('mark-down')]);
    const observer = new HealthObserver(health, () => {});
    for (let count = 0; count < 3; count++) observer.report(server, false, 'layer7', 'timeout');
    expect(log[0]).toContain(
      'Server b/s is DOWN, reason: Health analyze, info: "Detected 3 consecutive errors, last one was: Read timeout (http)". 0 active',
    );
  });
});

describe('scheduling', () => {
  /** A check that ends when told. */
  class FakeCheck implements StartableCheck {
    started: string[] = [];
    end: ((result: CheckResult) => void) | undefined;
    cancelled = 0;
    constructor(readonly clock: FakeClock) {}
    start(target: { name: string }, _timeouts: unknown, done: (result: CheckResult) => void): { cancel(): void } {
      this.started.push(`${target.name}@${this.clock.ms}`);
      this.end = done;
      return { cancel: () => void this.cancelled++ };
    }
  }

  function scheduled(lines: readonly string[], spreadChecks = 0, random = 0) {
    const made = farm(lines);
    const check = new FakeCheck(made.clock);
    const scheduler = new CheckScheduler({
      clock: made.clock,
      health: made.health,
      random: () => random,
      spreadChecks,
      maxSpreadChecks: undefined,
      node: '',
    });
    scheduler.add(made.backend, check);
    scheduler.start();
    return { ...made, check, scheduler };
  }

  test('first checks are spread over the interval; servers without check are left alone', () => {
    const { check, clock, backend } = scheduled([
      'server a 127.0.0.1:1 check inter 2000',
      'server n 127.0.0.1:1',
      'server b 127.0.0.1:1 check inter 2000',
      'server c 127.0.0.1:1 check inter 8000',
    ]);
    clock.advance(9000);
    expect(check.started).toEqual(['a@0', 'b@666', 'c@5333']);
    expect(backend.servers.map(({ checked }) => checked)).toEqual([true, false, true, true]);
  });

  test.each([
    ['all is well', 4, ServerState.Running, 1000],
    ['in transition', 3, ServerState.Running, 100],
    ['rising', 1, ServerState.Stopped, 100],
    ['down', 0, ServerState.Stopped, 5000],
  ])('inter, fastinter, downinter: %s', (_name, level, state, expected) => {
    const { server } = farm(['server s 127.0.0.1:1 check inter 1000 fastinter 100 downinter 5000 rise 2 fall 3']);
    server.health = level;
    server.state = state;
    expect(checkInterval(server)).toBe(expected);
  });

  test('never two at once: the next one is counted from the end of the last', () => {
    const { check, clock } = scheduled(['server s 127.0.0.1:1 check inter 1000 rise 1 fall 1']);
    clock.advance(5000);
    expect(check.started).toEqual(['s@0']);
    check.end?.(PASSED);
    clock.advance(1000);
    expect(check.started).toEqual(['s@0', 's@6000']);
  });

  test.each([
    [0, 's@1500'],
    [0.5, 's@1000'],
  ])('spread-checks 50 with random %f', (random, expected) => {
    const { check, clock } = scheduled(['server s 127.0.0.1:1 check inter 1000 rise 1 fall 1'], 50, random);
    clock.advance(0);
    check.end?.(PASSED);
    clock.advance(2000);
    expect(check.started[1]).toBe(expected);
  });

  test('stop() cancels what runs and what is to come', () => {
    const { check, clock, scheduler, server } = scheduled(['server s 127.0.0.1:1 check', 'server t 127.0.0.1:1 check']);
    clock.advance(10);
    scheduler.stop();
    expect([check.cancelled, clock.pending(), server.checkInProgress]).toEqual([1, 0, false]);
  });

  test('a server in maintenance is not checked', () => {
    const { check, clock } = scheduled(['server s 127.0.0.1:1 check inter 1000 disabled']);
    clock.advance(3000);
    expect(check.started).toEqual([]);
  });

  test('hurry() advances a check that is far away', () => {
    const { check, clock, scheduler, server } = scheduled([
      'server s 127.0.0.1:1 check inter 9000 fastinter 100 rise 1 fall 1',
    ]);
    clock.advance(0);
    check.end?.(PASSED);
    scheduler.hurry(server);
    clock.advance(100);
    expect(check.started).toEqual(['s@0', 's@100']);
  });
});

test.each([
  ['server s 127.0.0.1:80 check', '127.0.0.1', 80],
  ['server s 127.0.0.1:80 check port 81', '127.0.0.1', 81],
  ['server s 127.0.0.1:80 check addr 127.0.0.2', '127.0.0.2', 80],
  ['server s 127.0.0.1:80 check addr 127.0.0.2 port 82', '127.0.0.2', 82],
])('%s: checks go to %s:%i', (line, address, port) => {
  const target = new HealthTarget(farm([line]).server, 'n');
  expect([target.address, target.port]).toEqual([address, port]);
});
