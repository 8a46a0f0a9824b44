/**
 * Samples: the values that HAProxy's expression language moves around (configuration manual, section 7).
 *
 * | type        | JavaScript value                                                        |
 * |-------------|-------------------------------------------------------------------------|
 * | bool        | boolean                                                                 |
 * | sint        | number while it is a safe integer, bigint beyond (64-bit signed)         |
 * | str, bin    | string of bytes (latin1: one code unit = one byte)                       |
 * | ipv4        | number, the address as an unsigned 32-bit integer                        |
 * | ipv6        | Uint8Array of 16 bytes                                                   |
 * | meth        | string, the method's name                                               |
 *
 * A fetch or converter answers `undefined` when there is no such sample ("the sample fails"): ACLs are then false,
 * log fields print `-`, rules that need the value do nothing.
 */
export type SampleType = 'bool' | 'sint' | 'addr' | 'ipv4' | 'ipv6' | 'str' | 'bin' | 'meth' | 'any' | 'same';

/** Types that a value at hand can have: no `addr`, `any` or `same`, which only describe expressions. */
export type ConcreteType = Exclude<SampleType, 'addr' | 'any' | 'same'>;

/** A value together with its type, for expressions whose type is only known at run time (`src`, `var()`). */
export interface Sample {
  readonly type: ConcreteType;
  readonly value: SampleValue;
}
export type SampleValue = boolean | number | bigint | string | Uint8Array;

/** JavaScript type of an expression's value by its declared type. Where that is `any` the value carries its own type. */
export type ValueOf<T extends SampleType> = T extends 'bool'
  ? boolean
  : T extends 'sint'
    ? number | bigint
    : T extends 'str' | 'bin' | 'meth'
      ? string
      : T extends 'ipv4' | 'ipv6' | 'addr'
        ? number | Uint8Array
        : Sample;
