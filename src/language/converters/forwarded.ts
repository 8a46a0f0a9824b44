import { word } from '../arguments.js';
import { defineConverter } from '../definition.js';
import { parseForwarded, parseNode, writeNodeName, writeNodePort } from '../http/forwarded.js';
import { castSample, formatIp } from '../values.js';
import type { Sample } from '../../core/sample.js';

const facts = { manual: '7.3.1', since: '2.8' } as const;
const FIELD = word(['proto', 'host', 'for', 'by'], 'Invalid rfc7239 field.');

/** The Forwarded header, RFC 7239 (manual 7.3.1). */
export const forwarded = [
  defineConverter({
    ...facts,
    name: 'rfc7239_is_valid',
    args: [],
    in: 'str',
    out: 'bool',
    summary: 'whether it is a valid value of a Forwarded header',
    examples: [
      ['for=127.0.0.1;proto=http', '', '1'],
      ['proto=custom', '', '0'],
      ['for="[::1]:80";host="haproxy.org:80";by=_a', '', '1'],
      ['for=[::1]', '', '0'],
      ['', '', '0'],
    ],
    compile: () => (input) => parseForwarded(input) !== undefined,
  }),
  defineConverter({
    ...facts,
    name: 'rfc7239_field',
    args: [FIELD],
    in: 'str',
    out: 'str',
    summary: 'a field of a Forwarded header: proto, host, for or by',
    examples: [
      ['proto=https;host="haproxy.org:80"', 'host', 'haproxy.org:80'],
      ['proto=https;host="haproxy.org:80";for="127.0.0.1:9999"', 'for', '127.0.0.1:9999'],
      ['proto=https', 'by', undefined],
    ],
    compile:
      ([field]) =>
      (input) =>
        parseForwarded(input)?.get(field),
  }),
  defineConverter({
    ...facts,
    name: 'rfc7239_n2nn',
    args: [],
    in: 'str',
    out: 'any',
    summary: "the name of a Forwarded header's node: an address, 'unknown', or an identifier",
    examples: [
      ['127.0.0.1:9999', '', '127.0.0.1'],
      ['[ab:cd:ff:ff:ff:ff:ff:ff]:9998', '', 'ab:cd:ff:ff:ff:ff:ff:ff'],
      ['_name:_port', '', '_name'],
      ['name', '', undefined],
    ],
    compile:
      () =>
      (input): Sample | undefined => {
        const name = parseNode(input)?.name;
        if (name === undefined) return undefined;
        return { type: typeof name === 'number' ? 'ipv4' : typeof name === 'string' ? 'str' : 'ipv6', value: name };
      },
  }),
  defineConverter({
    ...facts,
    name: 'rfc7239_n2np',
    args: [],
    in: 'str',
    out: 'any',
    summary: "the port of a Forwarded header's node: a number or an identifier",
    examples: [
      ['127.0.0.1:9999', '', '9999'],
      ['[ab:cd:ff:ff:ff:ff:ff:ff]:9998', '', '9998'],
      ['_name:_port', '', '_port'],
      ['127.0.0.1', '', undefined],
    ],
    compile:
      () =>
      (input): Sample | undefined => {
        const port = parseNode(input)?.port;
        return port === undefined ? undefined : { type: typeof port === 'number' ? 'sint' : 'str', value: port };
      },
  }),
  defineConverter({
    ...facts,
    name: 'rfc7239_nn',
    since: '3.0',
    args: [],
    in: 'any',
    out: 'str',
    summary: "an address or text as the name of a Forwarded header's node",
    examples: [
      ['test', '', '_test'],
      ['', '', 'unknown'],
      ['a b', '', undefined],
    ],
    compile: () => (input) => {
      const { value } = input;
      if (input.type === 'ipv4' || input.type === 'ipv6')
        return writeNodeName(value as number | Uint8Array, formatIp(value as number | Uint8Array));
      const text = castSample(input, 'str');
      return typeof text === 'string' ? writeNodeName(text, text) : undefined;
    },
  }),
  defineConverter({
    ...facts,
    name: 'rfc7239_np',
    since: '3.0',
    args: [],
    in: 'any',
    out: 'str',
    summary: "a number or text as the port of a Forwarded header's node",
    examples: [
      ['test', '', '_test'],
      ['', '', undefined],
    ],
    compile: () => (input) => {
      if (input.type === 'sint') return writeNodePort(input.value as number | bigint);
      const text = castSample(input, 'str');
      return typeof text === 'string' ? writeNodePort(text) : undefined;
    },
  }),
];
