import type { SampleType } from '../../core/sample.js';
import type { Flow } from '../values.js';
import type { Matcher, Parsed } from './matcher.js';
import { PatternError } from './matcher.js';
import { AddressMatcher, IntegerMatcher, readVersion } from './numbers.js';
import { AffixMatcher, ExactMatcher, holdsWord, ListMatcher, RegexMatcher, trimDelimiters } from './text.js';

/** What building a matcher may use beside the patterns. */
export interface MatchContext {
  /** Addresses of a host name, from the hosts file; [] = unknown. */
  readonly resolve: (name: string) => readonly string[];
}

/** A way to compare samples with patterns (manual 7.1, flag `-m`). */
export interface MatchMethod {
  readonly name: string;
  /** Samples are converted to this type first. */
  readonly input: SampleType;
  /** False: it looks only at the sample, patterns are ignored. */
  readonly patterns: boolean;
  /** Turns a pattern as written into what a matcher compares with, to add it to one. @throws PatternError */
  prepare(parsed: Parsed): Parsed;
  /** @param patterns as written. @throws PatternError or RegexError */
  build(patterns: readonly Parsed[], context: MatchContext): Matcher<Flow>;
}

const ANY: Parsed = { pattern: '', entry: { value: '' }, insensitive: false, index: 0 };
/** These look only at the sample. */
const PATTERNLESS = ['found', 'bool'];
const SLASH = '/';
const DOMAIN = '/?.:';

const asWritten = (parsed: Parsed): Parsed => parsed;

function method<T extends Flow>(
  name: string,
  input: SampleType,
  make: (patterns: readonly Parsed[], context: MatchContext) => Matcher<T>,
  prepare = asWritten,
): MatchMethod {
  return {
    name,
    input,
    patterns: !PATTERNLESS.includes(name),
    prepare,
    build: (patterns, context) => make(prepare === asWritten ? patterns : patterns.map(prepare), context),
  };
}

const words = (delimiters: string) => (patterns: readonly Parsed[]) =>
  new ListMatcher(
    patterns,
    (value, pattern) => holdsWord(value, pattern, delimiters),
    (pattern) => trimDelimiters(pattern, delimiters),
  );

/** Versions also take `3.0-3.1` as a range. */
function withColon(parsed: Parsed): Parsed {
  return { ...parsed, pattern: parsed.pattern.replace('-', ':') };
}

function hexBytes(parsed: Parsed): Parsed {
  if (!/^(?:[0-9A-Fa-f]{2})*$/.test(parsed.pattern)) {
    const why =
      parsed.pattern.length % 2 === 1 ? 'an even number of hex digits is expected' : 'an hex digit is expected';
    throw new PatternError(`${why} (found '${parsed.pattern}').`);
  }
  return { ...parsed, insensitive: false, pattern: Buffer.from(parsed.pattern, 'hex').toString('latin1') };
}

const METHODS: readonly MatchMethod[] = [
  method('found', 'same', () => ({ find: () => ANY })),
  method<boolean>('bool', 'bool', () => ({ find: (value) => (value ? ANY : undefined) })),
  method('int', 'sint', (patterns) => new IntegerMatcher(patterns)),
  method('ver', 'sint', (patterns) => new IntegerMatcher(patterns, readVersion), withColon),
  method('ip', 'addr', (patterns, context) => new AddressMatcher(patterns, context.resolve)),
  method('bin', 'bin', (patterns) => new ExactMatcher(patterns), hexBytes),
  method('len', 'str', (patterns) => lengths(new IntegerMatcher(patterns))),
  method('str', 'str', (patterns) => new ExactMatcher(patterns)),
  method('beg', 'str', (patterns) => new AffixMatcher(patterns, false)),
  method('end', 'str', (patterns) => new AffixMatcher(patterns, true)),
  method('sub', 'str', (patterns) => new ListMatcher(patterns, (value, pattern) => value.includes(pattern))),
  method('dir', 'str', words(SLASH)),
  method('dom', 'str', words(DOMAIN)),
  method('reg', 'str', (patterns) => new RegexMatcher(patterns)),
  method(
    'meth',
    'meth',
    (patterns) => new ExactMatcher(patterns),
    (parsed) => ({ ...parsed, insensitive: false }),
  ),
];

function lengths(matcher: IntegerMatcher): Matcher<string> {
  return { find: (value) => matcher.find(value.length) };
}

/** Whether HAProxy keeps the patterns in a tree rather than in a list, which its runtime API tells. */
export function isTree({ name }: MatchMethod, insensitive: boolean): boolean {
  return name === 'ip' || (!insensitive && (name === 'str' || name === 'beg'));
}

/** Methods that `-m` may name; `meth` and `ver` are only implied by a fetch. */
export const METHOD_NAMES = METHODS.map((one) => one.name).filter((name) => name !== 'meth' && name !== 'ver');

export function findMethod(name: string): MatchMethod | undefined {
  return METHODS.find((one) => one.name === name);
}

/** The method implied by the type of a sample, or undefined where `-m` must say it. */
export function defaultMethod(type: SampleType): string | undefined {
  switch (type) {
    case 'bool':
      return 'bool';
    case 'sint':
      return 'int';
    case 'addr':
    case 'ipv4':
    case 'ipv6':
      return 'ip';
    case 'str':
      return 'str';
    default:
      return undefined;
  }
}
