import { headerMatcher, type TextTest } from '../matchers.js';
import type { HttpMatcher } from '../plan.js';
import type { RuleLine } from './line.js';

type Method = 'str' | 'beg' | 'end' | 'sub' | 'reg';
const METHODS: readonly Method[] = ['str', 'beg', 'end', 'sub', 'reg'];

/** `hdr { name | name-lf } [ -m M ] N [ { value | value-lf } [ -m M ] V ]`. */
export function parseHeaderMatch(line: RuleLine, kind: 'hdr' | 'fhdr'): HttpMatcher {
  const name = parsePart(line, kind, 'name');
  if (name === undefined) {
    return line.fail(`'${kind}' expects at the name keyword as first argument followed by a pattern.`);
  }
  return headerMatcher(name, parsePart(line, kind, 'value'), kind === 'fhdr');
}

function parsePart(line: RuleLine, kind: string, part: 'name' | 'value'): TextTest | undefined {
  const { words } = line;
  const dynamic = words.take(`${part}-lf`);
  if (!dynamic && !words.take(part)) return undefined;
  const method = words.take('-m') ? parseMethod(line, kind) : 'str';
  const word = line.argument(kind, `a <pattern> after '${part}'`);
  const anyCase = part === 'name';
  if (method === 'reg') {
    if (dynamic) line.fail(`'${kind}' : log-format ${part} is not supported with a regex matching method.`, word);
    const regex = line.regex(word, anyCase);
    return (text) => regex.test(text);
  }
  const format = line.format(word);
  const constant = dynamic ? undefined : word.text;
  return (text, facts) => compare(method, text, constant ?? format(facts), anyCase);
}

function parseMethod(line: RuleLine, kind: string): Method {
  const word = line.argument(kind, "a matching method after '-m'");
  const method = METHODS.find((name) => name === word.text);
  return (
    method ??
    line.fail(`'${kind}' : '-m' only supports 'str', 'beg', 'end', 'sub' or 'reg' (got '${word.text}').`, word)
  );
}

/** Names of fields compare without regard to case, values with. */
function compare(method: Exclude<Method, 'reg'>, text: string, pattern: string, anyCase: boolean): boolean {
  const found = anyCase ? text.toLowerCase() : text;
  const wanted = anyCase ? pattern.toLowerCase() : pattern;
  switch (method) {
    case 'str':
      return found === wanted;
    case 'beg':
      return found.startsWith(wanted);
    case 'end':
      return found.endsWith(wanted);
    default:
      return found.includes(wanted);
  }
}
