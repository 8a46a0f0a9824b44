import { integer, ipv4Address, ipv6Address, optional, sint, string, word } from '../arguments.js';
import { USES } from '../checkpoint.js';
import { ArgumentError, defineFetch } from '../definition.js';

const METHODS = ['OPTIONS', 'GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'TRACE', 'CONNECT'];

/** Values written in the configuration (manual 7.3.2). */
export const constants = [
  defineFetch({
    name: 'always_false',
    args: [],
    out: 'bool',
    use: USES.constant,
    manual: '7.3.2',
    summary: 'the boolean false',
    compile: () => () => false,
  }),
  defineFetch({
    name: 'always_true',
    args: [],
    out: 'bool',
    use: USES.constant,
    manual: '7.3.2',
    summary: 'the boolean true',
    compile: () => () => true,
  }),
  defineFetch({
    name: 'bin',
    args: [string],
    out: 'bin',
    use: USES.constant,
    manual: '7.3.2',
    summary: 'bytes written in hexadecimal',
    compile([hex]) {
      if (!/^(?:[0-9A-Fa-f]{2})*$/.test(hex))
        throw new ArgumentError(`an even number of hex digits is expected (found '${hex}').`);
      const value = Buffer.from(hex, 'hex').toString('latin1');
      return () => value;
    },
  }),
  defineFetch({
    name: 'bool',
    args: [word(['true', 'false', '1', '0'], "Expects 'true', 'false', '0' or '1'.")],
    out: 'bool',
    use: USES.constant,
    manual: '7.3.2',
    summary: 'a boolean',
    compile([text]) {
      const value = text === 'true' || text === '1';
      return () => value;
    },
  }),
  defineFetch({
    name: 'int',
    args: [sint],
    out: 'sint',
    use: USES.constant,
    manual: '7.3.2',
    summary: 'a signed integer',
    compile:
      ([value]) =>
      () =>
        value,
  }),
  defineFetch({
    name: 'ipv4',
    args: [ipv4Address],
    out: 'ipv4',
    use: USES.constant,
    manual: '7.3.2',
    summary: 'an IPv4 address',
    compile:
      ([value]) =>
      () =>
        value,
  }),
  defineFetch({
    name: 'ipv6',
    args: [ipv6Address],
    out: 'ipv6',
    use: USES.constant,
    manual: '7.3.2',
    summary: 'an IPv6 address',
    compile:
      ([value]) =>
      () =>
        value,
  }),
  defineFetch({
    name: 'meth',
    args: [string],
    out: 'meth',
    use: USES.constant,
    manual: '7.3.2',
    summary: 'an HTTP method',
    compile([text]) {
      const value = METHODS.find((one) => one === text.toUpperCase()) ?? text;
      return () => value;
    },
  }),
  defineFetch({
    name: 'str',
    args: [string],
    out: 'str',
    use: USES.constant,
    manual: '7.3.2',
    summary: 'a string',
    compile:
      ([value]) =>
      () =>
        value,
  }),
  defineFetch({
    name: 'rand',
    args: [optional(integer)],
    out: 'sint',
    use: USES.constant,
    manual: '7.3.2',
    summary: 'a random integer from 0 to the range less one (2^32 by default)',
    compile([range = 2 ** 32], { environment }) {
      return () => Math.floor(environment.random() * range);
    },
  }),
];
