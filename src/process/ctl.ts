import { connect, type NetConnectOpts } from 'node:net';
import type { Readable, Writable } from 'node:stream';

/** Where Debian's haproxy.cfg puts the runtime socket. */
const DEFAULT_SOCKET = '/run/haproxy/admin.sock';

const USAGE = `Usage: tsproxy ctl [-s SOCKET] COMMAND...

Sends COMMAND to the runtime socket of a running proxy (stats socket) and prints
the answer; without one, commands are read from the standard input.
  -s SOCKET  a path or HOST:PORT (default: ${DEFAULT_SOCKET})
A command that ends with '<<' takes its payload from the standard input.
`;

export interface CtlStreams {
  readonly input: Readable;
  readonly output: Writable;
  readonly errors: Writable;
}

interface CtlArguments {
  readonly socket: string;
  /** '' = from the input */
  readonly command: string;
}

function parseArguments(argv: readonly string[]): CtlArguments | undefined {
  const rest = [...argv];
  let socket = DEFAULT_SOCKET;
  while (rest.length > 0 && rest[0].startsWith('-')) {
    const option = rest.shift();
    const value = rest.shift();
    if (option !== '-s' || value === undefined) return undefined;
    socket = value;
  }
  return { socket, command: rest.join(' ') };
}

function placeOf(socket: string): NetConnectOpts {
  const tcp = /^\[?([^/[\]]*)\]?:(\d+)$/.exec(socket);
  return tcp === null ? { path: socket } : { host: tcp[1] || '127.0.0.1', port: Number(tcp[2]) };
}

async function textOf(input: Readable): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of input) parts.push(Buffer.from(part as Uint8Array));
  return Buffer.concat(parts).toString('latin1');
}

/** What is sent: severities are asked for, to tell errors from answers. */
async function request({ command }: CtlArguments, input: Readable): Promise<string> {
  if (command === '') return (await textOf(input)).replaceAll(/\n+$/g, '').replaceAll('\n', ';');
  return command.endsWith('<<') ? `${command}\n${(await textOf(input)).replace(/\n*$/, '\n')}` : command;
}

/** `[3]: No such server.` and more severe ones. */
const ERROR = /^\[[0-3]\]: /;

/** Takes the severities out. @returns whether one of the lines was an error */
function print(answer: string, { output, errors }: CtlStreams): boolean {
  let failed = false;
  // the first answer, to `set severity-output`, is empty
  for (const line of answer
    .replace(/^\n/, '')
    .replace(/\n$/, '')
    .split(/(?<=\n)/)) {
    const error = ERROR.test(line);
    failed ||= error;
    (error ? errors : output).write(line.replace(/^\[\d\]: /, ''), 'latin1');
  }
  return failed;
}

/** `tsproxy ctl`: a client of the runtime API. @returns the exit code: 1 when the proxy complains or is not there */
export async function runCtl(argv: readonly string[], streams: CtlStreams): Promise<number> {
  const args = parseArguments(argv);
  if (args === undefined) {
    streams.errors.write(USAGE);
    return 2;
  }
  const text = await request(args, streams.input);
  return new Promise((resolve) => {
    const socket = connect(placeOf(args.socket));
    let answer = '';
    socket.setEncoding('latin1');
    socket.on('data', (part) => (answer += String(part)));
    socket.on('error', (error) => {
      streams.errors.write(`tsproxy ctl: ${args.socket}: ${error.message}\n`);
      resolve(1);
    });
    socket.on('end', () => resolve(print(answer, streams) ? 1 : 0));
    socket.write(`set severity-output number;${text}\n`, 'latin1');
  });
}
