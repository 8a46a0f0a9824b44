import { Registry } from '../../base/registry.js';
import type { Cursor } from '../cursor.js';
import type { ParseContext, SectionKeyword } from '../keyword.js';
import type { Span } from '../diagnostics.js';
import { checkName, dispatch, refuseRest, type SectionDefinition } from './define.js';

/** A kind of section that has a name, once each, and whose lines fill a model of its own. */
export interface NamedSectionDraft<Model extends { readonly name: string; readonly span: Span }> {
  readonly name: string;
  readonly manual: string;
  readonly summary: string;
  readonly keywords: readonly SectionKeyword<Model>[];
  /** HAProxy's complaint when the name is missing. */
  readonly missing: string;
  /** HAProxy's words for an unknown keyword, where they differ from its usual ones. */
  readonly unknown?: (keyword: string) => string;
  /** HAProxy's words for a second section of one name. */
  readonly duplicate: (name: string, place: string) => string;
  /** The section without its lines; it is to be put into the model. */
  create(name: string, span: Span, context: ParseContext): Model;
  /** Sections of this kind that were read. */
  all(context: ParseContext): readonly Model[];
  /** What only all lines together can say. */
  close?(model: Model, context: ParseContext): void;
}

export function namedSection<Model extends { readonly name: string; readonly span: Span }>(
  draft: NamedSectionDraft<Model>,
): SectionDefinition {
  const { name: kind, manual, summary, keywords } = draft;
  const registry = new Registry(keywords);
  return {
    name: kind,
    manual,
    summary,
    keywords,
    open(words, reading) {
      const { context } = reading;
      const name = sectionName(words, draft);
      refuseRest(words, kind);
      const namesake = draft.all(context).find((other) => other.name === name && name !== '');
      if (namesake !== undefined) {
        const { source } = namesake.span;
        words.diagnostics.alert(words.lineSpan, draft.duplicate(name, `${source.file}:${source.line}`));
      }
      const model = draft.create(name, words.lineSpan, context);
      return {
        title: name === '' ? kind : name,
        line(line, lineContext) {
          dispatch(registry, line, model, lineContext, (known) =>
            reading.unknown(line, kind, known, draft.unknown?.(line.keyword.text)),
          );
        },
        close: (closing) => draft.close?.(model, closing),
      };
    },
  };
}

function sectionName(words: Cursor, { name: kind, missing }: { name: string; missing: string }): string {
  const word = words.peek();
  if (word === undefined) {
    words.diagnostics.alert(words.endSpan, missing);
    return '';
  }
  words.next('');
  checkName(words, kind, word);
  return word.text;
}
