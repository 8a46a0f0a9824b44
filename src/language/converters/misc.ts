import { embeddedIpv4 } from '../ip.js';
import { current, integer, ipv4Mask, ipv6Mask, optional, string, variable, word } from '../arguments.js';
import { ArgumentError, defineConverter } from '../definition.js';
import { usableServers } from '../fetches/proxies.js';
import { jsonEscape } from '../json.js';
import { parsePath, queryJson } from '../json-path.js';
import { mayStore, parseConditions } from '../store-conditions.js';
import { getVariable, setVariable, unsetVariable } from '../variables.js';
import { sampleText } from '../values.js';
import type { StreamContext } from '../../core/stream.js';

const MANUAL = '7.3.1';
const JSON_INPUTS = ['ascii', 'utf8', 'utf8s', 'utf8p', 'utf8ps'] as const;

interface Language {
  readonly tag: string;
  readonly quality: number;
}

/** The ranges of an Accept-Language field that are not refused. */
function acceptedLanguages(field: string): Language[] {
  return field.split(',').flatMap((member) => {
    const parts = /^\s*([A-Za-z0-9*-]+)\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?))?/.exec(member);
    const quality = Number(parts?.[2] ?? 1);
    return parts === null || quality === 0 ? [] : [{ tag: parts[1], quality }];
  });
}

/** The wanted language liked best; the first among equals. */
function bestLanguage(field: string, wanted: readonly string[]): string | undefined {
  let best: { value: string; quality: number } | undefined;
  for (const { tag, quality } of acceptedLanguages(field)) {
    const value = wanted.find((one) => one === tag) ?? wanted.find((one) => one === tag.replace(/-.*/, ''));
    if (value !== undefined && (best === undefined || quality > best.quality)) best = { value, quality };
  }
  return best?.value;
}

function capture(stream: StreamContext, direction: 'request' | 'response', slot: number, value: string): void {
  const length = stream.frontend.captureSlots?.[direction][slot];
  if (length === undefined) return;
  const captures =
    direction === 'response' ? (stream.log.responseCaptures ??= []) : (stream.log.requestCaptures ??= []);
  captures[slot] = value.slice(0, length);
}

/** Bytes for people: what is not printable becomes a dot. */
function printable(bytes: string): string {
  return bytes.replaceAll(/[^ -~]/g, '.');
}

/** What fits no other group (manual 7.3.1). */
export const misc = [
  defineConverter({
    name: 'capture-req',
    args: [integer],
    in: 'str',
    out: 'str',
    manual: MANUAL,
    summary: 'keeps the value in a request capture slot',
    examples: [],
    pure: false,
    compile:
      ([slot]) =>
      (input, stream) => {
        capture(stream, 'request', slot, input);
        return input;
      },
  }),
  defineConverter({
    name: 'capture-res',
    args: [integer],
    in: 'str',
    out: 'str',
    manual: MANUAL,
    summary: 'keeps the value in a response capture slot',
    examples: [],
    pure: false,
    compile:
      ([slot]) =>
      (input, stream) => {
        capture(stream, 'response', slot, input);
        return input;
      },
  }),
  defineConverter({
    name: 'ipmask',
    args: [ipv4Mask, optional(ipv6Mask)],
    in: 'addr',
    out: 'addr',
    manual: MANUAL,
    summary: 'the network of an address',
    examples: [
      ['1.2.3.4', '24', '1.2.3.0'],
      ['1.2.3.4', '255.255.0.0', '1.2.0.0'],
      ['2001:db8::1', '24,32', '2001:db8::'],
      ['2001:db8::1', '24', undefined],
    ],
    compile:
      ([mask4, mask6]) =>
      (input) => {
        // an IPv4 address in an IPv6 one is one
        const ipv4 = typeof input === 'number' ? input : embeddedIpv4(input);
        if (ipv4 !== undefined) return (ipv4 & mask4) >>> 0;
        return mask6 instanceof Uint8Array
          ? (input as Uint8Array).map((byte, index) => byte & mask6[index])
          : undefined;
      },
  }),
  defineConverter({
    name: 'json',
    args: [
      current(
        word(
          JSON_INPUTS,
          "Unexpected input code type. Allowed value are 'ascii', 'utf8', 'utf8s', 'utf8p' and 'utf8ps'",
        ),
      ),
    ],
    in: 'str',
    out: 'str',
    manual: MANUAL,
    summary: 'escapes a text for a JSON string',
    examples: [
      ['Very "Ugly" UA 1/2', 'utf8s', 'Very \\"Ugly\\" UA 1\\/2'],
      ['a\n\x01', '', 'a\\n\\u0001'],
      ['\xc3\xa9', 'utf8', '\\u00e9'],
      ['\xe9', '', '\\u00e9'],
      ['a\xe9b', 'utf8', undefined],
      ['a\xe9b', 'utf8s', 'ab'],
    ],
    compile:
      ([code = 'ascii']) =>
      (input) =>
        jsonEscape(input, code),
  }),
  defineConverter({
    name: 'json_query',
    args: [string, optional(word(['int'], 'output_type only supports "int" as argument.'))],
    in: 'str',
    out: 'any',
    manual: MANUAL,
    summary: 'a value in a JSON text by its path: $.a.b[1]',
    examples: [
      ['{"integer":4}', "'$.integer'", '4'],
      ['{"integer":4}', "'$.integer','int'", '4'],
      ['{"my.key":"myvalue"}', "'$.my\\.key'", 'myvalue'],
      ['{"boolean-false":false}', "'$.boolean-false'", '0'],
      ['{"a":{"b":[1,2.50,"x"]}}', "'$.a.b[1]'", '2.5'],
      ['{"a":{"b":[1,2.50,"x"]}}', "'$.a.b[1]','int'", '2'],
      ['{"a":{"b":[1]}}', "'$.a.b'", undefined],
      ['{"k":1234567}', "'$.k'", '1.23457e+06'],
      ['{"m":0.00001234}', "'$.m'", '1.234e-05'],
      ['{"n":null}', "'$.n'", undefined],
      ['bad', "'$.n'", undefined],
    ],
    compile([path, type]) {
      const steps = parsePath(path);
      return (input) => queryJson(input, steps, type === 'int');
    },
  }),
  defineConverter({
    name: 'language',
    args: [string, optional(string)],
    in: 'str',
    out: 'str',
    manual: MANUAL,
    summary: 'the best of some languages by an Accept-Language field',
    examples: [
      ['fr;q=0.5,en-US,es;q=0.9', 'es;fr;en', 'en'],
      ['de,fr;q=0.2', 'es;fr', 'fr'],
      ['de', 'es;fr', undefined],
      ['de', 'es;fr,es', 'es'],
      ['fr;q=0', 'fr,x', 'x'],
    ],
    compile([values, fallback]) {
      const wanted = values.split(';');
      return (input) => bestLanguage(input, wanted) ?? fallback;
    },
  }),
  defineConverter({
    name: 'nbsrv',
    args: [],
    in: 'str',
    out: 'sint',
    manual: MANUAL,
    summary: 'usable servers of the backend with this name',
    examples: [],
    pure: false,
    compile:
      (_, { environment }) =>
      (input) => {
        const found = environment.findBackend(input);
        return found === undefined ? undefined : usableServers(found);
      },
  }),
  defineConverter({
    name: 'srv_queue',
    args: [],
    in: 'str',
    out: 'sint',
    manual: MANUAL,
    summary: 'streams queued for the server with this name (backend/server, or server)',
    examples: [],
    pure: false,
    compile:
      (_, { environment, proxy }) =>
      (input) => {
        const slash = input.indexOf('/');
        const backend = slash < 0 ? proxy.name : input.slice(0, slash);
        return environment.findServer(backend, input.slice(slash + 1))?.queued;
      },
  }),
  defineConverter({
    name: 'srv_is_up',
    args: [],
    in: 'str',
    out: 'bool',
    manual: MANUAL,
    since: '3.1',
    summary: 'whether the server with this name (backend/server, or server) can take traffic',
    examples: [],
    pure: false,
    compile:
      (_, { environment, proxy }) =>
      (input) => {
        const slash = input.indexOf('/');
        const backend = slash < 0 ? proxy.name : input.slice(0, slash);
        return environment.findServer(backend, input.slice(slash + 1))?.usable;
      },
  }),
  defineConverter({
    name: 'fe_exists',
    args: [],
    in: 'str',
    out: 'bool',
    manual: MANUAL,
    since: '3.4',
    summary: 'whether there is a frontend with this name',
    examples: [
      ['f', '', '1'],
      ['nope', '', '0'],
    ],
    pure: false,
    compile:
      (_, { environment }) =>
      (input) =>
        environment.hasFrontend(input),
  }),
  defineConverter({
    name: 'set-var',
    args: [variable, optional(string), optional(string), optional(string), optional(string)],
    in: 'any',
    out: 'any',
    manual: MANUAL,
    summary: 'stores the value in a variable',
    examples: [],
    pure: false,
    compile([name, ...words], { environment }) {
      const conditions = parseConditions(words.filter((one): one is string => one !== undefined && one !== ''));
      if (typeof conditions === 'string') throw new ArgumentError(conditions);
      return (input, stream) => {
        if (mayStore(conditions, input, getVariable(stream, name, environment), name.scope === 'proc'))
          setVariable(stream, name, input, environment);
        return input;
      };
    },
  }),
  defineConverter({
    name: 'unset-var',
    args: [variable],
    in: 'any',
    out: 'any',
    manual: MANUAL,
    summary: 'forgets a variable',
    examples: [],
    pure: false,
    compile:
      ([name], { environment }) =>
      (input, stream) => {
        unsetVariable(stream, name, environment);
        return input;
      },
  }),
  defineConverter({
    name: 'debug',
    args: [optional(string), optional(string)],
    in: 'any',
    out: 'any',
    manual: MANUAL,
    summary: 'passes the value through, and prints it with its type where the destination is stdout or stderr',
    examples: [
      ['a', '', 'a'],
      ['a', 'x,buf0', 'a'],
    ],
    pure: false,
    compile([prefix = '', sink = 'buf0']) {
      // HAProxy's ring `buf0` only shows on its runtime socket: what goes there goes nowhere.
      if (sink === 'buf0') return (input) => input;
      if (sink !== 'stdout' && sink !== 'stderr') throw new ArgumentError(`No such sink '${sink}'.`);
      const start = prefix === '' ? '[debug]: type=' : `[debug] ${prefix}: type=`;
      return (input) => {
        const text = input.type === 'bin' ? printable(input.value as string) : sampleText(input);
        process[sink].write(`${start}${input.type} <${text}>\n`);
        return input;
      };
    },
  }),
];
