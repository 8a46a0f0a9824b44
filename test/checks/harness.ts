import net from 'node:net';
import { checkLanguage } from '../../src/checks/language.js';
import { agentPlan } from '../../src/checks/types/agent.js';
import { Check, compileCheck } from '../../src/checks/index.js';
import type { CheckPlan } from '../../src/checks/plan.js';
import { systemClock } from '../../src/checks/timing.js';
import { newProxy, readProxy } from '../../src/config/keywords/testing.js';
import type { LogLevel } from '../../src/core/log.js';
import { Arena } from '../../src/state/arena.js';
import { Backend } from '../../src/state/backend.js';
import { CheckScheduler } from '../../src/state/check-scheduler.js';
import { Health } from '../../src/state/health.js';
import { HealthAdmin } from '../../src/state/health-admin.js';
import { Server } from '../../src/state/server.js';
import { timeoutsOf } from '../../src/state/timeouts.js';
import { chooseTransport } from '../../src/protocol/transport/index.js';
import { Checkpoint } from '../../src/language/checkpoint.js';
import { fakeScope } from '../../src/language/testing.js';

/** A backend written in the configuration's words, with its servers tracked, as compile.ts makes them. */
export function makeBackend(name: string, lines: readonly string[], events: string[], nowSeconds = 0): Backend {
  const model = newProxy('backend', name);
  for (const line of lines) {
    const outcome = readProxy(line, model);
    if (outcome.error !== undefined) throw new Error(`${line}: ${outcome.error}`);
  }
  const backend = new Backend(model, 1, new Arena(), nowSeconds);
  backend.timeouts = timeoutsOf(model);
  backend.balancer = { name: 'none', deterministic: false, pick: () => undefined, update() {} };
  backend.logger = {
    active: true,
    stream() {},
    event(level: LogLevel, message: string) {
      events.push(`<${level}>${message}`);
    },
  };
  for (const [index, server] of model.servers.entries()) {
    backend.servers.push(new Server(server, backend, index, new Arena(), nowSeconds));
  }
  for (const server of backend.servers) {
    const wanted = server.model.track?.text.replace(/^.*\//, '');
    server.tracked = backend.servers.find((each) => each.name === wanted);
    server.tracked?.trackers.push(server);
  }
  return backend;
}

/** The plan of a backend's check. @throws ConfigError */
export function planOf(backend: Backend, complaints: string[] = []): CheckPlan {
  const { model } = backend;
  const plan = compileCheck({
    model: model.check,
    proxy: model.name,
    span: model.span,
    language: checkLanguage(fakeScope({ places: Checkpoint.TcpCheck })),
    warn: (_at, message) => void complaints.push(message),
    refuse: (_at, what, why) => void complaints.push(`${what}: ${why}`),
  });
  if (plan === undefined) throw new Error(`no plan: ${complaints.join('; ')}`);
  return plan;
}

export interface Running {
  readonly health: Health;
  readonly admin: HealthAdmin;
  stop(): void;
}

/** Checks the backends for real until stopped. */
export function runChecks(backends: readonly Backend[]): Running {
  const listener = {
    changed() {},
    shutdownSessions() {},
    shutdownBackupSessions() {},
    redistribute: () => 0,
    grab: () => 0,
  };
  const health = new Health({ clock: systemClock, listener, console() {} });
  const scheduler = new CheckScheduler({
    clock: systemClock,
    health,
    random: () => 0.5,
    spreadChecks: 0,
    maxSpreadChecks: undefined,
    node: 'node1',
  });
  const environment = { provider: chooseTransport(), clock: systemClock };
  for (const backend of backends) {
    scheduler.add(backend, new Check(planOf(backend), environment));
    for (const server of backend.servers) {
      const { agent } = server;
      if (agent === undefined) continue;
      scheduler.addAgent(
        server,
        agent,
        new Check(
          agentPlan(() => agent.send),
          environment,
        ),
      );
    }
    health.begin(backend);
  }
  scheduler.start();
  return {
    health,
    admin: new HealthAdmin(health),
    stop() {
      scheduler.stop();
      health.stop();
    },
  };
}

/** A TCP server on loopback. */
export interface Peer {
  readonly port: number;
  close(): void;
}

/** @param serve undefined = the port refuses */
export async function peer(serve: ((socket: net.Socket) => void) | undefined): Promise<Peer> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    socket.on('end', () => socket.end());
    serve?.(socket);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not a TCP server');
  const { port } = address;
  const close = (): void => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  if (serve === undefined) close();
  return { port, close };
}

/** Waits until it is true. @throws Error after the time */
export async function until(condition: () => boolean, what: string, ms = 10_000): Promise<void> {
  const end = Date.now() + ms;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`not within ${ms} ms: ${what}`);
    await new Promise((wake) => setTimeout(wake, 10));
  }
}
