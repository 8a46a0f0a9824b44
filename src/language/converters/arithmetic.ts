import { integerOrVariable } from '../arguments.js';
import { defineConverter, type ConverterDefinition } from '../definition.js';
import type { Scope } from '../scope.js';
import { castSample, clampSint, toSint } from '../values.js';
import { getVariable, type VariableName } from '../variables.js';
import type { StreamContext } from '../../core/stream.js';

type Sint = number | bigint;
type Operand = (stream: StreamContext) => Sint | undefined;
type Example = readonly [string, string, string | undefined];

/** The second operand: a number, or a variable looked up each time. */
function operandOf(value: number | bigint | VariableName, { environment }: Scope): Operand {
  if (typeof value !== 'object') return () => value;
  return (stream) => {
    const found = getVariable(stream, value, environment);
    return found === undefined ? undefined : (castSample(found, 'sint') as Sint | undefined);
  };
}

function binary(
  name: string,
  summary: string,
  examples: readonly Example[],
  apply: (a: Sint, b: Sint) => Sint,
): ConverterDefinition {
  return defineConverter({
    name,
    args: [integerOrVariable],
    in: 'sint',
    out: 'sint',
    manual: '7.3.1',
    summary,
    examples,
    pure: false,
    compile([value], scope) {
      const operand = operandOf(value, scope);
      return (input, stream) => {
        const other = operand(stream);
        return other === undefined ? undefined : apply(input, other);
      };
    },
  });
}

function unary(
  name: string,
  out: 'sint' | 'bool',
  summary: string,
  examples: readonly Example[],
  apply: (value: Sint) => Sint | boolean,
): ConverterDefinition {
  return defineConverter({
    name,
    args: [],
    in: 'sint',
    out: out as 'sint',
    manual: '7.3.1',
    summary,
    examples,
    compile: () => (input) => apply(input) as Sint,
  });
}

/** Exact as long as it fits a double, else with 64 bits, saturating. */
function saturating(
  numbers: (a: number, b: number) => number,
  bigints: (a: bigint, b: bigint) => bigint,
): (a: Sint, b: Sint) => Sint {
  return (a, b) => {
    if (typeof a === 'number' && typeof b === 'number') {
      const result = numbers(a, b);
      if (Number.isSafeInteger(result)) return result;
    }
    return clampSint(bigints(BigInt(a), BigInt(b)));
  };
}

function bitwise(apply: (a: bigint, b: bigint) => bigint): (a: Sint, b: Sint) => Sint {
  return (a, b) => toSint(BigInt.asIntN(64, apply(BigInt(a), BigInt(b))));
}

const LARGEST = 0x7fffffffffffffffn;
const isOdd = (value: Sint): boolean => (BigInt(value) & 1n) === 1n;

/** Arithmetic and bits (manual 7.3.1). */
export const arithmetic = [
  binary(
    'add',
    'adds',
    [
      ['5', '3', '8'],
      ['9223372036854775807', '1', '9223372036854775807'],
      ['abc', '1', '1'],
    ],
    saturating(
      (a, b) => a + b,
      (a, b) => a + b,
    ),
  ),
  binary(
    'sub',
    'subtracts',
    [
      ['5', '8', '-3'],
      ['-9223372036854775807', '10', '-9223372036854775808'],
    ],
    saturating(
      (a, b) => a - b,
      (a, b) => a - b,
    ),
  ),
  binary(
    'mul',
    'multiplies',
    [
      ['-4', '3', '-12'],
      ['9223372036854775807', '2', '9223372036854775807'],
    ],
    saturating(
      (a, b) => a * b,
      (a, b) => a * b,
    ),
  ),
  binary(
    'div',
    'divides; by zero gives the largest integer',
    [
      ['-7', '2', '-3'],
      ['5', '0', '9223372036854775807'],
    ],
    (a, b) =>
      Number(b) === 0
        ? LARGEST
        : saturating(
            (x, y) => Math.trunc(x / y),
            (x, y) => x / y,
          )(a, b),
  ),
  binary(
    'mod',
    'remainder; by zero gives 0',
    [
      ['-7', '2', '-1'],
      ['5', '0', '0'],
    ],
    (a, b) =>
      Number(b) === 0
        ? 0
        : saturating(
            (x, y) => (x % y) + 0,
            (x, y) => x % y,
          )(a, b),
  ),
  binary(
    'and',
    'bitwise and',
    [['12', '10', '8']],
    bitwise((a, b) => a & b),
  ),
  binary(
    'or',
    'bitwise or',
    [['12', '3', '15']],
    bitwise((a, b) => a | b),
  ),
  binary(
    'xor',
    'bitwise exclusive or',
    [['12', '10', '6']],
    bitwise((a, b) => a ^ b),
  ),
  unary('cpl', 'sint', "one's complement", [['3', '', '-4']], (value) => toSint(~BigInt(value))),
  unary(
    'neg',
    'sint',
    'opposite',
    [
      ['3', '', '-3'],
      ['0', '', '0'],
    ],
    (value) => toSint(-BigInt(value)),
  ),
  unary(
    'bool',
    'bool',
    'whether it is not zero',
    [
      ['4', '', '1'],
      ['0', '', '0'],
    ],
    (value) => Number(value) !== 0,
  ),
  unary(
    'not',
    'bool',
    'whether it is zero',
    [
      ['4', '', '0'],
      ['0', '', '1'],
    ],
    (value) => Number(value) === 0,
  ),
  unary(
    'odd',
    'bool',
    'whether it is odd',
    [
      ['3', '', '1'],
      ['4', '', '0'],
    ],
    isOdd,
  ),
  unary(
    'even',
    'bool',
    'whether it is even',
    [
      ['3', '', '0'],
      ['4', '', '1'],
    ],
    (value) => !isOdd(value),
  ),
];
