import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from './folders.js';
import { findProgram } from './installed.js';
import { listeningPorts } from './listening.js';
import { freePort } from './ports.js';
import { Program } from './program.js';

/** A real nginx that answers every path with its name; can be killed and started again on the same port. */
export class NginxOrigin {
  readonly port: number;
  readonly name: string;
  readonly #folder = temporaryFolder();
  #program: Program | undefined;

  private constructor(name: string, port: number) {
    this.name = name;
    this.port = port;
    mkdirSync(join(this.#folder, 'logs'));
    writeFileSync(join(this.#folder, 'nginx.conf'), configuration(name, port));
  }

  static async start(name: string): Promise<NginxOrigin> {
    const origin = new NginxOrigin(name, await freePort());
    await origin.start();
    return origin;
  }

  async start(): Promise<void> {
    const args = ['-p', this.#folder, '-c', join(this.#folder, 'nginx.conf')];
    this.#program = new Program(findProgram('nginx') ?? 'nginx', args);
    await this.#program.ready(`listens on ${this.port}`, () => listeningPorts().has(this.port));
  }

  /** Ends it at once; its port refuses from then on. */
  async kill(): Promise<void> {
    await this.#program?.kill();
  }
}

// One process (no master), so that one signal ends all of it.
const configuration = (name: string, port: number): string => `daemon off;
master_process off;
pid nginx.pid;
error_log stderr error;
events { worker_connections 1024; }
http {
  access_log off;
  keepalive_requests 100000;
  client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
  server {
    listen 127.0.0.1:${port} backlog=1024;
    location / { add_header x-origin ${name} always; return 200 "${name}\\n"; }
  }
}
`;
