import type { ListenSpec } from '../../core/transport.js';

/**
 * What a master tells the process it starts as its worker. Worker and master are one program; a variable of the
 * environment, which the worker takes out again before anything else can see it, says who is who.
 */
export interface Assignment {
  /** Descriptors of the sockets that the master holds, by socketKey(). */
  readonly descriptors: Readonly<Record<string, number>>;
}

const MARK = 'TSPROXY_WORKER';
/** Marks the process that serves for a daemon (process/daemon.ts): of no concern to a worker. */
const DAEMON_MARK = 'TSPROXY_DAEMON_CHILD';

/** @returns this process's assignment when a master started it */
export function takeAssignment(environment: NodeJS.ProcessEnv): Assignment | undefined {
  const text = environment[MARK];
  if (text === undefined) return undefined;
  delete environment[MARK];
  const parsed: unknown = JSON.parse(text);
  return typeof parsed === 'object' && parsed !== null && 'descriptors' in parsed
    ? { descriptors: parsed.descriptors as Assignment['descriptors'] }
    : undefined;
}

/** The environment of a worker. */
export function workerEnvironment(environment: NodeJS.ProcessEnv, assignment: Assignment): NodeJS.ProcessEnv {
  return { ...environment, [DAEMON_MARK]: undefined, [MARK]: JSON.stringify(assignment) };
}

/** An address to hold, with what to print when it cannot be had. */
export interface WantedSocket {
  readonly spec: ListenSpec;
  /** HAProxy's message. @param code errno name */
  problem(code: string): string;
}
