import { spawn, type ChildProcess } from 'node:child_process';
import { atEnd } from './cleanup.js';
import { inherited } from './environment.js';
import { until } from './poll.js';

export interface Exit {
  /** null when a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Bytes for its standard input, which is empty otherwise. */
  readonly input?: string;
}

/** A child process that does not outlive the test file. */
export class Program {
  readonly pid: number;
  /** Resolves when it is gone and everything it wrote has been read. */
  readonly exited: Promise<Exit>;
  stdout = '';
  stderr = '';
  exit: Exit | undefined;
  readonly #child: ChildProcess;
  readonly #name: string;

  constructor(command: string, args: readonly string[], options: RunOptions = {}) {
    this.#name = [command, ...args].join(' ');
    this.#child = spawn(command, args, {
      cwd: options.cwd,
      env: { ...inherited, ...options.env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.exited = new Promise((gone, fail) => {
      this.#child.once('error', fail);
      this.#child.once('close', (code, signal) => {
        this.exit = { code, signal };
        gone(this.exit);
      });
    });
    this.exited.catch(() => {});
    this.pid = this.#child.pid ?? 0;
    this.#child.stdin?.on('error', () => {});
    this.#child.stdin?.end(options.input ?? '');
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    atEnd(() => this.stop());
  }

  /** Waits for something while the program lives. @throws Error with what it wrote when it ends first */
  async ready(what: string, ask: () => boolean | Promise<boolean>, ms = 20_000): Promise<void> {
    await until(`${this.#name}: ${what}`, () => {
      if (this.exit !== undefined) return true;
      return ask();
    }, ms).catch((late: unknown) => {
      throw new Error(`${String(late)}\n${this.stderr}${this.stdout}`, { cause: late });
    }); // prettier-ignore
    if (this.exit !== undefined) {
      throw new Error(`${this.#name} ended with ${this.exit.code ?? this.exit.signal}:\n${this.stderr}${this.stdout}`);
    }
  }

  /** From now on nobody reads what it writes: its pipes are broken. */
  deafen(): void {
    this.#child.stdout?.destroy();
    this.#child.stderr?.destroy();
  }

  signal(signal: NodeJS.Signals): void {
    if (this.exit === undefined) this.#child.kill(signal);
  }

  /** Ends it: SIGTERM, after 3 s SIGKILL. */
  async stop(): Promise<void> {
    if (this.exit !== undefined || this.pid === 0) return;
    this.signal('SIGTERM');
    const hard = setTimeout(() => this.signal('SIGKILL'), 3000);
    await this.exited;
    clearTimeout(hard);
    if (processLives(this.pid)) throw new Error(`${this.#name} (${this.pid}) is still there`);
  }

  /** SIGKILL, as a crash. */
  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.exited;
  }
}

export interface Finished extends Exit {
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. @throws Error when it takes longer than `ms` */
export async function run(
  command: string,
  args: readonly string[],
  options: RunOptions & { ms?: number } = {},
): Promise<Finished> {
  const program = new Program(command, args, options);
  const late = setTimeout(() => program.signal('SIGKILL'), options.ms ?? 20_000);
  const { code, signal } = await program.exited;
  clearTimeout(late);
  if (signal === 'SIGKILL') throw new Error(`${command} ${args.join(' ')} did not end\n${program.stderr}`);
  return { code, signal, stdout: program.stdout, stderr: program.stderr };
}

export function processLives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
