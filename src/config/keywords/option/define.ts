import type { Cursor } from '../../cursor.js';
import type { ParseContext, ProxyKeyword } from '../../keyword.js';
import type { OptionName, ProxyModel } from '../../model.js';
import { proxyKeyword, type ProxyKeywordDraft } from '../proxy/define.js';

type Side = ProxyKeywordDraft['side'];

/** A word that may follow `option`. `negatable` ones may be preceded by `no` or `default`. */
export function option(draft: Omit<ProxyKeywordDraft, 'manual' | 'defaults'>): ProxyKeyword {
  return proxyKeyword({ manual: '4.2', defaults: true, ...draft });
}

interface FlagFacts {
  readonly removed?: string;
  readonly since?: string;
  /** Why it makes no difference here; undefined = it does. */
  readonly served?: string;
  /** Why traffic would not be served as expected. */
  readonly refused?: string;
}

/** An option that is on or off. */
export function flag(name: OptionName, side: Side, summary: string, facts: FlagFacts = {}): ProxyKeyword {
  const { served, refused, ...rest } = facts;
  return option({
    name,
    side,
    summary,
    effect: refused !== undefined ? 'refused' : served !== undefined ? 'served' : undefined,
    ...rest,
    negatable: true,
    parse(words, proxy, context) {
      setFlag(proxy, name, context);
      const on = proxy.options[name] === true;
      if (on && served !== undefined) context.notDone(words.words[1], `option ${name}`, served, 'served');
      if (on && refused !== undefined) context.notDone(words.words[1], `option ${name}`, refused, 'refused');
    },
  });
}

function setFlag(proxy: ProxyModel, name: OptionName, context: ParseContext): void {
  if (context.restoresDefault === true) delete proxy.options[name];
  else proxy.options[name] = !context.negated;
}

/** Warns that an option was removed but is understood. @param modern what to write, undefined = just delete the line */
export function warnRemoved(words: Cursor, version: string, modern: string | undefined): void {
  words.warn(
    `option '${words.words[1].text}' is not supported any more since HAProxy ${version}; it is accepted here.`,
    words.words[1],
    modern === undefined ? 'the line can be deleted' : `write '${modern}'`,
  );
}
