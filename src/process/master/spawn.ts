import { spawn, type StdioOptions } from 'node:child_process';
import type { ProgramModel } from '../../config/model.js';
import type { Child } from './children.js';
import type { ToWorker } from './messages.js';
import { workerEnvironment } from './assignment.js';

export interface WorkerOrders {
  readonly sources: Extract<ToWorker, { kind: 'configuration' }>['sources'];
  /** The master's descriptors, by key. */
  readonly descriptors: ReadonlyMap<string, number>;
  /** Descriptors that the configuration names by number (`log fd@5`): the worker has them under the same one. */
  readonly sameNumber: readonly number[];
}

/** Starts this program once more, as a worker. It gets the sockets as descriptors, and the configuration by message. */
export function spawnWorker({ sources, descriptors, sameNumber }: WorkerOrders): Child {
  const stdio: (number | 'inherit' | 'ipc' | 'ignore')[] = ['ignore', 'inherit', 'inherit'];
  for (const fd of sameNumber) if (fd > 2) stdio[fd] = fd;
  const place = (what: number | 'ipc'): number => {
    let at = 3;
    while (stdio[at] !== undefined) at++;
    stdio[at] = what;
    return at;
  };
  place('ipc');
  const given = Object.fromEntries([...descriptors].map(([key, fd]) => [key, place(fd)]));
  const [script, ...args] = process.argv.slice(1);
  const child = spawn(process.execPath, [...process.execArgv, script, ...args], {
    stdio: Array.from(stdio, (entry) => entry ?? 'ignore') satisfies StdioOptions,
    env: workerEnvironment(process.env, { descriptors: given }),
  });
  child.on('error', () => undefined); // told by its exit, or by a pid that is not there
  const orders: ToWorker = { kind: 'configuration', sources };
  child.send(orders, () => undefined);
  return childOf('worker', 'worker', child);
}

/**
 * Starts the program of a `program` section.
 * @param quiet it gets no terminal, since the master gives it up
 */
export function spawnProgram({ name, command, uid, gid }: ProgramModel, quiet: boolean): Child {
  const output = quiet ? 'ignore' : 'inherit';
  const child = spawn(command[0], command.slice(1), { stdio: ['ignore', output, output], uid, gid });
  return { ...childOf('program', name, child), ready: true };
}

function childOf(kind: Child['kind'], name: string, child: Child['process']): Child {
  const startedAt = performance.now();
  return { kind, name, pid: child.pid ?? 0, process: child, startedAt, reloads: 0, leaving: false, ready: false };
}
