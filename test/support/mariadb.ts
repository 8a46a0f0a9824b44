import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { temporaryFolder } from './folders.js';
import { listeningPorts } from './listening.js';
import { freePort } from './ports.js';
import { Program, run, type Finished } from './program.js';

/** A real MariaDB server; `root` has no password. */
export class MariadbServer {
  readonly port: number;
  readonly id: number;
  readonly #data: string;
  #program: Program | undefined;

  private constructor(id: number, port: number, data: string) {
    this.id = id;
    this.port = port;
    this.#data = data;
  }

  static async start(id: number): Promise<MariadbServer> {
    const data = join(temporaryFolder(), 'data');
    const installed = await run('mariadb-install-db', [
      '--no-defaults',
      '--auth-root-authentication-method=normal',
      '--user=root',
      '--skip-test-db',
      `--datadir=${data}`,
      // two at once would take each other's temporary tables for their own
      `--tmpdir=${temporaryFolder()}`,
    ]);
    if (installed.code !== 0) throw new Error(`mariadb-install-db: ${installed.stderr}${installed.stdout}`);
    const server = new MariadbServer(id, await freePort(), data);
    await server.start();
    return server;
  }

  async start(): Promise<void> {
    this.#program = new Program('mariadbd', [
      '--no-defaults',
      '--user=root',
      `--datadir=${this.#data}`,
      `--tmpdir=${temporaryFolder()}`,
      `--port=${this.port}`,
      `--socket=${join(this.#data, 's')}`,
      `--server-id=${this.id}`,
      '--bind-address=127.0.0.1',
      // checks connect and leave without a word: never block the proxy's address for it
      '--max-connect-errors=1000000',
      '--innodb-flush-log-at-trx-commit=0',
      '--performance-schema=off',
    ]);
    await this.#program.ready(`listens on ${this.port}`, () => listeningPorts().has(this.port));
  }

  async kill(): Promise<void> {
    await this.#program?.kill();
  }
}

const CLIENT = [
  '--no-defaults',
  '--host=127.0.0.1',
  '--user=root',
  '--batch',
  '--skip-column-names',
  '--connect-timeout=10',
];

/** Runs statements with the real client. */
export function query(port: number, sql: string): Promise<Finished> {
  return run('mariadb', [...CLIENT, `--port=${port}`, '--execute', sql]);
}

/** The same, left running; prints each result as soon as it is there. */
export function startQuery(port: number, sql: string): Program {
  return new Program('mariadb', [...CLIENT, '--unbuffered', `--port=${port}`, '--execute', sql]);
}

/** SHA-256 and size of everything a statement yields. */
export async function resultChecksum(port: number, sql: string): Promise<string> {
  const hash = createHash('sha256');
  let bytes = 0;
  const client = spawn('mariadb', [...CLIENT, '--quick', `--port=${port}`, '--execute', sql]);
  for await (const chunk of client.stdout) {
    const piece: Buffer = chunk;
    hash.update(piece);
    bytes += piece.length;
  }
  return `${hash.digest('hex')} ${bytes}`;
}
