import { isIP } from 'node:net';
import type { CliOutput } from '../core/cli.js';
import type { Server } from '../state/server.js';
import { failure, warning, type AdminContext } from './context.js';

const BY = " by 'stats socket command'";

/** A port as it is written: `+1` is added to the one that the client connected to. */
const shownPort = (port: number, offset: boolean): string => (offset ? (port < 0 ? '' : '+') : '') + String(port);

/** A server's port in the text, undefined when there is none. HAProxy keeps 16 bits of whatever is given. */
function readPort(text: string): { port: number; offset: boolean } | undefined {
  const found = /^([+-]?)(\d+)$/.exec(text);
  if (found === null) return undefined;
  const offset = found[1] !== '';
  return { port: offset ? Number(text) : Number(found[2]) & 0xffff, offset };
}

/** `set server <b>/<s> addr <ip> [port <port>]`: new connections go there. */
export function moveServer(context: AdminContext, server: Server, word: (index: number) => string): CliOutput {
  const address = word(1);
  if (address === '') return failure('set server <b>/<s> addr requires an address and optionally a port.');
  if (isIP(address) === 0) return warning(`Invalid addr '${address}'${BY}`);
  const texts = [changeAddress(server, address)];
  if (word(2) === 'port') texts.push(changePort(server, word(3)));
  if (texts.some((text) => /changed from/.test(text))) {
    server.pool.clear();
    context.moved(server);
  }
  context.admin.setResolved(server, true);
  return warning(`${texts.join(', ')}${BY}`);
}

function changeAddress(server: Server, address: string): string {
  const before = server.address;
  if (before === address) return 'no need to change the addr';
  server.address = address;
  return `IP changed from '${before}' to '${address}'`;
}

function changePort(server: Server, text: string): string {
  const read = readPort(text);
  if (read === undefined) return `problem converting port '${text}' to an int`;
  const { port, offset } = read;
  if (offset && !namesCheckPort(server)) {
    return "can't change <port> to port map because it is incompatible with current health check port configuration (use 'port' statement from the 'server' directive.";
  }
  if (port === server.port && offset === server.portOffset) return 'no need to change the port';
  const before = shownPort(server.port, server.portOffset);
  server.port = port;
  server.portOffset = offset;
  return `port changed from '${before}' to '${shownPort(port, offset)}'`;
}

/** A port that follows the client's is none that checks could use. */
const namesCheckPort = (server: Server): boolean => (server.checkPort ?? 0) > 0;
