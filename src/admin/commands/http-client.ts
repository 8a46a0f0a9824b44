import { request as overHttp, type IncomingMessage } from 'node:http';
import { request as overTls } from 'node:https';
import { CliLevel } from '../../core/cli.js';
import { failure, type AdminCommand } from '../context.js';

/** `httpclient` (management manual 9.3): a request of the proxy itself, to see what it can reach. */

const METHODS = ['OPTIONS', 'GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'TRACE'];
const UNREACHABLE = 'HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n';
/** ms without a byte. */
const PATIENCE = 5000;

/** The response's head once it is there. Certificates are checked with Node's authorities. */
function send(method: string, url: URL, body: string | undefined, left: AbortSignal): Promise<IncomingMessage> {
  return new Promise((answered, fail) => {
    const request = url.protocol === 'https:' ? overTls : overHttp;
    const headers = { accept: '*/*', 'user-agent': 'HAProxy' };
    const sent = request(url, { method, headers, agent: false, timeout: PATIENCE, signal: left });
    sent.once('response', answered).once('error', fail);
    sent.once('timeout', () => sent.destroy(new Error('timeout')));
    sent.end(body, 'latin1');
  });
}

async function* exchange(method: string, url: URL, body: string | undefined): AsyncGenerator<string> {
  const left = new AbortController();
  let begun = false;
  try {
    const response = await send(method, url, body, left.signal);
    const { statusCode, statusMessage, rawHeaders } = response;
    const fields: string[] = [];
    for (let at = 0; at < rawHeaders.length; at += 2) {
      fields.push(`${rawHeaders[at].toLowerCase()}: ${rawHeaders[at + 1]}\r\n`);
    }
    begun = true;
    yield `HTTP/1.1 ${statusCode} ${statusMessage}\n${fields.join('')}\r\n`;
    for await (const piece of response.setEncoding('latin1')) yield String(piece);
  } catch {
    // a response that breaks off is what it was until then
    if (!begun) yield UNREACHABLE;
  } finally {
    left.abort();
  }
}

export const httpClientCommands: readonly AdminCommand[] = [
  {
    name: 'httpclient',
    level: CliLevel.Admin,
    mode: 'expert',
    usage: 'httpclient <method> <URI>',
    help: 'launch an HTTP request',
    run({ args, payload }) {
      if (args.length < 2) return failure("Can't start the HTTP client: not enough parameters.");
      const [method, uri] = args.from(0);
      if (!METHODS.includes(method) || !/^https?:\/\//.test(uri) || !URL.canParse(uri)) {
        return failure("Can't start the HTTP client.");
      }
      return exchange(method, new URL(uri), payload);
    },
  },
];
