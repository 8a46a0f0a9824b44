import type { Word } from '../../config/cursor.js';
import { ConfigError } from '../../config/diagnostics.js';
import { statusMatcher } from '../matchers.js';
import {
  defineCheckType,
  expectStep,
  type CheckFacts,
  type CheckParseContext,
  type SendStep,
  type Step,
} from '../plan.js';
import type { RuleLine } from '../rules/line.js';
import { connectComesFirst, parseRules, type RuleFamily } from '../rules/ruleset.js';
import { writeRequest, type RequestDraft } from './http-request.js';
import { optionWords } from './option.js';

const KNOWN = ['comment', 'meth', 'uri', 'uri-lf', 'ver', 'hdr', 'body', 'body-lf'];
const EXPECTED = `expects 'comment', 'meth', 'uri', 'uri-lf', 'ver', 'hdr', 'body' or 'body-lf'`;
const constant = (text: string) => (): string => text;

const plainRequest = (): RequestDraft => ({
  method: 'OPTIONS',
  uri: constant('/'),
  version: 'HTTP/1.0',
  fields: [],
  body: undefined,
});

/** `option httpchk`: none, `<uri>`, `<method> <uri>` or `<method> <uri> <version>` with whatever hides behind it. */
function parseOption(context: CheckParseContext): RequestDraft {
  const words = optionWords(context);
  const given = words?.rest() ?? [];
  if (given.length > 3) words?.fail(`'option httpchk' cannot handle unexpected argument '${given[3].text}'.`, given[3]);
  const [first, second, third] = given;
  const draft = plainRequest();
  if (second !== undefined) draft.method = first.text;
  const uri = second ?? first;
  if (uri !== undefined) draft.uri = constant(uri.text);
  if (third !== undefined) parseVersion(draft, third);
  return draft;
}

/** `HTTP/1.1\r\nHost:\ h\r\n\r\nbody`: the old way to add fields; its keyword warns about it. */
function parseVersion(draft: RequestDraft, word: Word): void {
  const [head, ...rest] = word.text.split('\r\n\r\n');
  const [version, ...lines] = head.split('\r\n');
  draft.version = version;
  if (lines.length === 0 && rest.length === 0) return;
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    draft.fields.push([line.slice(0, colon).trim(), constant(line.slice(colon + 1).trim())]);
  }
  const body = rest.join('\r\n\r\n');
  if (body !== '') draft.body = constant(body);
}

/** What a `http-check send` line sets; undefined = left alone. */
interface SendLine {
  method?: string;
  uri?: (facts: CheckFacts) => string;
  version?: string;
  body?: (facts: CheckFacts) => string;
  fields: RequestDraft['fields'];
  comment: string;
}

function parseSend(line: RuleLine, comment: string): SendLine {
  const sent: SendLine = { fields: [], comment };
  while (line.words.more()) {
    const word = line.words.next('an option');
    const text = (): Word => line.argument(word.text, 'a string as argument.');
    switch (word.text) {
      case 'comment':
        sent.comment = text().text;
        break;
      case 'meth':
        sent.method = text().text;
        break;
      case 'ver':
        sent.version = text().text;
        break;
      case 'uri':
        sent.uri = constant(text().text);
        break;
      case 'uri-lf':
        sent.uri = line.format(text());
        break;
      case 'body':
        sent.body = constant(text().text);
        break;
      case 'body-lf':
        sent.body = line.format(text());
        break;
      case 'hdr':
        sent.fields.push(parseField(line));
        break;
      default:
        line.unknown(word, EXPECTED, KNOWN);
    }
  }
  return sent;
}

function parseField(line: RuleLine): RequestDraft['fields'][number] {
  const name = line.argument('hdr', '<name> and <value> as arguments');
  return [name.text, line.format(line.argument('hdr', '<name> and <value> as arguments'))];
}

/** What a send line leaves out is taken from `option httpchk`; its fields and body replace those hidden there. */
function merge(base: RequestDraft, sent: SendLine): RequestDraft {
  return {
    method: sent.method ?? base.method,
    uri: sent.uri ?? base.uri,
    version: sent.version ?? base.version,
    fields: sent.fields.length > 0 ? sent.fields : base.fields,
    body: sent.body ?? base.body,
  };
}

export const http = defineCheckType({
  name: 'http',
  manual: '4.2',
  summary: 'sends a request and judges the answer as the `http-check` lines say; 2xx and 3xx by default',
  parse(context) {
    const base = context.model.standAlone ? plainRequest() : parseOption(context);
    const switches = { state: false };
    const steps = parseRules(context, httpFamily(base, switches));
    if (context.model.standAlone && !steps.some(({ action }) => action === 'send')) return steps;
    return withImplicitExpect(complete(steps, base, switches));
  },
});

function httpFamily(base: RequestDraft, switches: { state: boolean }): RuleFamily {
  return {
    name: 'http-check',
    listed: `'disable-on-404', 'send-state', 'comment', 'connect', 'send', 'expect', 'set-var-fmt(*)', 'set-var(*)', 'unset-var(*)'`,
    sends: ['send'],
    flag(line) {
      if (line.action !== 'disable-on-404' && line.action !== 'send-state') return false;
      const extra = line.words.peek();
      if (extra !== undefined) {
        throw new ConfigError(extra.span, `'http-check' cannot handle unexpected argument '${extra.text}'.`);
      }
      if (line.action === 'send-state') switches.state = true;
      return true;
    },
    send(line, comment, steps) {
      if (!connectComesFirst(steps)) {
        line.fail(`unable to add http-check send rule at step ${line.id} (missing connect rule)..`, line.rule.words[1]);
      }
      const first = !steps.some((step) => step.action === 'send');
      const sent = parseSend(line, comment);
      return requestStep(line.id, sent.comment, merge(first ? base : plainRequest(), sent), switches);
    },
  };
}

function requestStep(id: number, comment: string, draft: RequestDraft, switches: { state: boolean }): SendStep {
  const bytes = (facts: CheckFacts): string => writeRequest(draft, facts, switches.state);
  return { action: 'send', id, comment, bytes, head: draft.method === 'HEAD' };
}

/**
 * The request of `option httpchk` goes right after the first connect when no line sends one. Lines of a section that
 * only inherits the option stand alone, as in HAProxy: without a `send` nothing is sent.
 */
function complete(steps: Step[], base: RequestDraft, switches: { state: boolean }): Step[] {
  if (steps.some((step) => step.action === 'send')) return steps;
  const connect = steps.findIndex(({ action }) => action === 'connect');
  return steps.toSpliced(connect + 1, 0, requestStep(0, '', base, switches));
}

/** Unless the rules end with an expect, 2xx and 3xx pass. */
function withImplicitExpect(steps: Step[]): Step[] {
  const last = steps[steps.length - 1];
  return last.action === 'expect' ? steps : [...steps, expectStep(0, statusMatcher([[200, 399]]))];
}
