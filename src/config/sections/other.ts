import { Registry } from '../../base/registry.js';
import { ConfigError, type Span } from '../diagnostics.js';
import type { Cursor, Word } from '../cursor.js';
import type { ParseContext, SectionKeyword } from '../keyword.js';
import type { OtherSectionModel } from '../model.js';
import { checkName, dispatch, refuseRest, type SectionBody, type SectionDefinition } from './define.js';

/** A section that is read and checked, but on which nothing acts. Its lines are kept as words. */
export interface OtherSectionDraft {
  readonly name: string;
  readonly manual: string;
  readonly summary: string;
  readonly since?: string;
  /** Whether the opening line gives a name; the string is HAProxy's complaint when a required one is missing. */
  readonly naming: { readonly missing: string } | 'optional' | 'none';
  readonly keywords: readonly SectionKeyword<OtherSectionModel>[];
  /** HAProxy's words for an unknown keyword, where they differ from its usual ones. */
  readonly unknown?: (keyword: string) => string;
  /** HAProxy's words for a second section of one name; undefined = it permits that. */
  readonly duplicate?: (name: string, place: string) => string;
  /** Why nothing acts on it, and whether traffic is served all the same. */
  readonly why: string;
  readonly effect: 'served' | 'refused';
}

export function otherSection(draft: OtherSectionDraft): SectionDefinition {
  const { name: kind, manual, summary, since, keywords } = draft;
  const registry = new Registry(keywords);
  return {
    name: kind,
    manual,
    summary,
    ...(since === undefined ? {} : { since }),
    keywords,
    open(words, reading): SectionBody {
      const name = sectionName(words, draft);
      refuseRest(words, kind);
      const lines: (readonly Word[])[] = [];
      const model: OtherSectionModel = { kind, name, span: words.lineSpan, lines };
      const { context } = reading;
      refuseDuplicate(model, draft, context);
      context.model.others.push(model);
      context.notDone(words.keyword, name === '' ? kind : `${kind} ${name}`, draft.why, draft.effect);
      return {
        title: name === '' ? kind : name,
        line(line, lineContext) {
          dispatch(registry, line, model, lineContext, (known) =>
            reading.unknown(line, kind, known, draft.unknown?.(line.keyword.text)),
          );
          lines.push(line.words);
        },
      };
    },
  };
}

function sectionName(words: Cursor, { name: kind, naming }: OtherSectionDraft): string {
  if (naming === 'none') return '';
  const word = words.peek();
  if (word === undefined) {
    if (naming !== 'optional') words.diagnostics.alert(words.endSpan, naming.missing);
    return '';
  }
  words.next('');
  checkName(words, kind, word);
  return word.text;
}

function refuseDuplicate(section: OtherSectionModel, draft: OtherSectionDraft, context: ParseContext): void {
  const { kind, name, span } = section;
  const other = context.model.others.find((candidate) => candidate.kind === kind && candidate.name === name);
  if (other === undefined || draft.duplicate === undefined || name === '') return;
  context.diagnostics.alert(span, draft.duplicate(name, placeOf(other.span)));
}

function placeOf({ source }: Span): string {
  return `${source.file}:${source.line}`;
}

/** How a line of such a section is checked. */
interface LineRules {
  /** Fewest and most words behind the keyword. */
  readonly min?: number;
  readonly max?: number;
  /** HAProxy's complaint when there are too few. */
  readonly missing?: string;
  readonly negatable?: boolean;
  /** Looks at the words once their number is right. */
  readonly check?: (words: Cursor, context: ParseContext) => void;
}

/** Makes the keywords of one section: they share its place in the manual. */
export function linesOf(
  manual: string,
): (name: string, summary: string, rules?: LineRules) => SectionKeyword<OtherSectionModel> {
  return (name, summary, { min = 1, max = min, missing, negatable, check } = {}) => ({
    name,
    manual,
    summary,
    ...(negatable === undefined ? {} : { negatable }),
    parse(words, _section, context) {
      const given = words.words.length - 1;
      if (given < min) {
        words.fail(missing ?? `'${name}' expects ${min === 1 ? 'an argument' : `${min} arguments`}.`, words.endSpan);
      }
      if (check !== undefined) check(words, context);
      else words.rest();
      const extra = words.words[max + 1];
      if (extra !== undefined) {
        throw new ConfigError(extra.span, `'${name}' cannot handle unexpected argument '${extra.text}'.`);
      }
    },
  });
}

/** Any number of parameters. */
export const MANY = Number.MAX_SAFE_INTEGER;
