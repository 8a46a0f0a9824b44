import ipaddr from 'ipaddr.js';
import type { ForwardforModel } from '../../config/model.js';
import type { H1Request } from '../../protocol/h1/head.js';
import { uniqueId } from '../../language/unique-id.js';
import { canForwardAsIs, requestHeadText } from '../../protocol/h1/writer.js';
import { requestConnection } from '../../protocol/h1/connection.js';
import type { Backend } from '../../state/backend.js';
import type { Server } from '../../state/server.js';
import type { HttpStream } from './stream.js';

/** The last edits before a request leaves (after all rules): forwardfor, originalto, unique-id; then its text. */
export function requestText(stream: HttpStream, head: H1Request, backend: Backend, closeServer: boolean): string {
  const { frontend } = stream;
  const forwardfor = frontend.model.forwardfor ?? backend.model.forwardfor;
  if (forwardfor !== undefined) {
    addAddress(
      head,
      forwardfor,
      backend.model.forwardfor ?? forwardfor,
      'x-forwarded-for',
      stream.session.source.address,
    );
  }
  const originalto = frontend.model.originalto ?? backend.model.originalto;
  if (originalto !== undefined) {
    addAddress(head, originalto, originalto, 'x-original-to', stream.session.destination.address);
  }
  if (frontend.uniqueId !== undefined) {
    // made here at the latest: what it is made of may be gone when the response or the log asks for it
    const id = uniqueId(stream);
    if (frontend.uniqueIdHeader !== undefined) head.headers.add(frontend.uniqueIdHeader, id);
  }
  if (backend.model.sendName !== undefined) head.headers.delete(backend.model.sendName.toLowerCase());
  const connection = requestConnection(head.minor, closeServer);
  if (canForwardAsIs(head, connection)) return head.buffer.latin1Slice(head.start, head.end);
  return requestHeadText(head, connection);
}

/** Manual 4.2 `http-send-name-header`: known only once a server is chosen, so it is the last field of the head. */
export function withServerName(text: string, header: string, server: Server): string {
  return `${text.slice(0, -2)}${header.toLowerCase()}: ${server.name}\r\n\r\n`;
}

/** Manual 4.2 `option forwardfor`: appended, never replaced, unless `if-none` finds one; not for excepted networks. */
function addAddress(
  head: H1Request,
  frontend: ForwardforModel,
  backend: ForwardforModel,
  usual: string,
  address: string,
): void {
  if (address === '') return;
  const name = backend.header ?? frontend.header ?? usual;
  const ifNone = frontend.ifNone && backend.ifNone;
  if (ifNone && head.headers.find(name.toLowerCase()) >= 0) return;
  if (excepted(frontend.except, address) || excepted(backend.except, address)) return;
  head.headers.add(name, address);
}

const networks = new Map<string, ReturnType<typeof ipaddr.parseCIDR>>();

function excepted(network: string | undefined, address: string): boolean {
  if (network === undefined) return false;
  let parsed = networks.get(network);
  if (parsed === undefined) {
    const full = network.includes('/') ? network : `${network}/${network.includes(':') ? 128 : 32}`;
    parsed = ipaddr.parseCIDR(full);
    networks.set(network, parsed);
  }
  const client = ipaddr.process(address);
  return client.kind() === parsed[0].kind() && client.match(parsed);
}
