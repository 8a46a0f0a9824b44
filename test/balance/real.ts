import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request as httpRequest, Agent, type Server, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FakeRequest } from './servers.js';

export const haproxyInstalled = spawnSync('haproxy', ['-v']).status === 0;

/** One `listen` section to compare: `servers` in the short form of fakeServers(). */
export interface RealBackend {
  readonly name: string;
  readonly lines: readonly string[];
  readonly servers: string;
}

/** A real haproxy with one thread, in front of origins that name themselves. Everything on UNIX sockets. */
export class RealHaproxy {
  readonly #dir = mkdtempSync(join(tmpdir(), 'balance-'));
  readonly #origins: Server[] = [];
  readonly #agents = new Map<string, Agent>();
  readonly #held = new Map<string, { origin: ServerResponse; done: Promise<unknown> }>();
  #process: ChildProcess | undefined;
  #errors = '';

  async start(backends: readonly RealBackend[]): Promise<void> {
    const count = Math.max(...backends.map((backend) => backend.servers.split(' ').length));
    for (let i = 1; i <= count; i++) await this.#startOrigin(`s${i}`);
    const file = join(this.#dir, 'haproxy.cfg');
    writeFileSync(file, this.#configuration(backends));
    this.#process = spawn('haproxy', ['-db', '-f', file], { stdio: ['ignore', 'ignore', 'pipe'] });
    this.#process.stderr?.on('data', (chunk: Buffer) => (this.#errors += chunk.toString()));
    const admin = join(this.#dir, 'admin');
    while (!existsSync(admin) || !(await this.command('show info')).includes('Uptime')) {
      if (this.#process.exitCode !== null) throw new Error(`haproxy: ${this.#errors}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  async stop(): Promise<void> {
    for (const agent of this.#agents.values()) agent.destroy();
    if (this.#process?.exitCode === null) {
      this.#process.kill();
      await once(this.#process, 'exit');
    }
    for (const origin of this.#origins) {
      origin.closeAllConnections();
      origin.close();
    }
    rmSync(this.#dir, { recursive: true });
  }

  /** Sends one request. @returns the server that got it, or the status of an error answer */
  async send(backend: string, request: FakeRequest, hold?: string): Promise<string> {
    const agent = this.#agent(backend, hold === undefined ? (request.source ?? '') : `hold ${hold}`, request.source);
    const headers = { host: 'www.example.com', ...request.headers, ...(hold === undefined ? {} : { 'x-hold': hold }) };
    const outgoing = httpRequest({ agent, path: request.target ?? '/', method: request.method ?? 'GET', headers });
    outgoing.end(request.body);
    const [response] = await once(outgoing, 'response');
    const done = new Promise((resolve) => response.on('end', resolve));
    response.resume();
    if (hold === undefined) await done;
    else this.#held.set(hold, { ...this.#require(hold), done });
    return response.statusCode === 200 ? response.headers['x-server'] : String(response.statusCode);
  }

  /** Ends a held response and waits until haproxy has counted it out. */
  async release(backend: string, hold: string): Promise<void> {
    const before = await this.#sessions(backend);
    const { origin, done } = this.#require(hold);
    origin.end();
    await done;
    while ((await this.#sessions(backend)) >= before) await new Promise((resolve) => setTimeout(resolve, 1));
    this.#held.delete(hold);
  }

  async command(text: string): Promise<string> {
    const socket = connect(join(this.#dir, 'admin'));
    socket.on('error', () => undefined);
    socket.end(`${text}\n`);
    let answer = '';
    socket.on('data', (chunk) => (answer += chunk.toString()));
    await once(socket, 'close');
    return answer;
  }

  #require(hold: string): { origin: ServerResponse; done: Promise<unknown> } {
    const held = this.#held.get(hold);
    if (held === undefined) throw new Error(`nothing is held as '${hold}'`);
    return held;
  }

  async #sessions(backend: string): Promise<number> {
    const rows = (await this.command('show stat')).split('\n').map((line) => line.split(','));
    return Number(rows.find((row) => row[0] === backend && row[1] === 'BACKEND')?.[4]);
  }

  async #startOrigin(name: string): Promise<void> {
    const origin = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
      request.resume();
      response.setHeader('x-server', name);
      const hold = request.headers['x-hold'];
      if (typeof hold !== 'string') return response.end(name);
      response.write(name);
      this.#held.set(hold, { origin: response, done: Promise.resolve() });
      return undefined;
    });
    origin.listen(join(this.#dir, name));
    await once(origin, 'listening');
    this.#origins.push(origin);
  }

  /** One keep-alive connection per source address, each opened with a PROXY line that gives that address. */
  #agent(backend: string, key: string, source = '127.0.0.1'): Agent {
    const path = join(this.#dir, backend);
    const id = `${backend} ${key}`;
    const known = this.#agents.get(id);
    if (known !== undefined) return known;
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const family = source.includes(':') ? 'TCP6' : 'TCP4';
    const destination = source.includes(':') ? '::1' : '127.0.0.1';
    agent.createConnection = () => {
      const socket = connect(path);
      socket.write(`PROXY ${family} ${source} ${destination} 1000 80\r\n`);
      return socket;
    };
    this.#agents.set(id, agent);
    return agent;
  }

  #configuration(backends: readonly RealBackend[]): string {
    const sections = backends.map((backend) => {
      const servers = backend.servers.split(' ').map((word, i) => this.#serverLine(word, i + 1));
      return [
        `listen ${backend.name}`,
        ` bind ${join(this.#dir, backend.name)} accept-proxy`,
        ...backend.lines,
        ...servers,
      ].join('\n ');
    });
    return `global
 nbthread 1
 stats socket ${join(this.#dir, 'admin')} level admin
defaults
 mode http
 timeout client 20s
 timeout connect 20s
 timeout server 20s
${sections.join('\n')}
`;
  }

  #serverLine(word: string, number: number): string {
    const [, weight, letters, maxconn] = /^(\d+)([bd]*)(?:m(\d+))?$/.exec(word) ?? [];
    const name = `s${number}`;
    const flags = [letters.includes('b') ? 'backup' : '', letters.includes('d') ? 'disabled' : ''];
    return `server ${name} ${join(this.#dir, name)} weight ${weight} ${flags.join(' ')} ${maxconn === undefined ? '' : `maxconn ${maxconn}`}`;
  }
}
