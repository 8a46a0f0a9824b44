import type { CliArguments, CliMessage } from '../core/cli.js';
import { RegexError } from '../base/regex.js';
import { PatternError } from '../language/patterns/matcher.js';
import type { PatternFinding, PatternReference, PatternUse } from '../language/patterns/reference.js';
import type { NumberedReference } from '../language/patterns/store.js';
import { failure, type AdminContext, type Found } from './context.js';
import { leadingInteger } from './numbers.js';

/** What commands on ACLs and maps have in common. */
export type PatternKind = 'acl' | 'map';

export const KIND_NAMES: Readonly<Record<PatternKind, string>> = { acl: 'ACL', map: 'map' };

/** A reference is listed as what it is used as; a file that is both is in both lists. */
function isKind({ uses }: PatternReference, kind: PatternKind): boolean {
  return uses.some((use) => use.kind === kind || (kind === 'acl' && use.fetch !== ''));
}

export function referencesOf({ runtime }: AdminContext, kind: PatternKind): NumberedReference[] {
  return runtime.environment.patterns.all().filter(({ reference }) => isKind(reference, kind));
}

/** `#<id>` or a file's name, as `show acl` and `show map` give them. */
export function findReference(context: AdminContext, kind: PatternKind, word: string): Found<PatternReference> {
  const named = referencesOf(context, kind).find(({ id, reference }) =>
    word.startsWith('#') ? word === `#${id}` : word !== '' && reference.file === word,
  );
  return named === undefined
    ? { complaint: failure(`Unknown ${KIND_NAMES[kind]} identifier. Please use #<id> or <file>.`) }
    : { found: named.reference };
}

/** The `@<version>` that may stand in front of the identifier. */
export function takeVersion(args: CliArguments): { version: number | undefined; rest: readonly string[] } {
  const word = args.at(0);
  if (!word.startsWith('@')) return { version: undefined, rest: args.from(0) };
  return { version: leadingInteger(word.slice(1)), rest: args.from(1) };
}

/** One line of `show acl`, `show map`. */
export function referenceLine({ id, reference }: NumberedReference): string {
  const { file, uses, current, next, size } = reference;
  const where =
    file === '' ? inlineText(uses[0]) : `pattern loaded from file '${file}' used ${uses.map(useText).join(', ')}`;
  return `${id} (${file}) ${where}. curr_ver=${current} next_ver=${next} entry_cnt=${size}\n`;
}

const inlineText = ({ fetch, file, line }: PatternUse): string => `acl '${fetch}' file '${file}' line ${line}`;
const useText = ({ kind, file, line }: PatternUse): string => `by ${kind} at file '${file}' line ${line}`;

/** How an entry is named in lists and by `del map #0x…`. */
export const entryName = (id: number): string => `0x${id.toString(16).padStart(12, '0')}`;

/** The entry that `#0x…` names; undefined when the word is a pattern. */
export function entryId(word: string): number | undefined {
  return word.startsWith('#') ? Number.parseInt(word.slice(1), 16) || 0 : undefined;
}

/** A line of `get acl`, `get map`. */
export function findingLine(kind: PatternKind, { method, insensitive, answers, found }: PatternFinding): string {
  const verdict = kind === 'acl' ? (found ? 'match=yes' : 'match=no') : found ? 'found=yes' : 'found=no';
  const head = `type=${method}, case=${insensitive ? 'insensitive' : 'sensitive'}, ${verdict}`;
  if (found === undefined) return `${head}\n`;
  const place = `idx=${found.tree ? 'tree' : 'list'}, ${kind === 'acl' ? 'pattern' : 'key'}="${found.pattern}"`;
  if (kind === 'acl') return `${head}, ${place}\n`;
  return `${head}, ${place}, ${answers === undefined ? 'value=none' : `value="${found.value}", type="${answers}"`}\n`;
}

/** Adds what all who use the reference can compare with. @returns a complaint */
export function addPattern(
  reference: PatternReference,
  version: number | undefined,
  pattern: string,
  value: string,
): CliMessage | undefined {
  try {
    reference.check(pattern);
  } catch (error) {
    if (error instanceof PatternError || error instanceof RegexError) return failure(error.message);
    throw error;
  }
  reference.addTo(version ?? reference.current, pattern, value);
  return undefined;
}
