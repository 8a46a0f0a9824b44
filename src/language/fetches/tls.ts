import { xxh64 } from '../../base/hash/xxh.js';
import type { SampleType, ValueOf } from '../../core/sample.js';
import type { StreamContext } from '../../core/stream.js';
import type { TlsFacts } from '../../core/tls-facts.js';
import { keyBits } from '../../protocol/tls/ciphers.js';
import { type ClientHello, parseClientHello } from '../../protocol/tls/client-hello.js';
import { readSession } from '../../protocol/tls/session.js';
import { integer, optional } from '../arguments.js';
import { USES, type Use } from '../checkpoint.js';
import { defineFetch, type FetchDefinition } from '../definition.js';

/** TLS connections (manual 7.3.4). On plain ones the flags are false and everything else fails, as in HAProxy. */

const MANUAL = '7.3.4';

type Read<T extends SampleType> = (facts: TlsFacts) => ValueOf<T> | undefined;
type Side = (stream: StreamContext) => TlsFacts | undefined;

const client: Side = (stream) => stream.session.tls;
const server: Side = (stream) => stream.serverTls;

function fact<T extends 'bool' | 'sint' | 'str' | 'bin'>(
  side: Side,
  use: Use,
  name: string,
  out: T,
  summary: string,
  read: Read<T>,
): FetchDefinition {
  return defineFetch({
    name,
    args: [],
    out,
    use,
    manual: MANUAL,
    summary,
    compile: () => (stream) => {
      const facts = side(stream);
      return facts === undefined ? undefined : read(facts);
    },
  });
}

/** A flag that plain connections have too: false. */
function flag(
  side: Side,
  use: Use,
  name: string,
  summary: string,
  read: (facts: TlsFacts) => boolean,
): FetchDefinition {
  return defineFetch({
    name,
    args: [],
    out: 'bool',
    use,
    manual: MANUAL,
    summary,
    compile: () => (stream) => {
      const facts = side(stream);
      return facts !== undefined && read(facts);
    },
  });
}

/** What cannot be answered, because Node has no such call. */
function unanswered(use: Use, out: SampleType, missing: string, ...names: readonly string[]): FetchDefinition[] {
  return names.map((name) =>
    defineFetch({
      name,
      args: [optional(integer)],
      out: out as 'str',
      use,
      manual: MANUAL,
      summary: `not available: ${missing}`,
      pending: missing,
      compile: () => () => undefined,
    }),
  );
}

const text = (value: string): string | undefined => (value === '' ? undefined : value);
const bytes = (value: Buffer | undefined): string | undefined =>
  value === undefined || value.length === 0 ? undefined : value.toString('latin1');

/** What both sides of the proxy can be asked for. */
function common(prefix: 'ssl_fc' | 'ssl_bc', side: Side, use: Use): FetchDefinition[] {
  return [
    flag(side, use, `${prefix}_is_resumed`, 'whether the TLS session was resumed', ({ resumed }) => resumed),
    fact(side, use, `${prefix}_alg_keysize`, 'sint', 'bits of the cipher', ({ cipher }) => keyBits(cipher)),
    fact(side, use, `${prefix}_use_keysize`, 'sint', 'bits of the cipher in use', ({ cipher }) => keyBits(cipher)),
    fact(side, use, `${prefix}_alpn`, 'str', 'protocol agreed on', ({ alpn }) => text(alpn)),
    fact(side, use, `${prefix}_cipher`, 'str', 'name of the cipher', ({ cipher }) => text(cipher)),
    fact(side, use, `${prefix}_protocol`, 'str', 'version of TLS', ({ version }) => text(version)),
    fact(
      side,
      use,
      `${prefix}_npn`,
      'str',
      'protocol agreed on the old way: none, OpenSSL has no NPN',
      () => undefined,
    ),
    fact(side, use, `${prefix}_session_id`, 'bin', 'id of the TLS session', (facts) =>
      bytes(readSession(facts.session())?.id),
    ),
    fact(side, use, `${prefix}_session_key`, 'bin', 'master key of the TLS session', (facts) =>
      bytes(readSession(facts.session())?.masterKey),
    ),
    fact(side, use, `${prefix}_unique_id`, 'bin', 'tls-unique of RFC 5929', (facts) => bytes(facts.uniqueId())),
    ...unanswered(use, 'bin', 'Node.js has no SSL_get_server_random', `${prefix}_server_random`),
  ];
}

const helloOf = ({ hello, captured }: TlsFacts): ClientHello | undefined =>
  hello === undefined || captured === 0 ? undefined : parseClientHello(hello);

/** Two-byte numbers that are there to keep servers tolerant (RFC 8701). */
const isGrease = (high: number, low: number): boolean => high === low && (low & 0x0f) === 0x0a;

function withoutGrease(list: Buffer): Buffer {
  const kept: number[] = [];
  for (let at = 0; at + 1 < list.length; at += 2) {
    if (!isGrease(list[at], list[at + 1])) kept.push(list[at], list[at + 1]);
  }
  return Buffer.from(kept);
}

/** A list in the client's hello, for which `tune.ssl.capture-buffer-size` has to be set. */
function helloList(
  name: string,
  out: 'str' | 'bin',
  summary: string,
  read: (hello: ClientHello) => Buffer,
  write: (list: Buffer) => string = (list) => list.toString('latin1'),
): FetchDefinition {
  return defineFetch({
    name,
    args: [optional(integer)],
    out: out as 'str',
    use: USES.clientSession,
    manual: MANUAL,
    summary,
    compile:
      ([filter]) =>
      (stream) => {
        const facts = stream.session.tls;
        const hello = facts && helloOf(facts);
        if (hello === undefined) return undefined;
        const list = read(hello).subarray(0, facts?.captured);
        return write(filter === 1 ? withoutGrease(list) : list);
      },
  });
}

/** Labels of the key log format, by fetch. */
const SECRETS: Readonly<Record<string, string>> = {
  ssl_fc_client_early_traffic_secret: 'CLIENT_EARLY_TRAFFIC_SECRET',
  ssl_fc_client_handshake_traffic_secret: 'CLIENT_HANDSHAKE_TRAFFIC_SECRET',
  ssl_fc_client_traffic_secret_0: 'CLIENT_TRAFFIC_SECRET_0',
  ssl_fc_early_exporter_secret: 'EARLY_EXPORTER_SECRET',
  ssl_fc_exporter_secret: 'EXPORTER_SECRET',
  ssl_fc_server_handshake_traffic_secret: 'SERVER_HANDSHAKE_TRAFFIC_SECRET',
  ssl_fc_server_traffic_secret_0: 'SERVER_TRAFFIC_SECRET_0',
};

const hex = (list: Buffer): string => list.toString('hex').toUpperCase();

export const tls = [
  flag(server, USES.response, 'ssl_bc', "whether the server's connection uses TLS", () => true),
  defineFetch({
    name: 'ssl_fc',
    args: [],
    out: 'bool',
    use: USES.clientSession,
    manual: MANUAL,
    summary: "whether the client's connection uses TLS",
    compile:
      () =>
      ({ session }) =>
        session.tls !== undefined || session.failure !== undefined,
  }),
  ...common('ssl_fc', client, USES.clientSession),
  ...common('ssl_bc', server, USES.response),
  flag(client, USES.clientSession, 'ssl_fc_has_sni', 'whether the client named a host in its TLS hello', (facts) => {
    return facts.serverName !== '';
  }),
  flag(client, USES.clientSession, 'ssl_fc_has_crt', 'whether the client showed a certificate now', (facts) => {
    return !facts.resumed && facts.peerChain.length > 0;
  }),
  fact(
    client,
    USES.clientSession,
    'ssl_fc_has_early',
    'bool',
    'whether early data was sent: Node takes none',
    () => false,
  ),
  fact(client, USES.clientSession, 'ssl_fc_sni', 'str', 'name in the TLS hello', ({ serverName }) => text(serverName)),
  fact(client, USES.clientSession, 'ssl_fc_client_random', 'bin', "the client's random bytes", ({ hello }) =>
    hello === undefined ? undefined : bytes(parseClientHello(hello)?.random),
  ),
  ...unanswered(USES.response, 'bin', 'Node.js has no SSL_get_client_random', 'ssl_bc_client_random'),
  fact(client, USES.clientSession, 'ssl_fc_protocol_hello_id', 'sint', 'version in the TLS hello', (facts) => {
    return helloOf(facts)?.version;
  }),
  helloList('ssl_fc_cipherlist_bin', 'str', 'ciphers in the TLS hello', ({ ciphers }) => ciphers),
  helloList('ssl_fc_cipherlist_hex', 'bin', 'ciphers in the TLS hello, hexadecimal', ({ ciphers }) => ciphers, hex),
  helloList('ssl_fc_extlist_bin', 'str', 'extensions in the TLS hello', ({ extensions }) => extensions),
  helloList('ssl_fc_eclist_bin', 'str', 'curves in the TLS hello', ({ groups }) => groups),
  {
    ...helloList('ssl_fc_ecformats_bin', 'str', 'point formats in the TLS hello', ({ pointFormats }) => pointFormats),
    // single bytes, of which none is GREASE
    args: [],
  },
  ...unanswered(USES.clientSession, 'str', 'Node.js has no SSL_CIPHER_find', 'ssl_fc_cipherlist_str'),
  fact(client, USES.clientSession, 'ssl_fc_cipherlist_xxh', 'sint', 'hash of the ciphers in the TLS hello', (facts) => {
    const hello = helloOf(facts);
    if (hello === undefined) return undefined;
    return BigInt.asIntN(64, xxh64(hello.ciphers.subarray(0, facts.captured).toString('latin1')));
  }),
  ...Object.entries(SECRETS).map(([name, label]) =>
    fact(client, USES.clientSession, name, 'str', 'a secret of the connection, with tune.ssl.keylog', ({ secrets }) =>
      secrets?.get(label),
    ),
  ),
  defineFetch({
    name: 'ssl_fc_err',
    args: [],
    out: 'sint',
    use: USES.clientSession,
    manual: MANUAL,
    summary: "OpenSSL's number of the error in the client's handshake",
    compile: () => (stream) => {
      const { tls: facts, failure } = stream.session;
      return failure?.tlsCode ?? (facts === undefined ? undefined : 0);
    },
  }),
  defineFetch({
    name: 'ssl_fc_err_str',
    args: [],
    out: 'str',
    use: USES.clientSession,
    manual: MANUAL,
    summary: "OpenSSL's text of the error in the client's handshake",
    compile: () => (stream) => text(stream.session.failure?.tlsText ?? ''),
  }),
  defineFetch({
    name: 'ssl_bc_err',
    args: [],
    out: 'sint',
    use: USES.response,
    manual: MANUAL,
    summary: "OpenSSL's number of the error of the server's connection",
    compile: () => (stream) => stream.log.serverFailure?.tlsCode ?? (stream.serverTls === undefined ? undefined : 0),
  }),
  defineFetch({
    name: 'ssl_bc_err_str',
    args: [],
    out: 'str',
    use: USES.response,
    manual: MANUAL,
    summary: "OpenSSL's text of the error of the server's connection",
    compile: () => (stream) => text(stream.log.serverFailure?.tlsText ?? ''),
  }),
];
