import type { Readable, Writable } from 'node:stream';
import { askRuntime, DEFAULT_SOCKET, takeSocket } from './runtime-client.js';

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

async function textOf(input: Readable): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of input) parts.push(Buffer.from(part as Uint8Array));
  return Buffer.concat(parts).toString('latin1');
}

/** What is sent. @param command '' = from the input */
async function request(command: string, input: Readable): Promise<string> {
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

/** `show events … -w` has no end: what comes is printed as it comes, and silence is no reason to hang up. */
const ENDLESS = /^show events .* -n?wn?(?: |$)/;
const PATIENT = 'set timeout cli 1728000';

/** `tsproxy ctl`: a client of the runtime API. @returns the exit code: 1 when the proxy complains or is not there */
export async function runCtl(argv: readonly string[], streams: CtlStreams): Promise<number> {
  const args = takeSocket(argv);
  if (args === undefined) {
    streams.errors.write(USAGE);
    return 2;
  }
  const text = await request(args.rest.join(' '), streams.input);
  try {
    if (ENDLESS.test(text)) {
      const each = (part: string): void => void streams.output.write(part.replace(/^\n/, ''), 'latin1');
      await askRuntime(args.socket, `${PATIENT};${text}\n`, { each });
      return 0;
    }
    // severities are asked for, to tell errors from answers
    const answer = await askRuntime(args.socket, `set severity-output number;${text}\n`);
    return print(answer, streams) ? 1 : 0;
  } catch (error) {
    streams.errors.write(`tsproxy ctl: ${args.socket}: ${(error as Error).message}\n`);
    return 1;
  }
}
