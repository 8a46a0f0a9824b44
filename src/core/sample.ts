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

/** A value together with its type, for expressions whose type is only known at run time (`src`, `var()`). */
export interface Sample {
  readonly type: Exclude<SampleType, 'addr' | 'any' | 'same'>;
  readonly value: SampleValue;
}
export type SampleValue = boolean | number | bigint | string | Uint8Array;
