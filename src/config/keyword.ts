import type { Cursor, Word } from './cursor.js';
import type { Diagnostics, Span } from './diagnostics.js';
import type { ConfigModel, GlobalModel, ProxyModel } from './model.js';

/** Sections that hold keyword lines of the two big registries. */
export type ProxySection = 'defaults' | 'frontend' | 'backend' | 'listen';

/** What is common to all keyword literals: they are the inventory (`-dKcfg`), the docs and the parser in one. */
export interface KeywordFacts {
  /** The word(s) that open the line, as the manual spells them: `maxconn`, `timeout`, `http-request`. */
  readonly name: string;
  /** Section of the configuration manual; `own` where HAProxy has no such thing. */
  readonly manual: string;
  /** One line for people. */
  readonly summary: string;
  /** First version that knows it, when later than 2.6. */
  readonly since?: string;
  /** First version that refuses it; it keeps working here, with a warning that shows the modern line. */
  readonly removed?: string;
  /** True where the line may begin with `no` or `default`; the reader refuses these elsewhere. */
  readonly negatable?: boolean;
  /** How many words follow it on a line of parameters; the `+1` of `-dKcfg`. */
  readonly takes?: number;
  /** What its lines lead to where it is never carried out; absent = it is, or it depends on the rest of the line. */
  readonly effect?: 'served' | 'refused';
}

export interface GlobalKeyword extends KeywordFacts {
  parse(words: Cursor, global: GlobalModel, context: ParseContext): void;
}

export interface ProxyKeyword extends KeywordFacts {
  /** The capability that gives the line a meaning; in a section without it the line is read, and warned about. */
  readonly side?: 'frontend' | 'backend' | 'both';
  readonly sections: readonly ProxySection[];
  parse(words: Cursor, proxy: ProxyModel, context: ParseContext): void;
}

/** A keyword of a smaller section (userlist, peers, resolvers…): same shape, its own target. */
export interface SectionKeyword<Target> extends KeywordFacts {
  /** Takes something in parentheses right behind its name. */
  readonly parameter?: boolean;
  parse(words: Cursor, target: Target, context: ParseContext): void;
}

/** What a keyword's parser may know beside its words. */
export interface ParseContext {
  readonly model: ConfigModel;
  readonly diagnostics: Diagnostics;
  /** `no option …`, `no log`: the line began with `no`. */
  readonly negated: boolean;
  /** `default option …`: the line began with `default`, which takes back what a `defaults` section said. */
  readonly restoresDefault?: boolean;
  /** Under `-c --offline`: files that the configuration names are not opened and names are not resolved. */
  readonly offline: boolean;
  /** Environment as seen by the file: setenv and presetenv change it. */
  readonly env: Map<string, string | undefined>;
  /**
   * Records that a directive is known but tsproxy does not act on it.
   * `served`: traffic is served as the user expects without it: a warning.
   * `refused`: it is not: an alert, except under `-c --offline`, which only reads the language, where it is a warning
   * that says tsproxy would refuse to start.
   */
  notDone(at: Span | Word, what: string, why: string, effect: 'served' | 'refused'): void;
}
