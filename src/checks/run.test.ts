import { describe, expect, test } from 'vitest';
import type { CheckResult } from '../core/check.js';
import type { ConnectSpec, Transport, TransportOwner, TransportProvider } from '../core/transport.js';
import { bytesMatcher } from './matchers.js';
import { connectStep, expectStep, sendStep, type CheckPlan, type CheckTarget } from './plan.js';
import { CheckRun } from './run.js';
import type { CheckTimeouts } from './timing.js';

/** One connection whose peer is the test. */
class FakeConnection {
  owner: TransportOwner | undefined;
  spec: ConnectSpec | undefined;
  sent = '';
  ended = '';
  closed = false;
  readonly timers = new Set<{ ms: number; run: () => void }>();
  time = 0;

  readonly clock = {
    now: () => this.time,
    seconds: () => 0,
    after: (ms: number, run: () => void) => {
      const timer = { ms, run };
      this.timers.add(timer);
      return () => void this.timers.delete(timer);
    },
  };

  readonly provider: TransportProvider = {
    name: 'socket',
    listen() {
      throw new Error('not here');
    },
    connect: (spec, owner) => {
      this.owner = owner;
      this.spec = spec;
      const here = { address: '', port: 0, family: 0 } as const;
      const transport: Transport = {
        owner,
        closed: false,
        pendingWrites: 0,
        pendingBytes: 0,
        remote: here,
        local: here,
        start() {},
        pause() {},
        resume() {},
        bulk() {},
        end() {},
        setKeepAlive() {},
        write: () => true,
        writeLatin1: (text) => {
          this.sent += text;
          return true;
        },
        destroy: () => void (this.ended = 'fin'),
        reset: () => void (this.ended = 'rst'),
      };
      return transport;
    },
  };

  says(text: string): void {
    const bytes = Buffer.from(text, 'latin1');
    this.owner?.onData(bytes, bytes.length);
  }

  /** Lets the one timer ring. */
  expire(): void {
    const [timer] = this.timers;
    this.timers.delete(timer);
    this.time += timer.ms;
    timer.run();
  }
}

const backend = { name: 'b', id: 1, mode: 'tcp', currentConnections: 0, servers: [], queued: 0 } as const;
const target: CheckTarget = {
  name: 's',
  address: '192.0.2.1',
  port: 80,
  path: '',
  stateHeader: '',
  softStop: false,
  via: () => undefined,
  greeting: () => '',
  program: {
    command: '/bin/true',
    path: '',
    proxyAddress: '',
    proxyPort: '',
    proxyId: 1,
    serverId: 1,
    serverAddress: '',
    serverPort: '',
    maxconn: 0,
    connections: 0,
    ssl: false,
  },
  sourceAddress: '',
  tls: undefined,
  ownTls: undefined,
  backend,
  server: undefined,
};

function start(steps: CheckPlan['steps'], times: Partial<CheckTimeouts> = {}, more: Partial<CheckTarget> = {}) {
  const connection = new FakeConnection();
  const results: CheckResult[] = [];
  const timeouts = { inter: 1000, connect: 0, check: 0, ...times };
  const run = new CheckRun({ kind: 'tcp-check', steps }, { ...target, ...more }, timeouts, connection, (result) => {
    results.push(result);
  });
  return { connection, results, run };
}

const pong = expectStep(2, bytesMatcher('string', '+PONG'));
const ping = [connectStep(), sendStep(1, () => 'PING\r\n'), pong];

describe('one check', () => {
  test('a text that arrives in pieces matches', () => {
    const { connection, results } = start(ping);
    connection.owner?.onConnect();
    for (const piece of ['+', 'PO', 'NG\r\n']) connection.says(piece);
    expect([connection.sent, connection.ended, connection.timers.size]).toEqual(['PING\r\n', 'rst', 0]);
    expect(results).toEqual([{ status: 'L7OK', code: 0, info: '(tcp-check)', durationMs: 0 }]);
  });

  test('linger closes with FIN', () => {
    const { connection } = start([connectStep({ linger: true }), pong]);
    connection.owner?.onConnect();
    connection.says('+PONG');
    expect(connection.ended).toBe('fin');
  });

  test.each([
    ['ECONNREFUSED', 'Connection refused at initial connection step of tcp-check'],
    ['EHOSTUNREACH', 'No route to host at initial connection step of tcp-check'],
    ['ENETUNREACH', 'General socket error (Network is unreachable) at initial connection step of tcp-check'],
    ['ETIMEDOUT', 'Connection timed out at initial connection step of tcp-check'],
  ])('%s while connecting', (errno, info) => {
    const { connection, results } = start(ping);
    connection.owner?.onClose(errno);
    expect(results).toMatchObject([{ status: 'L4CON', info }]);
  });

  test('a missing UNIX socket is a socket error', () => {
    const { connection, results } = start([connectStep()], {}, { path: '/nowhere' });
    connection.owner?.onClose('ENOENT');
    expect(results).toMatchObject([{ status: 'SOCKERR', info: 'General socket error (No such file or directory)' }]);
  });

  test.each([
    // timeouts, time for the connection, time for the rest
    [{ inter: 1000 }, 1000, 1000],
    [{ inter: 1000, connect: 200 }, 1000, 1000],
    [{ inter: 1000, connect: 200, check: 5000 }, 200, 5000],
    [{ inter: 100, connect: 200, check: 50 }, 100, 50],
  ])('%j: %i ms to connect, %i ms to answer', (times, connecting, answering) => {
    const { connection, results } = start(ping, times);
    const [first] = connection.timers;
    expect(first.ms).toBe(connecting);
    connection.owner?.onConnect();
    const [second] = connection.timers;
    expect(second.ms).toBe(answering);
    connection.expire();
    expect(results).toMatchObject([
      { status: 'L7TOUT', info: " at step 2 of tcp-check (expect string '+PONG')", durationMs: answering },
    ]);
  });

  test('silence while connecting is a layer 4 timeout', () => {
    const { connection, results } = start([connectStep({ id: 1, port: 99 })]);
    expect(connection.spec).toMatchObject({ address: '192.0.2.1', port: 99 });
    connection.expire();
    expect(results).toMatchObject([{ status: 'L4TOUT', info: ' at step 1 of tcp-check (connect port 99)' }]);
  });

  test.each([
    [
      { address: '192.0.2.9', addressPort: 99 },
      { address: '192.0.2.9', port: 99, path: '' },
    ],
    [
      { address: '192.0.2.9', addressPort: 99, port: 98 },
      { address: '192.0.2.9', port: 98, path: '' },
    ],
    [{ address: '192.0.2.9' }, { address: '192.0.2.9', port: 80, path: '' }],
    [{ path: '/run/x' }, { path: '/run/x' }],
  ])('where a step connects to: %o', (step, spec) => {
    const { connection } = start([connectStep({ id: 1, ...step })], {}, { path: '/run/server' });
    expect(connection.spec).toMatchObject(spec);
  });

  test('without a port nothing is connected, and nobody is told before start returned', () => {
    const { connection, results } = start([connectStep()], {}, { port: 0 });
    expect([results, connection.spec]).toEqual([[], undefined]);
    connection.expire();
    expect(results).toMatchObject([{ status: 'SOCKERR' }]);
  });

  test('cancelled, it closes and says nothing', () => {
    const { connection, results, run } = start(ping);
    connection.owner?.onConnect();
    run.cancel();
    expect([connection.ended, connection.timers.size, results]).toEqual(['rst', 0, []]);
  });

  test('an answer without end is cut at the buffer, an info at 127 bytes', () => {
    const { connection, results } = start([connectStep(), expectStep(1, bytesMatcher('string', 'x'.repeat(200)))]);
    connection.owner?.onConnect();
    connection.says('y'.repeat(20_000));
    connection.owner?.onEnd();
    expect(results[0].info).toBe(`TCPCHK did not match content '${'x'.repeat(127)}`.slice(0, 127));
  });
});
