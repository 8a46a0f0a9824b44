import { connect, type NetConnectOpts } from 'node:net';

/** Where Debian's haproxy.cfg puts the runtime socket. */
export const DEFAULT_SOCKET = '/run/haproxy/admin.sock';

function placeOf(socket: string): NetConnectOpts {
  const tcp = /^\[?([^/[\]]*)\]?:(\d+)$/.exec(socket);
  return tcp === null ? { path: socket } : { host: tcp[1] || '127.0.0.1', port: Number(tcp[2]) };
}

export interface AskOptions {
  /** ms without a byte after which it is given up; 0 or undefined = never */
  readonly patience?: number;
  /** Called with what comes, as it comes. */
  readonly each?: (part: string) => void;
  /** Ends it early. */
  readonly signal?: AbortSignal;
}

/**
 * One connection to a runtime socket (management manual 9.3): sends, and gives what came until the other side closed.
 * @param socket a path or HOST:PORT
 * @param text bytes, one code unit each, as those of the answer
 * @throws Error when nobody listens there, nobody answers, or the connection breaks
 */
export function askRuntime(socket: string, text: string, options: AskOptions = {}): Promise<string> {
  const { patience = 0, signal, each } = options;
  return new Promise((answered, fail) => {
    const connection = connect({ ...placeOf(socket), signal });
    let answer = '';
    connection.setEncoding('latin1');
    connection.on('data', (part) => {
      if (each === undefined) answer += String(part);
      else each(String(part));
    });
    connection.on('error', fail);
    connection.setTimeout(patience, () => connection.destroy(new Error(`no answer for ${patience} ms`)));
    connection.on('end', () => answered(answer));
    connection.write(text, 'latin1');
  });
}

/** `-s SOCKET` in front of the rest of a command line. @returns undefined when there is another option */
export function takeSocket(argv: readonly string[]): { socket: string; rest: string[] } | undefined {
  const rest = [...argv];
  let socket = DEFAULT_SOCKET;
  while (rest.length > 0 && rest[0].startsWith('-')) {
    const option = rest.shift();
    const value = rest.shift();
    if (option !== '-s' || value === undefined) return undefined;
    socket = value;
  }
  return { socket, rest };
}
