import { translateRegex, expandReplacement, RegexError, type Regex } from '../../base/regex.js';
import type { Cursor, Word } from '../../config/cursor.js';
import { Outcome, type StreamControl } from '../../core/action.js';
import type { HeaderBlock } from '../../core/message.js';
import { compileFormat } from '../../language/log-format/compile.js';
import { findMethod } from '../../language/patterns/methods.js';
import { ExactMatcher } from '../../language/patterns/text.js';
import { atCondition, defineAction, HTTP_HEADERS, type ActionCall } from '../definition.js';

/** The fields that rules of this ruleset edit. */
export function fieldsOf(call: ActionCall): (stream: StreamControl) => HeaderBlock | undefined {
  return call.ruleset === 'http-request' ? (stream) => stream.request?.headers : (stream) => stream.response?.headers;
}

/** Adds a field, where there is room for it. The name is in lower case. */
function append(stream: StreamControl, block: HeaderBlock, response: boolean, name: string, value: string): Outcome {
  if (stream.editFits?.(response, name.length + value.length) === false)
    return stream.editFailed?.(response) ?? Outcome.Continue;
  block.add(name, value);
  return Outcome.Continue;
}

/** Replaces a value, where there is room for it. */
function replace(stream: StreamControl, block: HeaderBlock, response: boolean, at: number, value: string): Outcome {
  const growth = value.length - block.value(at).length;
  if (growth > 0 && stream.editFits?.(response, growth) === false)
    return stream.editFailed?.(response) ?? Outcome.Continue;
  block.replaceAt(at, value);
  return Outcome.Continue;
}

/** The next two arguments. */
function two(cursor: Cursor): [Word, Word] {
  if (cursor.peek(1) === undefined || cursor.peek() === undefined)
    cursor.fail('expects exactly 2 arguments.', cursor.peek() ?? cursor.endSpan);
  return [cursor.next('a name'), cursor.next('a value')];
}

/** A regular expression argument. @throws ConfigError in HAProxy's words */
export function regexArgument(cursor: Cursor, word: Word): Regex {
  try {
    return translateRegex(word.text);
  } catch (error) {
    if (error instanceof RegexError) return cursor.fail(`${error.message}.`, word);
    throw error;
  }
}

/**
 * Rewrites each member of a comma-separated list that the pattern matches; commas in quotes separate nothing. What is
 * replaced loses the blanks around it, as in HAProxy.
 */
function replaceMembers(value: string, regex: Regex, template: string): string {
  return value.replaceAll(/(?:"(?:\\.|[^"\\])*"?|[^,"])+/g, (member) => {
    const match = regex.exec(member.trim());
    return match === undefined ? member : expandReplacement(template, match);
  });
}

/** Edits of header fields (manual 4.2). Names are sent in lower case. */
export const headerActions = [
  defineAction({
    name: 'set-header',
    rulesets: HTTP_HEADERS,
    manual: '4.2',
    summary: 'replaces all fields of a name by one',
    compile(cursor, scope, call) {
      const [name, value] = two(cursor);
      const format = compileFormat(value, scope);
      const fields = fieldsOf(call);
      const response = call.ruleset !== 'http-request';
      const lower = name.text.toLowerCase();
      return (stream) => {
        const block = fields(stream);
        if (block === undefined) return Outcome.Continue;
        // it may be made from what it replaces
        const text = format(stream);
        block.delete(lower);
        return append(stream, block, response, lower, text);
      };
    },
  }),
  defineAction({
    name: 'add-header',
    rulesets: HTTP_HEADERS,
    manual: '4.2',
    summary: 'appends a field',
    compile(cursor, scope, call) {
      const [name, value] = two(cursor);
      const format = compileFormat(value, scope);
      const fields = fieldsOf(call);
      const response = call.ruleset !== 'http-request';
      const lower = name.text.toLowerCase();
      return (stream) => {
        const block = fields(stream);
        return block === undefined ? Outcome.Continue : append(stream, block, response, lower, format(stream));
      };
    },
  }),
  defineAction({
    name: 'del-header',
    rulesets: HTTP_HEADERS,
    manual: '4.2',
    summary: 'deletes all fields of a name, or whose name matches',
    compile(cursor, _scope, call) {
      const fields = fieldsOf(call);
      if (cursor.peek() === undefined) cursor.fail('expects exactly 1 argument.', cursor.endSpan);
      const name = cursor.next('a name');
      const accepts = cursor.take('-m') ? nameTest(cursor, name) : undefined;
      const lower = name.text.toLowerCase();
      return (stream) => {
        const block = fields(stream);
        if (block === undefined) return Outcome.Continue;
        if (accepts === undefined) block.delete(lower);
        else
          for (let index = block.count - 1; index >= 0; index--) if (accepts(block.name(index))) block.deleteAt(index);
        return Outcome.Continue;
      };
    },
  }),
  defineAction({
    name: 'replace-header',
    rulesets: HTTP_HEADERS,
    manual: '4.2',
    summary: 'rewrites whole fields that a regular expression matches',
    compile(cursor, scope, call) {
      const { lower, regex, format } = replacement(cursor, scope);
      const fields = fieldsOf(call);
      const response = call.ruleset !== 'http-request';
      return (stream) => {
        const block = fields(stream);
        if (block === undefined) return Outcome.Continue;
        const template = format(stream);
        for (let at = block.find(lower); at >= 0; at = block.find(lower, at + 1)) {
          const match = regex.exec(block.value(at));
          if (match === undefined) continue;
          const outcome = replace(stream, block, response, at, expandReplacement(template, match));
          if (outcome !== Outcome.Continue) return outcome;
        }
        return Outcome.Continue;
      };
    },
  }),
  defineAction({
    name: 'replace-value',
    rulesets: HTTP_HEADERS,
    manual: '4.2',
    summary: 'rewrites members of comma-separated fields that a regular expression matches',
    compile(cursor, scope, call) {
      const { lower, regex, format } = replacement(cursor, scope);
      const fields = fieldsOf(call);
      const response = call.ruleset !== 'http-request';
      return (stream) => {
        const block = fields(stream);
        if (block === undefined) return Outcome.Continue;
        const template = format(stream);
        for (let at = block.find(lower); at >= 0; at = block.find(lower, at + 1)) {
          const value = block.value(at);
          const replaced = replaceMembers(value, regex, template);
          const outcome = replaced === value ? Outcome.Continue : replace(stream, block, response, at, replaced);
          if (outcome !== Outcome.Continue) return outcome;
        }
        return Outcome.Continue;
      };
    },
  }),
];

function replacement(
  cursor: Cursor,
  scope: Parameters<typeof compileFormat>[1],
): { lower: string; regex: Regex; format: ReturnType<typeof compileFormat> } {
  if (cursor.peek(2) === undefined) cursor.fail('expects exactly 3 arguments.', cursor.peek() ?? cursor.endSpan);
  const name = cursor.next('a name');
  const regex = regexArgument(cursor, cursor.next('a regular expression'));
  return { lower: name.text.toLowerCase(), regex, format: compileFormat(cursor.next('a value'), scope) };
}

/** `-m str|beg|end|sub|reg` behind a name: which names are meant. */
function nameTest(cursor: Cursor, name: Word): (field: string) => boolean {
  const method = cursor.peek();
  if (method === undefined || atCondition(cursor)) return cursor.fail("missing argument for '-m'.", cursor.endSpan);
  cursor.next('a method');
  if (!['str', 'beg', 'end', 'sub', 'reg'].includes(method.text)) {
    return cursor.fail(
      `unknown header matching method '${method.text}', expected 'str', 'beg', 'end', 'sub' or 'reg'.`,
      method,
    );
  }
  if (method.text === 'reg') {
    const regex = regexArgument(cursor, name);
    return (field) => regex.test(field);
  }
  const parsed = [{ pattern: name.text, entry: { value: '' }, insensitive: true, index: 0 }];
  const matcher = findMethod(method.text)?.build(parsed, { resolve: () => [] }) ?? new ExactMatcher(parsed);
  return (field) => matcher.find(field) !== undefined;
}
