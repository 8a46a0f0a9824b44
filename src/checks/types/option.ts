import { Cursor } from '../../config/cursor.js';
import { Diagnostics } from '../../config/diagnostics.js';
import type { CheckFacts, CheckParseContext } from '../plan.js';

/**
 * The words after `option NAME` on the line that chose the check; undefined when no such line was written. The cursor
 * calls the line `option NAME` in its complaints, as HAProxy does.
 */
export function optionWords({ model }: CheckParseContext): Cursor | undefined {
  const words = model.option?.[0]?.text === 'option' ? model.option.slice(1) : model.option;
  if (words === undefined || words.length === 0) return undefined;
  const [name, ...rest] = words;
  const cursor = new Cursor([{ text: `option ${name.text}`, span: name.span }, ...rest], new Diagnostics());
  cursor.next('the option');
  return cursor;
}

/** The option takes no argument. @throws ConfigError in HAProxy's words */
export function refuseArguments(context: CheckParseContext): void {
  optionWords(context)?.end();
}

/** What was received, from `offset` to the end of its line: what most servers put their reason in. */
export const lineFrom =
  (offset: number) =>
  ({ received }: CheckFacts): string =>
    /^[^\r\n\0]*/.exec(received.slice(offset))?.[0] ?? '';
