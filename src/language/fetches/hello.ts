import { optional, string } from '../arguments.js';
import { USES } from '../checkpoint.js';
import { defineFetch, type FetchDefinition } from '../definition.js';
import { readHello, type Hello } from '../http/client-hello.js';
import { readRdpCookie } from '../http/rdp.js';
import { mayChange } from '../sampling.js';
import type { StreamContext } from '../../core/stream.js';

const MANUAL = '7.3.5';

/** The hello in a buffer; waits for the rest of one that has begun. */
function helloOf(stream: StreamContext, buffer: string): Hello | undefined {
  const hello = readHello(buffer);
  if (hello === 'short') {
    mayChange(stream);
    return undefined;
  }
  return hello;
}

function clientHello<T extends 'str' | 'sint' | 'bool'>(
  name: string,
  aliases: readonly string[],
  out: T,
  summary: string,
  read: (hello: Hello) => (T extends 'str' ? string : T extends 'bool' ? boolean : number) | undefined,
): FetchDefinition {
  return defineFetch({
    name,
    aliases,
    args: [],
    out: out as 'str',
    use: USES.requestBuffer,
    manual: MANUAL,
    summary,
    compile: () => (stream) => {
      const hello = helloOf(stream, stream.requestBuffer);
      return hello === undefined ? undefined : (read(hello) as string | undefined);
    },
  });
}

function rdpCookie(stream: StreamContext, name: string): string | undefined {
  const found = readRdpCookie(stream.requestBuffer, name);
  if (found === 'short') {
    mayChange(stream);
    return undefined;
  }
  return found?.value;
}

/** First messages of TLS and RDP, looked at without taking part (manual 7.3.5). */
export const hello = [
  clientHello(
    'req.ssl_hello_type',
    ['req_ssl_hello_type'],
    'sint',
    'type of the TLS hello in the request buffer',
    (one) => one.type,
  ),
  clientHello('req.ssl_sni', ['req_ssl_sni'], 'str', 'server name in the TLS client hello', (one) => one.serverName),
  clientHello('req.ssl_alpn', [], 'str', 'protocols offered in the TLS client hello', (one) => one.alpn),
  clientHello(
    'req.ssl_ec_ext',
    [],
    'bool',
    'whether the TLS client hello lists elliptic curves',
    (one) => one.ellipticCurves,
  ),
  clientHello(
    'req.ssl_st_ext',
    [],
    'sint',
    'session ticket in the TLS client hello: 0 none, 1 empty, 2 given',
    (one) => one.ticket,
  ),
  clientHello('req.ssl_ver', ['req_ssl_ver'], 'sint', 'version in the TLS client hello', (one) => one.version),
  ...(
    [
      ['req.ssl_cipherlist', 'cipher suites', 'ciphers'],
      ['req.ssl_keyshare_groups', 'groups of key shares', 'keyShares'],
      ['req.ssl_sigalgs', 'signature algorithms', 'signatures'],
      ['req.ssl_supported_groups', 'supported groups', 'groups'],
    ] as const
  ).map(([name, what, field]) =>
    defineFetch({
      name,
      args: [],
      out: 'bin',
      use: USES.client,
      manual: MANUAL,
      since: '3.3',
      summary: `${what} in the TLS client hello, two bytes each`,
      compile: () => (stream) => helloOf(stream, stream.requestBuffer)?.[field],
    }),
  ),
  defineFetch({
    name: 'res.ssl_hello_type',
    aliases: ['rep_ssl_hello_type'],
    args: [],
    out: 'sint',
    use: USES.responseBuffer,
    manual: MANUAL,
    summary: 'type of the TLS hello in the response buffer',
    compile: () => (stream) => helloOf(stream, stream.responseBuffer)?.type,
  }),
  defineFetch({
    name: 'req.rdp_cookie',
    aliases: ['rdp_cookie'],
    args: [optional(string)],
    out: 'str',
    use: USES.requestBuffer,
    manual: MANUAL,
    summary: 'the cookie in an RDP connection request',
    compile:
      ([name = '']) =>
      (stream) =>
        rdpCookie(stream, name),
  }),
  defineFetch({
    name: 'req.rdp_cookie_cnt',
    aliases: ['rdp_cookie_cnt'],
    args: [optional(string)],
    out: 'sint',
    use: USES.requestBuffer,
    manual: MANUAL,
    summary: 'how many cookies an RDP connection request has: 0 or 1',
    compile:
      ([name = '']) =>
      (stream) =>
        rdpCookie(stream, name) === undefined ? 0 : 1,
  }),
];
