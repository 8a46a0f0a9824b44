import { RegexError } from '../base/regex.js';
import { closest } from '../base/closest.js';
import { ConfigError } from '../config/diagnostics.js';
import { spanOf, type Word } from '../config/cursor.js';
import { parseExpression } from '../config/expression.js';
import type { AclModel } from '../config/model.js';
import type { StreamContext } from '../core/stream.js';
import { CRITERIA } from './criteria.js';
import { compileExpression, type CompiledExpression } from './expression.js';
import { fetches } from './fetches/index.js';
import { resolveHost } from './hosts.js';
import { LivePatterns, type PatternSource } from './patterns/live.js';
import { PatternError } from './patterns/matcher.js';
import { defaultMethod, findMethod, METHOD_NAMES, type MatchMethod } from './patterns/methods.js';
import { isOperator } from './patterns/numbers.js';
import type { NamedAcl, Scope } from './scope.js';
import type { Flow } from './values.js';

/** One compiled criterion: a fetch, converters, and what its values are compared with. */
export interface AclTest {
  readonly places: number;
  /** Name of the fetch, for complaints about places. */
  readonly fetch: string;
  readonly test: (stream: StreamContext) => boolean;
}

/** What the flags of a criterion asked for (manual 7.1). */
interface Flags {
  /** As it is written, for lists. */
  readonly fetch: string;
  method: MatchMethod | undefined;
  insensitive: boolean;
  resolve: boolean;
  pairs: boolean;
  ended: boolean;
  /** `-u` */
  id: number | undefined;
  readonly sources: PatternSource[];
}

/**
 * Compiles the words of a criterion: `path_beg -i /a /b`, `src,ipmask(24) -f file`.
 * @throws ConfigError in HAProxy's words
 */
export function compileCriterion(words: readonly Word[], scope: Scope, at: Word | undefined): AclTest {
  const first = words[0];
  if (first === undefined) throw new ConfigError(at?.span, "missing fetch method in ACL expression ''.");
  scope.environment.patterns.compiling(first.span);
  const { expression, implied } = compileCriterionExpression(first, scope);
  const flags: Flags = {
    fetch: /^[\w.-]+/.exec(first.text)?.[0] ?? '',
    method: implied,
    insensitive: false,
    resolve: true,
    pairs: false,
    ended: false,
    id: undefined,
    sources: [],
  };
  const rest = readFlags(words.slice(1), flags, scope);
  const method = flags.method ?? byType(expression, first);
  readPatterns(rest, method, flags, scope);
  warnWithoutPatterns(first, method, flags, scope);
  const converted = expression.as(method.input);
  if (converted === undefined) {
    throw new ConfigError(
      first.span,
      `matching method '${method.name}' cannot be used with fetch keyword '${expression.fetch.name}'.`,
    );
  }
  const accept = acceptor(method, flags, words);
  return { places: expression.places, fetch: expression.fetch.name, test: converted.matching(accept) };
}

/** The fetch of a criterion, which may be an ACL's own name for one, with the method that name implies. */
function compileCriterionExpression(
  first: Word,
  scope: Scope,
): { expression: CompiledExpression; implied: MatchMethod | undefined } {
  const model = parseExpression(first);
  const criterion = CRITERIA.get(model.fetch.name);
  const name = criterion?.fetch ?? model.fetch.name;
  if (!fetches.has(name) && !name.startsWith('lua.')) {
    const near = closest(model.fetch.name, [...fetches.names(), ...CRITERIA.keys()]);
    const hint = near === undefined ? undefined : `did you mean '${near}'?`;
    throw new ConfigError(
      model.fetch.span,
      `unknown fetch method '${model.fetch.name}' in ACL expression '${model.text}'.`,
      hint,
    );
  }
  const expression = compileExpression({ ...model, fetch: { ...model.fetch, name } }, scope, false);
  const implied = criterion === undefined || model.converters.length > 0 ? undefined : findMethod(criterion.method);
  return { expression, implied };
}

function byType(expression: CompiledExpression, first: Word): MatchMethod {
  const name = defaultMethod(expression.type);
  const method = name === undefined ? undefined : findMethod(name);
  if (method !== undefined) return method;
  throw new ConfigError(
    first.span,
    `matching method must be specified first (using '-m') when using a sample fetch of this type ('${expression.fetch.name}').`,
    `for example: -m ${expression.type === 'bin' ? 'bin' : 'str'}`,
  );
}

function readFlags(words: readonly Word[], flags: Flags, scope: Scope): readonly Word[] {
  let index = 0;
  for (; index < words.length && words[index].text.startsWith('-') && !flags.ended; index++) {
    const flag = words[index];
    const argument = words[index + 1];
    switch (flag.text) {
      case '-i':
        flags.insensitive = true;
        break;
      case '-n':
        flags.resolve = false;
        break;
      case '-M':
        flags.pairs = true;
        break;
      case '--':
        flags.ended = true;
        break;
      case '-u':
        if (argument === undefined || !/^\d+$/.test(argument.text))
          throw new ConfigError(flag.span, `unexpected argument for '-u' flag.`);
        flags.id = Number(argument.text);
        index++;
        break;
      case '-m':
        flags.method = namedMethod(argument, flag);
        index++;
        break;
      case '-f':
        flags.sources.push({ reference: openFile(argument, flag, flags, scope), insensitive: flags.insensitive });
        index++;
        break;
      default:
        throw new ConfigError(
          flag.span,
          `'${flag.text}' is not a valid ACL option. Please use '--' before any pattern beginning with a '-'.`,
        );
    }
  }
  return words.slice(index);
}

function namedMethod(word: Word | undefined, flag: Word): MatchMethod {
  const name = word?.text ?? '';
  const method = METHOD_NAMES.includes(name) ? findMethod(name) : undefined;
  if (method !== undefined) return method;
  const near = closest(name, METHOD_NAMES);
  const hint = near === undefined ? `one of: ${METHOD_NAMES.join(', ')}` : `did you mean '${near}'?`;
  throw new ConfigError((word ?? flag).span, `unknown matching method '${name}' when parsing ACL expression.`, hint);
}

function openFile(word: Word | undefined, flag: Word, flags: Flags, scope: Scope): PatternSource['reference'] {
  const { patterns } = scope.environment;
  if (word === undefined) throw new ConfigError(flag.span, 'failed to open pattern file <>.');
  if (scope.offline) return patterns.create(word.text);
  try {
    const reference = patterns.open(word.text, flags.pairs, (file) => scope.environment.readFile(file));
    patterns.use(reference, flags.pairs ? 'map' : 'acl', flags.fetch);
    return reference;
  } catch (error) {
    if (error instanceof PatternError) throw new ConfigError(word.span, error.message);
    throw new ConfigError(word.span, `failed to open pattern file <${word.text}>.`);
  }
}

/** Takes the values on the line, and the operator that may precede integers. */
function readPatterns(words: readonly Word[], method: MatchMethod, flags: Flags, scope: Scope): void {
  const { patterns } = scope.environment;
  let reference = patterns.create();
  patterns.use(reference, 'acl', flags.fetch, flags.id);
  if (!method.patterns) return;
  const numeric = method.name === 'int' || method.name === 'len' || method.name === 'ver';
  let operator: string | undefined;
  for (const word of words) {
    // Generated files write `eq -- 308`.
    if (numeric && word.text === '--') continue;
    if (numeric && isOperator(word.text)) {
      if (reference.entries.length > 0) flags.sources.push({ reference, insensitive: flags.insensitive, operator });
      reference = patterns.create();
      operator = word.text;
      continue;
    }
    reference.add(word.text);
    checkPattern(word, method, flags, operator);
  }
  flags.sources.push({ reference, insensitive: flags.insensitive, operator });
}

/** Builds a matcher of one pattern, so that a complaint points at its word. */
function checkPattern(word: Word, method: MatchMethod, flags: Flags, operator: string | undefined): void {
  try {
    method.build(
      [{ pattern: word.text, entry: { value: '' }, insensitive: flags.insensitive, index: 0, operator }],
      context(flags),
    );
  } catch (error) {
    throw asConfigError(error, word);
  }
}

function asConfigError(error: unknown, word: Word): unknown {
  if (error instanceof PatternError) return new ConfigError(word.span, error.message);
  if (error instanceof RegexError) return new ConfigError(word.span, `${error.message}.`);
  return error;
}

function context(flags: Flags): { resolve(name: string): readonly string[] } {
  return { resolve: flags.resolve ? resolveHost : () => [] };
}

function warnWithoutPatterns(first: Word, method: MatchMethod, flags: Flags, scope: Scope): void {
  if (
    !method.patterns ||
    flags.ended ||
    flags.sources.some(({ reference }) => reference.file !== '' || reference.entries.length > 0)
  )
    return;
  scope.diagnostics.warning(
    first.span,
    `parsing acl keyword '${first.text}' :\n` +
      '  no pattern to match against were provided, so this ACL will never match.\n' +
      "  If this is what you intended, please add '--' to get rid of this warning.\n" +
      "  If you intended to match only for existence, please use '-m found'.\n" +
      "  If you wanted to force an int to match as a bool, please use '-m bool'.\n",
  );
}

/** The comparison itself. */
function acceptor(method: MatchMethod, flags: Flags, words: readonly Word[]): (value: Flow) => boolean {
  try {
    const live = new LivePatterns(method, flags.sources, context(flags));
    return (value) => live.find(value) !== undefined;
  } catch (error) {
    throw asConfigError(error, { text: words[0].text, span: spanOf(words) });
  }
}

/** Compiles all ACLs of a proxy; several lines of one name are alternatives. Bad ones are reported and left out. */
export function compileAcls(models: readonly AclModel[], scope: Scope): Map<string, NamedAcl> {
  const tests = new Map<string, AclTest[]>();
  for (const model of models) {
    const list = tests.get(model.name) ?? [];
    tests.set(model.name, list);
    try {
      list.push(compileCriterion(model.words, scope, { text: '', span: model.span }));
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      scope.diagnostics.alert(
        error.span ?? model.span,
        `error detected while parsing ACL '${model.name}' : ${error.message}`,
        error.hint,
      );
    }
  }
  const named = new Map<string, NamedAcl>();
  for (const [name, list] of tests) named.set(name, join(name, list));
  return named;
}

function join(name: string, list: readonly AclTest[]): NamedAcl {
  const places = list.reduce((all, one) => all | one.places, list.length === 0 ? -1 : 0);
  const fetch = list[0]?.fetch ?? '';
  if (list.length === 1) return { name, places, fetch, test: list[0].test };
  return {
    name,
    places,
    fetch,
    test(stream) {
      for (const one of list) if (one.test(stream)) return true;
      return false;
    },
  };
}
