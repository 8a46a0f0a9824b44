import { compileRegexArgument, current, integer, optional, regexText, string, variable } from '../arguments.js';
import { expandReplacement } from '../../base/regex.js';
import { ArgumentError, defineConverter } from '../definition.js';
import { nthField, nthWord } from '../fields.js';
import { asciiLower } from '../patterns/text.js';
import { sampleText } from '../values.js';
import { getVariable } from '../variables.js';

const MANUAL = '7.3.1';

function checkIndex(index: number): void {
  if (index === 0) throw new ArgumentError('Unexpected value 0 for index.');
}

function asciiUpper(text: string): string {
  return text.replaceAll(/[a-z]+/g, (letters) => letters.toUpperCase());
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const difference = a.charCodeAt(index) - b.charCodeAt(index);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Strings (manual 7.3.1). */
export const strings = [
  defineConverter({
    name: 'add_item',
    args: [string, current(variable), optional(string)],
    in: 'str',
    out: 'str',
    manual: MANUAL,
    summary: 'appends a delimiter, a variable and a suffix, the delimiter only where something stands on both sides',
    examples: [
      ['a', '",",,"(site1)"', 'a,(site1)'],
      ['', '",",,x', 'x'],
    ],
    pure: false,
    compile:
      ([delimiter, name, suffix = ''], { environment }) =>
      (input, stream) => {
        const found = name === undefined ? undefined : getVariable(stream, name, environment);
        const added = (found === undefined ? '' : sampleText(found)) + suffix;
        return input !== '' && added !== '' ? input + delimiter + added : input + added;
      },
  }),
  defineConverter({
    name: 'concat',
    args: [current(string), optional(variable), optional(string)],
    in: 'str',
    out: 'str',
    manual: MANUAL,
    summary: 'appends a text, a variable and another text',
    examples: [
      ['a', '<ip=,,>', 'a<ip=>'],
      ['a', '', 'a'],
    ],
    pure: false,
    compile:
      ([start = '', name, end = ''], { environment }) =>
      (input, stream) => {
        const found = name === undefined ? undefined : getVariable(stream, name, environment);
        return input + start + (found === undefined ? '' : sampleText(found)) + end;
      },
  }),
  defineConverter({
    name: 'cut_crlf',
    args: [],
    in: 'str',
    out: 'str',
    manual: MANUAL,
    summary: 'cuts at the first CR or LF',
    examples: [
      ['ab\r\ncd', '', 'ab'],
      ['ab', '', 'ab'],
    ],
    compile: () => (input) => /^[^\r\n]*/.exec(input)?.[0],
  }),
  defineConverter({
    name: 'field',
    args: [integer, string, optional(integer)],
    in: 'str',
    out: 'str',
    manual: MANUAL,
    summary: 'the index-th field between delimiters; negative counts from the end',
    examples: [
      ['f1_f2_f3__f5', '5,_', 'f5'],
      ['f1_f2_f3__f5', '2,_,0', 'f2_f3__f5'],
      ['f1_f2_f3__f5', '2,_,2', 'f2_f3'],
      ['f1_f2_f3__f5', '-2,_,3', 'f2_f3_'],
      ['f1_f2_f3__f5', '-3,_,0', 'f1_f2_f3'],
      ['f1_f2', '3,_', undefined],
    ],
    compile([index, delimiters, count = 1]) {
      checkIndex(index);
      return (input) => nthField(input, index, delimiters, count);
    },
  }),
  defineConverter({
    name: 'word',
    args: [integer, string, optional(integer)],
    in: 'str',
    out: 'str',
    manual: MANUAL,
    summary: 'the index-th word between runs of delimiters; negative counts from the end',
    examples: [
      ['f1_f2_f3__f5', '4,_', 'f5'],
      ['f1_f2_f3__f5', '2,_,0', 'f2_f3__f5'],
      ['f1_f2_f3__f5', '3,_,2', 'f3__f5'],
      ['f1_f2_f3__f5', '-2,_,3', 'f1_f2_f3'],
      ['f1_f2_f3__f5', '-3,_,0', 'f1_f2'],
      ['..a..b..', '-2,.,2', '..a'],
      ['..a..b..', '-1,.,2', 'a..b'],
      ['..a..b..', '1,.,5', 'a..b..'],
      ['/f1/f2/f3/f4', '1,/', 'f1'],
      ['', '1,/', ''],
      ['a/b', '3,/', ''],
      ['a/b', '-3,/', ''],
    ],
    compile([index, delimiters, count = 1]) {
      checkIndex(index);
      return (input) => nthWord(input, index, delimiters, count);
    },
  }),
  defineConverter({
    name: 'iif',
    args: [string, string],
    in: 'bool',
    out: 'str',
    manual: MANUAL,
    summary: 'one text when true, another when false',
    examples: [
      ['1', 'https,http', 'https'],
      ['0', 'https,http', 'http'],
    ],
    compile:
      ([yes, no]) =>
      (input) =>
        input ? yes : no,
  }),
  defineConverter({
    name: 'length',
    args: [],
    in: 'str',
    out: 'sint',
    manual: MANUAL,
    summary: 'length in bytes',
    examples: [
      ['abc', '', '3'],
      ['', '', '0'],
    ],
    compile: () => (input) => input.length,
  }),
  defineConverter({
    name: 'lower',
    args: [],
    in: 'str',
    out: 'str',
    manual: MANUAL,
    summary: 'in lower case',
    examples: [['AbC\xc9', '', 'abc\xc9']],
    compile: () => asciiLower,
  }),
  defineConverter({
    name: 'upper',
    args: [],
    in: 'str',
    out: 'str',
    manual: MANUAL,
    summary: 'in upper case',
    examples: [['AbC\xe9', '', 'ABC\xe9']],
    compile: () => asciiUpper,
  }),
  defineConverter({
    name: 'ltrim',
    args: [string],
    in: 'str',
    out: 'str',
    manual: MANUAL,
    summary: 'without the given characters at its beginning',
    examples: [['xxyaxx', 'xy', 'axx']],
    compile:
      ([characters]) =>
      (input) => {
        let start = 0;
        while (start < input.length && characters.includes(input[start])) start++;
        return input.slice(start);
      },
  }),
  defineConverter({
    name: 'rtrim',
    args: [string],
    in: 'str',
    out: 'str',
    manual: MANUAL,
    summary: 'without the given characters at its end',
    examples: [['xxaxyx', 'xy', 'xxa']],
    compile:
      ([characters]) =>
      (input) => {
        let end = input.length;
        while (end > 0 && characters.includes(input[end - 1])) end--;
        return input.slice(0, end);
      },
  }),
  defineConverter({
    name: 'regsub',
    args: [regexText, string, optional(string)],
    in: 'str',
    out: 'str',
    manual: MANUAL,
    summary: 'replaces what a regular expression matches: first match, or all with the flag g; i ignores case',
    examples: [
      ['/////a///b/c/xzxyz/', "'/+','/','g'", '/a/b/c/xzxyz/'],
      ['a=1;&?', "[?;&]*,''", 'a=1;&?'],
      ['xFOO12', '"(foo|bar)([0-9]+)?","\\2\\1",i', 'x12FOO'],
      ['abab', 'a,x', 'xbab'],
    ],
    compile([pattern, replacement, flags = '']) {
      const regex = compileRegexArgument(pattern, flags.includes('i'));
      const all = flags.includes('g');
      return (input) => {
        let output = '';
        let at = 0;
        while (at <= input.length) {
          const match = regex.exec(input, at);
          if (match === undefined) break;
          output += input.slice(at, match.start) + expandReplacement(replacement, match);
          at = match.end;
          if (match.end === match.start) {
            if (at >= input.length) return output;
            output += input[at++];
          }
          if (!all) break;
        }
        return output + input.slice(at);
      };
    },
  }),
  defineConverter({
    name: 'strcmp',
    args: [variable],
    in: 'str',
    out: 'sint',
    manual: MANUAL,
    summary: 'compares with a variable: 0 when equal, else as strcmp(3)',
    examples: [],
    pure: false,
    compile:
      ([name], { environment }) =>
      (input, stream) => {
        const found = getVariable(stream, name, environment);
        return found === undefined ? undefined : compare(input, sampleText(found));
      },
  }),
  defineConverter({
    name: 'host_only',
    args: [],
    in: 'str',
    out: 'str',
    manual: MANUAL,
    summary: 'the host of a Host header, in lower case',
    examples: [
      ['Example.com:80', '', 'example.com'],
      ['[::1]:80', '', '[::1]'],
      ['127.0.0.1', '', '127.0.0.1'],
    ],
    compile: () => (input) => {
      const bracket = input.startsWith('[') ? input.indexOf(']') : -1;
      if (bracket >= 0) return asciiLower(input.slice(0, bracket + 1));
      const colon = input.lastIndexOf(':');
      return asciiLower(colon < 0 ? input : input.slice(0, colon));
    },
  }),
  defineConverter({
    name: 'param',
    args: [string, optional(string)],
    in: 'str',
    out: 'str',
    manual: MANUAL,
    since: '2.9',
    summary: 'the value of a parameter, where parameters are delimited by & or another character',
    examples: [
      ['a=b&c=d&a=r', 'a', 'b'],
      ['a&b=c', 'a', ''],
      ['a=&b&c=a', 'b', ''],
      ['a=1;b=2;c=4', 'b,;', '2'],
      ['a=1\nb=2', 'b,0x0a', '2'],
      ['a=1', 'b', undefined],
    ],
    compile([name, delimiter = '&']) {
      const hex = /^0x([0-9A-Fa-f]{2})$/.exec(delimiter);
      const mark = hex === null ? delimiter : String.fromCharCode(Number.parseInt(hex[1], 16));
      if (mark.length !== 1) throw new ArgumentError("Delimiter must be a single character or '0xHH'.");
      return (input) => {
        const found = input.split(mark).find((one) => one === name || one.startsWith(`${name}=`));
        return found?.slice(name.length + 1);
      };
    },
  }),
  defineConverter({
    name: 'reverse',
    args: [],
    in: 'str',
    out: 'str',
    manual: MANUAL,
    since: '3.4',
    summary: 'byte by byte from the end',
    examples: [
      ['example.com', '', 'moc.elpmaxe'],
      ['ab cd', '', 'dc ba'],
    ],
    compile: () => (input) => Array.from(input).toReversed().join(''),
  }),
  defineConverter({
    name: 'reverse_dom',
    args: [],
    in: 'str',
    out: 'str',
    manual: MANUAL,
    since: '3.4',
    summary: "the labels of a host's name from the last to the first",
    examples: [
      ['example.com', '', 'com.example'],
      ['mail.example.com', '', 'com.example.mail'],
      ['example.com.', '', 'com.example'],
      ['a..b', '', undefined],
      ['', '', undefined],
    ],
    compile: () => (input) => {
      const labels = (input.endsWith('.') ? input.slice(0, -1) : input).split('.');
      return labels.includes('') ? undefined : labels.toReversed().join('.');
    },
  }),
  defineConverter({
    name: 'has_ctl',
    args: [optional(string)],
    in: 'str',
    out: 'bool',
    manual: MANUAL,
    since: '3.4',
    summary: "whether it has control characters: of a mask, 'any', 'http', or all but the tabulator",
    examples: [
      ['a\tb', '', '0'],
      ['a\tb', 'any', '1'],
      ['a\x7fb', '', '1'],
      ['a\nb', 'http', '1'],
      ['a\x01b', '0x100002401', '0'],
    ],
    compile([mask = '0x1FFFFFDFF']) {
      const named: Readonly<Record<string, bigint>> = { any: 0x1ffffffffn, http: 0x2401n };
      if (!Object.hasOwn(named, mask) && !/^(?:\d+|0x[0-9A-Fa-f]+)$/.test(mask))
        throw new ArgumentError(`invalid mask '${mask}'.`);
      const bits = named[mask] ?? BigInt(mask);
      return (input) => {
        for (let index = 0; index < input.length; index++) {
          const code = input.charCodeAt(index);
          const bit = code === 0x7f ? 32n : BigInt(code);
          if ((code < 32 || code === 0x7f) && ((bits >> bit) & 1n) === 1n) return true;
        }
        return false;
      };
    },
  }),
  defineConverter({
    name: 'port_only',
    args: [],
    in: 'str',
    out: 'sint',
    manual: MANUAL,
    summary: 'the port of a Host header, 0 when there is none',
    examples: [
      ['example.com:8080', '', '8080'],
      ['[::1]', '', '0'],
      ['[::1]:81', '', '81'],
    ],
    compile: () => (input) => {
      const port = /:(\d+)$/.exec(input.startsWith('[') ? input.slice(input.indexOf(']')) : input);
      return port === null ? 0 : Number(port[1]);
    },
  }),
];
