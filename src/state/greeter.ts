import type { ServerModel } from '../config/model.js';
import { TLV, type Tlv } from '../core/proxy-header.js';
import type { StreamContext } from '../core/stream.js';
import type { Endpoint } from '../core/transport.js';
import { Checkpoint } from '../language/checkpoint.js';
import { compileFormat } from '../language/log-format/compile.js';
import { uniqueId } from '../language/unique-id.js';
import { encodeV1, encodeV2, sslTlv, tlvBytes } from '../protocol/proxy-protocol/encode.js';
import { clientTls } from './client-tls.js';
import type { ProxyScopes } from './environment.js';
import type { Frontend } from './frontend.js';

/** A stream with the frontend whose `unique-id-format` it has. */
export interface GreetingStream extends StreamContext {
  readonly frontend: Frontend;
}

interface Field {
  readonly type: number;
  readonly value: (stream: StreamContext) => string;
}

/** Longest value of a field: its length has two bytes. */
const LONGEST = 0xffff;

/** Writes the PROXY header that connections to one server begin with (manual 5.2 `send-proxy` and following). */
export class Greeter {
  private readonly options: ReadonlySet<string>;
  private readonly checksum: boolean;
  /** Its header may be another for each request of one client: a connection that began with it is hardly of use to others. */
  readonly changing: boolean;

  constructor(
    private readonly version: 1 | 2,
    options: readonly string[],
    private readonly fields: readonly Field[],
  ) {
    this.options = new Set(options);
    this.checksum = this.options.has('crc32c');
    this.changing = version === 2 && (this.options.has('unique-id') || fields.length > 0);
  }

  /** @returns the header as latin1 */
  forStream(stream: GreetingStream): string {
    const { session } = stream;
    if (this.version === 1) return encodeV1(session);
    const tlvs: Tlv[] = this.fields.map(({ type, value }) => ({ type, value: value(stream).slice(0, LONGEST) }));
    this.addAlpn(tlvs, session.tls?.alpn);
    if (this.options.has('authority')) this.addAuthority(tlvs, stream);
    if (this.options.has('unique-id')) this.addUniqueId(tlvs, stream);
    if (this.options.has('ssl')) tlvs.push(sslTlv(session.tls && clientTls(session.tls), this.options));
    return encodeV2(session, this.checksum, tlvs.map(tlvBytes).join(''));
  }

  /** A check has no client: version 2 says so, version 1 tells our own end. */
  forCheck(source: Endpoint, destination: Endpoint): string {
    if (this.version === 1) return encodeV1({ source, destination });
    return encodeV2(undefined, this.checksum, this.options.has('ssl') ? tlvBytes(sslTlv(undefined, this.options)) : '');
  }

  private addAlpn(tlvs: Tlv[], alpn = ''): void {
    if (alpn !== '') tlvs.push({ type: TLV.ALPN, value: alpn });
  }

  /** The name that the client asked for in its TLS, or that the header before us told. */
  private addAuthority(tlvs: Tlv[], { session }: StreamContext): void {
    const { receivedHeader, tls } = session;
    const told = receivedHeader?.tlvs.findLast(({ type }) => type === TLV.AUTHORITY)?.value;
    const value = told ?? tls?.serverName ?? '';
    if (value !== '') tlvs.push({ type: TLV.AUTHORITY, value });
  }

  private addUniqueId(tlvs: Tlv[], stream: GreetingStream): void {
    const value = uniqueId(stream);
    if (value !== '') tlvs.push({ type: TLV.UNIQUE_ID, value });
  }
}

/** `send-proxy` where `connect` rules of checks ask for a header and the server has none of its own. */
export const PLAIN_GREETER = new Greeter(1, [], []);

/**
 * @returns undefined when connections to this server have no header
 * @throws ConfigError for a field's format
 */
export function compileGreeter(model: ServerModel, scopes: ProxyScopes): Greeter | undefined {
  const { sendProxyV1, sendProxyV2, proxyV2Options, proxyV2Tlvs } = model;
  // options alone send a header too, and as HAProxy's it is one of version 1
  if (!sendProxyV1 && !sendProxyV2 && proxyV2Options.length === 0) return undefined;
  const scope = scopes.at(Checkpoint.UseServer);
  const fields = proxyV2Tlvs.map(({ type, format }) => ({
    type,
    value: compileFormat(format, scope, { target: 'header' }),
  }));
  return new Greeter(sendProxyV2 ? 2 : 1, proxyV2Options, fields);
}
