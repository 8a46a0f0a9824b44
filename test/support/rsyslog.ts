import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from './folders.js';
import { findProgram } from './installed.js';
import { freePort } from './ports.js';
import { Program } from './program.js';

/** A real rsyslogd that receives UDP and files facility local2, as the tutorial's machine does. */
export class Rsyslog {
  readonly port: number;
  /** Where local2's lines go. */
  readonly file: string;
  readonly #folder: string;

  private constructor(port: number, folder: string) {
    this.port = port;
    this.#folder = folder;
    this.file = join(folder, 'haproxy.log');
  }

  static async start(): Promise<Rsyslog> {
    const syslog = new Rsyslog(await freePort(), temporaryFolder());
    const config = join(syslog.#folder, 'rsyslog.conf');
    writeFileSync(
      config,
      `global(workDirectory="${syslog.#folder}")
module(load="imudp")
input(type="imudp" address="127.0.0.1" port="${syslog.port}")
local2.* action(type="omfile" file="${syslog.file}" template="RSYSLOG_TraditionalFileFormat" flushOnTXEnd="on" asyncWriting="off")
`,
    );
    const pidFile = join(syslog.#folder, 'pid');
    const program = new Program(findProgram('rsyslogd') ?? 'rsyslogd', ['-n', '-f', config, '-i', pidFile]);
    await program.ready(`receives on ${syslog.port}`, () => receives(syslog.port));
    return syslog;
  }

  /** Lines filed so far. */
  get lines(): string[] {
    return existsSync(this.file) ? readFileSync(this.file, 'latin1').split('\n').filter(Boolean) : [];
  }
}

/** Whether a UDP socket is bound to the port. */
function receives(port: number): boolean {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  return readFileSync('/proc/net/udp', 'latin1').includes(`:${hex} 00000000:0000`);
}
