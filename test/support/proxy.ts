import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fill, modernised, placeholders } from './config-text.js';
import { mainPath, nodePath, subjectName } from './environment.js';
import { temporaryFolder } from './folders.js';
import { findProgram } from './installed.js';
import { listeningPorts } from './listening.js';
import { freePort } from './ports.js';
import { Program, run, type Finished } from './program.js';

export type ProxyName = 'haproxy' | 'tsproxy';

export interface ProxyOptions {
  /** Values for placeholders whose port somebody else listens on (origins, log sinks) or that are no ports. */
  readonly values?: Readonly<Record<string, string | number>>;
  /** Default `-db`. */
  readonly args?: readonly string[];
  readonly transport?: 'handle' | 'socket';
  readonly node?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A running proxy. */
export interface Proxy {
  readonly name: ProxyName;
  readonly program: Program;
  /** The configuration file it was started with. */
  readonly file: string;
  /** The port behind a placeholder. */
  port(name: string): number;
  stop(): Promise<void>;
}

interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** How a proxy is called; both take the same arguments. */
export function proxyCommand(name: ProxyName, options: ProxyOptions = {}): Command {
  if (name === 'haproxy') return { program: findProgram('haproxy') ?? 'haproxy', args: [], env: { ...options.env } };
  const transport: Record<string, string> = {};
  if (options.transport !== undefined) transport.TSPROXY_TRANSPORT = options.transport;
  return { program: options.node ?? nodePath, args: [resolve(mainPath)], env: { ...transport, ...options.env } };
}

/** Runs a proxy's command line to its end, e.g. with `-c`. */
export function runProxy(
  name: ProxyName,
  args: readonly string[],
  options: ProxyOptions & { cwd?: string } = {},
): Promise<Finished> {
  const command = proxyCommand(name, options);
  return run(command.program, [...command.args, ...args], { env: command.env, cwd: options.cwd });
}

/** A configuration with every `{name}` that has no value yet given a free port. */
export interface FilledConfig {
  readonly text: string;
  readonly file: string;
  readonly values: Readonly<Record<string, string | number>>;
  /** Ports chosen here: where the proxy is to listen. */
  readonly own: readonly number[];
}

/** Writes the configuration into a folder of its own. */
export async function writeConfig(text: string, given: ProxyOptions['values'] = {}): Promise<FilledConfig> {
  const values: Record<string, string | number> = { ...given };
  const own: number[] = [];
  for (const name of placeholders(text)) {
    if (name in values) continue;
    const port = await freePort();
    values[name] = port;
    own.push(port);
  }
  const file = join(temporaryFolder(), 'haproxy.cfg');
  const filled = fill(text, values);
  writeFileSync(file, filled);
  return { text: filled, file, values, own };
}

async function start(name: ProxyName, config: string, options: ProxyOptions): Promise<Proxy> {
  const { file, values, own } = await writeConfig(config, options.values);
  const command = proxyCommand(name, options);
  const args = [...command.args, ...(options.args ?? ['-db']), '-f', file];
  const program = new Program(command.program, args, { env: command.env });
  await program.ready(`listens on ${own.join(', ')}`, () => own.every((port) => listeningPorts().has(port)));
  return {
    name,
    program,
    file,
    port(placeholder) {
      const value = values[placeholder];
      if (typeof value !== 'number') throw new Error(`{${placeholder}} is no port of this configuration`);
      return value;
    },
    stop: () => program.stop(),
  };
}

/**
 * Starts the real haproxy and waits until it listens on the port of every placeholder that is not in `values`.
 * @throws Error with its messages when it ends instead
 */
export function startHaproxy(config: string, options: ProxyOptions = {}): Promise<Proxy> {
  return start('haproxy', modernised(config), options);
}

/** The same with tsproxy. */
export function startTsproxy(config: string, options: ProxyOptions = {}): Promise<Proxy> {
  return start('tsproxy', config, options);
}

/** The program under test: tsproxy, unless the environment asks to prove the scenario with the real one. */
export function startProxy(config: string, options: ProxyOptions = {}): Promise<Proxy> {
  return subjectName === 'haproxy' ? startHaproxy(config, options) : startTsproxy(config, options);
}
