import type { Cursor } from '../../cursor.js';
import type { GlobalKeyword } from '../../keyword.js';
import { globalKeyword } from './define.js';

/** Variables that HAProxy itself sets and `resetenv` keeps. */
const KEPT = /^HAPROXY_/;

/** The environment of the file: later lines see it, and so do the programs that are started. */
export const environmentKeywords: readonly GlobalKeyword[] = [
  globalKeyword({
    name: 'setenv',
    summary: 'sets a variable',
    parse(words: Cursor, _global, context) {
      const [name, value] = [words.peek(), words.peek(1)];
      if (name === undefined || value === undefined) words.fail("'setenv' expects a name and a value.", words.endSpan);
      words.next('');
      words.next('');
      context.env.set(name.text, value.text);
    },
  }),
  globalKeyword({
    name: 'presetenv',
    summary: 'sets a variable that is not set',
    parse(words: Cursor, _global, context) {
      const [name, value] = [words.peek(), words.peek(1)];
      if (name === undefined || value === undefined) {
        words.fail("'presetenv' expects a name and a value.", words.endSpan);
      }
      words.next('');
      words.next('');
      if (context.env.get(name.text) === undefined) context.env.set(name.text, value.text);
    },
  }),
  globalKeyword({
    name: 'unsetenv',
    summary: 'removes variables',
    parse(words, _global, context) {
      if (!words.more()) words.fail("'unsetenv' expects at least one variable name.", words.endSpan);
      for (const word of words.rest()) context.env.delete(word.text);
    },
  }),
  globalKeyword({
    name: 'resetenv',
    summary: 'removes all variables but those named',
    parse(words, _global, context) {
      const kept = new Set(words.rest().map((word) => word.text));
      for (const name of Array.from(context.env.keys())) {
        if (!kept.has(name) && !KEPT.test(name)) context.env.delete(name);
      }
    },
  }),
];
