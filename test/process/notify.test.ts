import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/folders.js';
import { findProgram } from '../support/installed.js';
import { until } from '../support/poll.js';
import { Program } from '../support/program.js';
import { startTsproxy } from '../support/proxy.js';

const CONFIG = `
defaults
 mode http
 timeout connect 5s
 timeout client 5s
 timeout server 5s
frontend web
 bind 127.0.0.1:{web}
`;

// Node has no UNIX datagram sockets: socat stands for systemd, systemd-notify for the optional package unix-dgram
const missing = ['socat', 'systemd-notify'].filter((name) => findProgram(name) === undefined);

test.skipIf(missing.length > 0)(
  `-Ws tells systemd${missing.length > 0 ? ` (without ${missing.join(', ')})` : ''}`,
  async () => {
    const folder = temporaryFolder();
    const socket = join(folder, 'notify');
    const file = join(folder, 'told');
    void new Program('socat', ['-u', `UNIX-RECV:${socket}`, `OPEN:${file},creat,append`]);
    await until('somebody listens', () => existsSync(socket));
    const { program } = await startTsproxy(CONFIG, { args: ['-Ws'], env: { NOTIFY_SOCKET: socket } });
    const told = (): string => (existsSync(file) ? readFileSync(file, 'latin1') : '');
    const ready = `READY=1\nMAINPID=${program.pid}`;
    await until('READY', () => told() === ready);
    program.signal('SIGUSR2');
    await until('RELOADING', () => told().includes(`RELOADING=1${ready}`));
    program.signal('SIGUSR1');
    await until('STOPPING', () => told().endsWith('STOPPING=1'));
    expect((await program.exited).code).toBe(0);
  },
);
