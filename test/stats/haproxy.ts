import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request, type IncomingMessage } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** The real HAProxy, run beside ours for comparison. */

const found = spawnSync('haproxy', ['-v'], { encoding: 'utf8' });
const is26 = found.status === 0 && /version 2\.6\./.test(found.stdout);
/** Why tests against it cannot run, '' when they can. In CI they must: there a missing program is a failure. */
export const missing = is26 || process.env.CI !== undefined ? '' : 'haproxy 2.6 is not installed';

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

export interface Answer {
  readonly status: number;
  readonly headers: readonly string[];
  readonly body: string;
}

export async function fetchRaw(
  port: number,
  path: string,
  options: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Answer> {
  const response = await new Promise<IncomingMessage>((done, fail) => {
    const { method = 'GET', headers = {}, body } = options;
    request({ host: '127.0.0.1', port, path, method, headers, agent: false }, done).on('error', fail).end(body);
  });
  let body = '';
  for await (const chunk of response.setEncoding('latin1')) body += String(chunk);
  const headers: string[] = [];
  for (let i = 0; i < response.rawHeaders.length; i += 2) {
    headers.push(`${response.rawHeaders[i]}: ${response.rawHeaders[i + 1]}`);
  }
  return { status: response.statusCode ?? 0, headers, body };
}

export class RealHaproxy {
  readonly #child: ChildProcess;
  readonly #folder: string;
  #stderr = '';

  constructor(config: string) {
    this.#folder = mkdtempSync(join(tmpdir(), 'tsproxy-stats-'));
    const file = join(this.#folder, 'haproxy.cfg');
    writeFileSync(file, config);
    this.#child = spawn('haproxy', ['-db', '-f', file], { stdio: ['ignore', 'ignore', 'pipe'] });
    this.#child.stderr?.on('data', (data) => (this.#stderr += String(data)));
  }

  /** Polls until `ready` says so. */
  async until(ready: () => Promise<boolean>): Promise<void> {
    for (let i = 0; i < 100; i++) {
      if (this.#child.exitCode !== null) throw new Error(this.#stderr);
      if (await ready().catch(() => false)) return;
      await sleep(50);
    }
    throw new Error(`haproxy is not ready: ${this.#stderr}`);
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode === null) {
      const gone = new Promise((done) => this.#child.once('exit', done));
      this.#child.kill('SIGKILL');
      await gone;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
