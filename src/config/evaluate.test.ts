import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { evaluateCondition } from './evaluate.js';
import type { ConditionFacts } from './predicates.js';

const facts: ConditionFacts = {
  env: new Map([
    ['HOME', '/root'],
    ['EMPTY', ''],
  ]),
  features: new Set(['OPENSSL', 'THREAD']),
  enabled: new Set(['EPOLL']),
  opensslVersion: '3.0.16',
};

test.each([
  ['', false],
  ['  ', false],
  ['0', false],
  ['1', true],
  ['-1', true],
  ['!1', false],
  ['!!1', true],
  ['! 1', false],
  ['streq(a,a)', true],
  ['streq(a, a)', false],
  ['streq("a b",a\\ b)', true],
  ["streq('a,b',a\\,b)", undefined],
  ['streq("a,b","a,b")', true],
  ['strneq(a,b)', true],
  ['strneq(,yes)', true],
  ['strstr(abc,b)', true],
  ['defined(HOME)', true],
  ['defined(EMPTY)', true],
  ['defined(NONE)', false],
  ['defined()', false],
  ['feature(OPENSSL)', true],
  ['feature(LUA)', false],
  ['enabled(EPOLL)', true],
  ['version_atleast(2.6.12)', true],
  ['version_atleast(2.6.13)', false],
  ['version_atleast(2.4-dev19)', true],
  ['version_atleast(2.6)', true],
  ['version_atleast(x)', true],
  ['version_before(3)', true],
  ['version_before(2.6.12)', false],
  ['openssl_version_atleast(1.1.1)', true],
  ['openssl_version_before(3.0.0)', false],
  ['ssllib_name_startswith(OpenSSL)', true],
  ['ssllib_name_startswith(wolfSSL)', false],
  ['1 && 0 || 1', true],
  ['1 || 0 && 0', true],
  ['1 && (0 || 1)', true],
  ['defined(HOME)&&!defined(NONE)||0', true],
  ['feature(OPENSSL) && (streq(,yes) || streq(yes,yes))', true],
])('%j is %j', (text, expected) => {
  const result = evaluateCondition(text, facts);
  expect(result.ok ? result.value : undefined).toBe(expected);
});

// Wording and places seen in the real HAProxy.
test.each([
  ['bad(', 0, "unparsable conditional expression 'bad('"],
  ['1 || bad(', 5, "unparsable conditional expression 'bad('"],
  ['awsui', 0, "unparsable conditional expression 'awsui'"],
  ['!', 1, "unparsable conditional expression '!'"],
  ['1 x', 2, "unexpected character 'x' at the end of conditional expression '1 x'"],
  ['0x', 1, "unexpected character 'x' at the end of conditional expression '0x'"],
  ['1)', 1, "unexpected character ')' at the end of conditional expression '1)'"],
  ['feature(OPENSSL)x', 16, "unexpected character 'x' at the end of conditional expression 'feature(OPENSSL)x'"],
  ['(1', 0, "expected ')' after conditional expression '(1'"],
  ['1 && (defined(A) || 0', 5, "expected ')' after conditional expression '(defined(A) || 0'"],
  ['streq(a,b,c)', 5, "expected ')' before ',c)' in argument 2 of predicate 'streq' used in conditional expression"],
  [
    'streq(a)',
    5,
    "missing arguments (got 1/2), type 'string' expected in argument 1 of predicate 'streq' used in conditional expression",
  ],
])('%j is refused', (text, at, why) => {
  expect(evaluateCondition(text, facts)).toMatchObject({ ok: false, at, why });
});

test('a slip of the keyboard is noticed', () => {
  expect(evaluateCondition('featur(OPENSSL)', facts)).toMatchObject({ hint: "did you mean 'feature'?" });
});

test('nothing is thrown', () => {
  const token = fc.constantFrom(
    '1',
    '0',
    '!',
    '(',
    ')',
    '&&',
    '||',
    ' ',
    'streq',
    'defined',
    ',',
    '"',
    "'",
    '\\',
    'toString',
  );
  fc.assert(
    fc.property(fc.array(token, { maxLength: 15 }), (tokens) => {
      expect(evaluateCondition(tokens.join(''), facts)).toHaveProperty('ok');
    }),
    { numRuns: 2000 },
  );
});
