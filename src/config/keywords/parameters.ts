import type { Registry } from '../../base/registry.js';
import type { Cursor } from '../cursor.js';
import { ConfigError } from '../diagnostics.js';
import type { ParseContext, SectionKeyword } from '../keyword.js';
import { suggestion } from './suggest.js';

/**
 * Reads parameters to the end of a `bind` or `server` line.
 * @param prefix begins every complaint: `'server b/s1' : `
 * @param unknown begins the complaint about a word that is no parameter; the rest is `unknown keyword 'x'`
 */
export function parseParameters<Target, Parameter extends SectionKeyword<Target>>(
  words: Cursor,
  registry: Registry<Parameter>,
  target: Target,
  context: ParseContext,
  prefix: string,
  unknown = prefix,
): void {
  const label = words.label;
  while (words.more()) {
    const word = words.next('');
    const parameter = registry.get(word.text) ?? parametrised(word.text, registry);
    if (parameter === undefined) {
      return words.fail(`${unknown}unknown keyword '${word.text}'`, word, suggestion(word.text, registry.names()));
    }
    words.label = word.text;
    try {
      parameter.parse(words, target, context);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      throw new ConfigError(error.span, prefix + error.message, error.hint);
    }
  }
  words.label = label;
}

/** `set-proxy-v2-tlv-fmt(0x20)`: a name with something in parentheses behind it. */
function parametrised<Parameter extends SectionKeyword<never>>(
  text: string,
  registry: Registry<Parameter>,
): Parameter | undefined {
  const at = text.indexOf('(');
  const found = at < 0 ? undefined : registry.get(text.slice(0, at));
  return found?.parameter === true ? found : undefined;
}
