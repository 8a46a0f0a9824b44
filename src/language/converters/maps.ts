import { expandReplacement, RegexError } from '../../base/regex.js';
import { integerText, optional, string } from '../arguments.js';
import { ArgumentError, defineConverter, type ConverterDefinition } from '../definition.js';
import { resolveHost } from '../hosts.js';
import { parseIp } from '../ip.js';
import { LivePatterns } from '../patterns/live.js';
import { PatternError } from '../patterns/matcher.js';
import { findMethod } from '../patterns/methods.js';
import type { PatternReference } from '../patterns/store.js';
import { RegexMatcher } from '../patterns/text.js';
import type { Scope } from '../scope.js';
import type { Flow } from '../values.js';

const MANUAL = '7.3.1';

/** What a map answers; `key` = the pattern that matched, as written. */
type Output = 'str' | 'sint' | 'addr' | 'key';

/** What the runtime API calls them. */
const TYPE_NAMES: Readonly<Record<Output, string>> = { str: 'str', sint: 'sint', addr: 'ipv4', key: 'str' };

/** What a map's value becomes. */
function reader(output: Output): (text: string) => Flow | undefined {
  switch (output) {
    case 'str':
    case 'key':
      return (text) => text;
    case 'sint':
      return (text) => (/^[+-]?\d+$/.test(text) ? Number(text) : undefined);
    case 'addr':
      return parseIp;
  }
}

function openMap(file: string, scope: Scope): PatternReference {
  const { patterns } = scope.environment;
  if (scope.offline) return patterns.create(file);
  try {
    const reference = patterns.open(file, true, (path) => scope.environment.readFile(path));
    patterns.use(reference, 'map');
    return reference;
  } catch (error) {
    if (error instanceof PatternError) throw new ArgumentError(error.message);
    throw new ArgumentError(`failed to open pattern file <${file}>.`);
  }
}

/** Values of the file are read once; a bad one is a mistake in the file, found at start. */
function checkValues(reference: PatternReference, read: (text: string) => Flow | undefined, output: Output): void {
  if (output === 'str' || output === 'key') return;
  for (const { value } of reference.entries) {
    if (read(value) === undefined) throw new ArgumentError(`unable to parse '${value}' in file '${reference.file}'.`);
  }
}

function buildPatterns(method: string, reference: PatternReference, output: Output): LivePatterns {
  const found = findMethod(method);
  if (found === undefined) throw new ArgumentError(`unknown matching method '${method}'`);
  try {
    return new LivePatterns(found, [{ reference, insensitive: false }], { resolve: resolveHost }, TYPE_NAMES[output]);
  } catch (error) {
    if (error instanceof PatternError || error instanceof RegexError)
      throw new ArgumentError(`${error.message} in file '${reference.file}'`);
    throw error;
  }
}

function map(name: string, method: string, input: 'str' | 'sint' | 'addr', output: Output): ConverterDefinition {
  return defineConverter({
    name,
    args: output === 'key' ? [string] : [string, optional(output === 'sint' ? integerText : string)],
    in: input as 'str',
    out: (output === 'key' ? 'str' : output) as 'str',
    since: output === 'key' ? '3.2' : undefined,
    manual: MANUAL,
    summary: `looks the value up in a map file by '${method}', or answers the default`,
    examples: [],
    pure: false,
    compile([file, fallback], scope) {
      const reference = openMap(file, scope);
      const read = reader(output);
      checkValues(reference, read, output);
      const patterns = buildPatterns(method, reference, output);
      const otherwise = fallback === undefined ? undefined : read(fallback);
      if (fallback !== undefined && otherwise === undefined)
        throw new ArgumentError(`invalid default value '${fallback}'`);
      return (value) => {
        const found = patterns.find(value);
        if (found === undefined) return otherwise as string | undefined;
        return (output === 'key' ? found.pattern : read(found.entry.value)) as string | undefined;
      };
    },
  });
}

const STRING_METHODS = ['str', 'beg', 'sub', 'dir', 'dom', 'end', 'reg'];
const OUTPUTS: readonly (readonly [suffix: string, output: Output])[] = [
  ['', 'str'],
  ['_int', 'sint'],
  ['_ip', 'addr'],
  ['_key', 'key'],
];

/** Maps (manual 7.3.1): `map_<method>_<output>`. */
export const maps = [
  map('map', 'str', 'str', 'str'),
  ...STRING_METHODS.flatMap((method) =>
    OUTPUTS.map(([suffix, output]) => map(`map_${method}${suffix}`, method, 'str', output)),
  ),
  ...OUTPUTS.map(([suffix, output]) => map(`map_int${suffix}`, 'int', 'sint', output)),
  ...OUTPUTS.map(([suffix, output]) => map(`map_ip${suffix}`, 'ip', 'addr', output)),
  defineConverter({
    name: 'map_regm',
    args: [string, optional(string)],
    in: 'str',
    out: 'str',
    manual: MANUAL,
    summary: 'looks the value up by regular expressions and puts their groups into the answer',
    examples: [],
    pure: false,
    compile([file, fallback], scope) {
      const patterns = buildPatterns('reg', openMap(file, scope), 'str');
      return (value) => {
        patterns.find(value);
        const { matcher } = patterns;
        const found = matcher instanceof RegexMatcher ? matcher.findRegex(value) : undefined;
        const match = found?.regex.exec(value);
        return found === undefined || match === undefined
          ? fallback
          : expandReplacement(found.parsed.entry.value, match);
      };
    },
  }),
];
