import { spawn, spawnSync } from 'node:child_process';
import { optionalPackage } from '../../base/optional-package.js';

/**
 * Tells systemd how the service is (`-Ws`, `Type=notify`; sd_notify(3)). That takes a UNIX datagram socket, which
 * Node.js cannot open by itself: the optional package `unix-dgram` does it, else the program `systemd-notify`.
 */
export type Notify = (state: string) => void;

/** The part of `unix-dgram` that is used. */
interface DatagramModule {
  createSocket(type: 'unix_dgram'): {
    send(message: Buffer, offset: number, length: number, path: string, callback: () => void): void;
    close(): void;
    on(event: 'error', listener: () => void): void;
  };
}

/**
 * @param socket NOTIFY_SOCKET; undefined = nobody listens
 * @returns how to tell, or why that is impossible
 */
export function notifier(socket: string | undefined): Notify | string {
  if (socket === undefined || socket === '') return () => undefined;
  const module = datagramModule();
  // an abstract name is written with an @
  if (module !== undefined) return (state) => sendDatagram(module, socket.replace(/^@/, '\0'), state);
  if (spawnSync('systemd-notify', ['--version'], { stdio: 'ignore' }).status === 0) return spawnHelper;
  return "systemd is not told when the service is ready, since Node.js has no UNIX datagram sockets: install the optional package 'unix-dgram' or the program 'systemd-notify', or use Type=exec";
}

function datagramModule(): DatagramModule | undefined {
  const module = optionalPackage('unix-dgram');
  return typeof module === 'object' && module !== null && 'createSocket' in module
    ? (module as DatagramModule)
    : undefined;
}

function sendDatagram(module: DatagramModule, path: string, state: string): void {
  const client = module.createSocket('unix_dgram');
  client.on('error', () => undefined);
  const message = Buffer.from(state);
  client.send(message, 0, message.length, path, () => client.close());
}

/** One message after the other, in their order. */
let last: Promise<void> = Promise.resolve();

/** The unit needs NotifyAccess=all: systemd sees the message come from the helper. */
function spawnHelper(state: string): void {
  last = last.then(
    () =>
      new Promise((done) => {
        const child = spawn('systemd-notify', ['--no-block', ...state.split('\n')], { stdio: 'ignore' });
        child.once('error', () => done());
        child.once('exit', () => done());
      }),
  );
}
