import { describe, expect, test } from 'vitest';
import { converterDefinitions } from './converters/index.js';
import { compileExpressionWord } from './expression.js';
import { fetchDefinitions } from './fetches/index.js';
import { fakeScope, streamOf, wordOf } from './testing.js';

describe.each(
  [...converterDefinitions, ...fetchDefinitions].map((definition) => [definition.name, definition] as const),
)('%s', (_, definition) => {
  test('has a line for people and its place in the manual', () => {
    expect(definition.summary.length).toBeGreaterThan(3);
    expect(definition.manual).toMatch(/^\d+(\.\d+)*$/);
  });
});

/** Inputs that have the type a converter takes. */
const SOURCES = {
  bool: 'bool',
  sint: 'str',
  addr: 'str',
  ipv4: 'str',
  ipv6: 'str',
  str: 'str',
  bin: 'bin',
  meth: 'meth',
  any: 'str',
  same: 'str',
} as const;

describe.each(converterDefinitions.filter((one) => one.pending === undefined).map((one) => [one.name, one] as const))(
  'converter %s',
  (name, definition) => {
    test('has examples, or says that it depends on more than its input', () => {
      expect(definition.pure === false || definition.examples.length > 0).toBe(true);
    });

    test.each(definition.examples)('%j (%s) -> %j', (input, args, expected) => {
      const source = SOURCES[definition.in];
      const quoted =
        source === 'bin'
          ? `bin(${Buffer.from(input, 'latin1').toString('hex')})`
          : `${source}("${input.replaceAll(/["\\]/g, '\\$&')}")`;
      const call = args === '' ? name : `${name}(${args})`;
      const expression = compileExpressionWord(wordOf(`${quoted},${call}`), fakeScope()).as('str');
      expect(expression?.evaluate(streamOf('GET', '/'))).toBe(expected);
    });
  },
);
