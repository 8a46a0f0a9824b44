import { TLV } from '../../core/proxy-header.js';
import type { StreamContext } from '../../core/stream.js';
import type { ArgSpec, IteratingCode } from '../definition.js';
import { ArgumentError, defineFetch } from '../definition.js';
import { USES } from '../checkpoint.js';

/** Names of types, as `fc_pp_tlv` takes them. */
const NAMES: Readonly<Record<string, number>> = {
  ALPN: TLV.ALPN,
  AUTHORITY: TLV.AUTHORITY,
  CRC32: TLV.CRC32C,
  NOOP: TLV.NOOP,
  UNIQUE_ID: TLV.UNIQUE_ID,
  SSL: TLV.SSL,
  SSL_VERSION: 0x21,
  SSL_CN: 0x22,
  SSL_CIPHER: 0x23,
  SSL_SIG_ALG: 0x24,
  SSL_KEY_ALG: 0x25,
  NETNS: TLV.NETNS,
};

/** @returns undefined when `text` is neither a number from 0 to 255 nor a name */
export function tlvType(text: string): number | undefined {
  const named = NAMES[text.toUpperCase()];
  if (named !== undefined) return named;
  const value = /^(?:0x[0-9a-f]{1,2}|\d{1,3})$/i.test(text) ? Number(text) : -1;
  return value >= 0 && value <= 255 ? value : undefined;
}

const type: ArgSpec<number> = {
  type: 'string',
  optional: false,
  allowsEmpty: false,
  parse({ text }) {
    const value = tlvType(text);
    if (value === undefined) throw new ArgumentError(`invalid TLV type '${text}'`);
    return value;
  },
};

/** Fields of one type in the client's PROXY header, in order. */
function* values({ session }: StreamContext, wanted: number): Generator<string> {
  for (const tlv of session.receivedHeader?.tlvs ?? []) if (tlv.type === wanted) yield tlv.value;
}

const first = (stream: StreamContext, wanted: number): string | undefined =>
  values(stream, wanted).next().value as string | undefined;

/** What the client's PROXY header said (manual 7.3.3). */
export const proxyHeaderFetches = [
  defineFetch({
    name: 'fc_pp_authority',
    args: [],
    out: 'str',
    use: USES.client,
    manual: '7.3.3',
    summary: "the server name in the client's PROXY header",
    // several: HAProxy 2.6 keeps the last one
    compile: () => (stream) => [...values(stream, TLV.AUTHORITY)].at(-1),
  }),
  defineFetch({
    name: 'fc_pp_unique_id',
    args: [],
    out: 'str',
    use: USES.client,
    manual: '7.3.3',
    summary: "the unique id in the client's PROXY header",
    compile: () => (stream) => [...values(stream, TLV.UNIQUE_ID)].at(-1),
  }),
  defineFetch({
    name: 'fc_pp_tlv',
    args: [type],
    out: 'str',
    use: USES.client,
    manual: '7.3.3',
    since: '2.9',
    summary: "a field of the client's PROXY header, by number or name",
    compile([wanted]): IteratingCode<string> {
      return {
        evaluate: (stream) => first(stream, wanted),
        some(stream, test) {
          for (const value of values(stream, wanted)) if (test(value, stream)) return true;
          return false;
        },
      };
    },
  }),
];
