import { describe, expect, test } from 'vitest';
import { newProxy, readProxy, wordOf } from '../config/keywords/testing.js';
import type { CheckModel } from '../config/model.js';
import { ConfigError } from '../config/diagnostics.js';
import { createProxy } from '../config/sections/proxy-model.js';
import { checkTypes, compileCheck } from './index.js';
import type { CheckLanguage, CheckPlan } from './plan.js';

const language: CheckLanguage = {
  format: (word) => () => word.text,
  number: () => () => 1,
  variable: () => () => undefined,
};

/** Reads a backend's lines. @returns the plan, or what was complained about */
function compile(
  lines: readonly string[],
  check?: CheckModel,
): { plan: CheckPlan | undefined; said: string[]; hint?: string } {
  const model = newProxy('backend', 'b');
  if (check !== undefined) model.check = check;
  for (const line of lines) expect(readProxy(line, model).error).toBeUndefined();
  const said: string[] = [];
  try {
    const plan = compileCheck({
      proxy: 'b',
      model: model.check,
      span: wordOf('b').span,
      language,
      warn: (_at, message) => void said.push(message),
      refuse: (_at, what) => void said.push(`refused: ${what}`),
    });
    return { plan, said };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { plan: undefined, said: [error.message], hint: error.hint };
  }
}

/** Wordings taken from haproxy 2.6 -c. */
describe('complaints', () => {
  const http = 'option httpchk';
  const tcp = 'option tcp-check';
  test.each([
    [http, 'http-check expect', "'http-check expect' : expects at least a matching pattern as arguments."],
    [http, 'http-check expect status', "'http-check expect' : 'status' expects a <pattern> as argument."],
    [http, 'http-check expect status abc', "'http-check expect' : invalid character 'a' in the list of status codes."],
    [http, 'http-check expect status 200-', "'http-check expect' : invalid range of status codes '200-'."],
    [
      http,
      'http-check expect rstatus (',
      "'http-check expect' : regex '(' is invalid (error=missing closing parenthesis, erroffset=1).",
    ],
    [
      http,
      'http-check expect hdr x-a',
      "'http-check expect' : 'hdr' expects at the name keyword as first argument followed by a pattern.",
    ],
    [
      http,
      'http-check expect hdr name -m foo x',
      "'http-check expect' : 'hdr' : '-m' only supports 'str', 'beg', 'end', 'sub' or 'reg' (got 'foo').",
    ],
    [
      http,
      'http-check expect ok-status FOO string a',
      "'http-check expect' : 'ok-status' only supports 'L4OK', 'L6OK', 'L7OK' or 'L7OKC' status (got 'FOO')..",
    ],
    [
      http,
      'http-check expect tout-status FOO string a',
      "'http-check expect' : 'tout-status' only supports 'L4TOUT', 'L6TOUT' or 'L7TOUT' status (got 'FOO')..",
    ],
    [http, 'http-check expect min-recv', "'http-check expect' : 'min-recv' expects a integer as argument."],
    [http, 'http-check expect comment', "'http-check expect' : 'comment' expects a string as argument."],
    [http, 'http-check expect string a string b', "'http-check expect' : only on pattern expected."],
    [
      http,
      'http-check send foo',
      "'http-check send' : expects 'comment', 'meth', 'uri', 'uri-lf', 'ver', 'hdr', 'body' or 'body-lf' but got 'foo' as argument..",
    ],
    [http, 'http-check send meth', "'http-check send' : 'meth' expects a string as argument.."],
    [http, 'http-check send hdr a', "'http-check send' : 'hdr' expects <name> and <value> as arguments."],
    [
      http,
      'http-check connect foo',
      "'http-check connect' : expects 'comment', 'port', 'addr', 'send-proxy', 'ssl', 'sni', 'alpn' or 'via-socks4', 'linger', 'default' but got 'foo' as argument..",
    ],
    [
      http,
      'http-check connect port',
      "'http-check connect' : 'port' expects a port number or a sample expression as argument..",
    ],
    [
      http,
      'http-check connect port 70000',
      "'http-check connect' : expects a valid TCP port (from range 1 to 65535) or a sample expression, got 70000..",
    ],
    [http, 'http-check connect addr 127.0.0.1:70000', "'http-check connect' : 'addr' : invalid port '70000'.."],
    [
      http,
      'http-check connect addr 127.0.0.1:80-90',
      "'http-check connect' : 'addr' : port range not permitted here in '127.0.0.1:80-90'..",
    ],
    [
      http,
      'http-check connect addr 127.0.0.1:+80',
      "'http-check connect' : 'addr' : port offset not permitted here in '127.0.0.1:+80'..",
    ],
    [http, 'http-check connect addr name:80', "refused: 'http-check connect addr name:80'"],
    [http, 'http-check comment', "'http-check comment' : expects a string as argument."],
    [tcp, 'tcp-check send', "'tcp-check send' : 'string' expects a send as argument."],
    [tcp, 'tcp-check send a b', "'tcp-check send' : expects 'comment' but got 'b' as argument.."],
    [
      tcp,
      'tcp-check send-binary 4',
      "'tcp-check send-binary' : '4' invalid binary string (an even number of hex digit is expected).",
    ],
    [
      tcp,
      'tcp-check send-binary zz',
      "'tcp-check send-binary' : 'zz' invalid binary string (an hex digit is expected (found 'z')).",
    ],
    [
      tcp,
      'tcp-check expect binary 4',
      "'tcp-check expect' : invalid binary string (an even number of hex digit is expected).",
    ],
  ])('%s / %s', (option, line, message) => {
    expect(compile([option, line]).said).toEqual([message]);
  });

  test.each([
    [
      ['http-check expect status 200', 'http-check send uri /'],
      "'http-check send' : unable to add http-check send rule at step 2 (missing connect rule)..",
    ],
    [
      ['http-check send meth GET', 'http-check connect'],
      "'http-check connect' : first step MUST also be a 'connect', optionally preceded by a 'set-var', an 'unset-var' or a 'comment', when there is a 'connect' step in the tcp-check ruleset.",
    ],
  ])('order: %j', (lines, message) => {
    expect(compile([http, ...lines]).said).toEqual([message]);
  });

  test('nearly right words are suggested', () => {
    expect(compile([http, 'http-check expect statsu 200']).hint).toBe("did you mean 'status'?");
    expect(compile([http, 'http-check send methd GET']).hint).toBe("did you mean 'meth'?");
  });

  test('rules of another check are ignored with a warning', () => {
    expect(compile([http, 'tcp-check expect string a']).said).toEqual([
      "uses tcp-check rules without 'option tcp-check', so the rules are ignored.",
    ]);
  });

  test.each([
    [
      'option external-check',
      'option external-check',
      "Proxy 'b' : 'option external-check' unable to find required 'external-check command'.",
    ],
    [
      'option external-check',
      'external-check command x',
      "Proxy 'b': 'external-check command' does not have a leading '/' and 'external-check path' is not set.",
    ],
  ])('what cannot be done is refused: %s, %s', (option, line, message) => {
    expect(compile([option, line]).said).toEqual([message]);
  });
});

const actions = (lines: readonly string[], check?: CheckModel): string[] =>
  (compile(lines, check).plan?.steps ?? []).map(({ action, id }) => `${action} ${id}`);

describe('steps', () => {
  test.each([
    [['option httpchk'], ['connect 0', 'send 0', 'expect 0']],
    [
      ['option httpchk', 'http-check expect status 200'],
      ['connect 0', 'send 0', 'expect 1'],
    ],
    [
      ['option httpchk', 'http-check disable-on-404', 'http-check send uri /', 'http-check expect string a'],
      ['connect 0', 'send 1', 'expect 2'],
    ],
    [
      [
        'option httpchk',
        'http-check connect',
        'http-check send uri /a',
        'http-check connect',
        'http-check send uri /b',
      ],
      ['connect 1', 'send 2', 'connect 3', 'send 4', 'expect 0'],
    ],
    [['option tcp-check'], ['connect 0']],
    [
      ['option tcp-check', 'tcp-check comment x', 'tcp-check connect', 'tcp-check expect string a'],
      ['connect 2', 'expect 3'],
    ],
    [
      ['option httpchk', 'http-check set-var(check.a) int(1)', 'http-check connect', 'http-check expect status 200'],
      ['variable 1', 'connect 2', 'send 0', 'expect 3'],
    ],
  ])('%j', (lines, expected) => {
    expect(actions(lines)).toEqual(expected);
  });

  /** Of a section that inherits `option httpchk` and maybe lines; what haproxy 2.6 sends was looked at. */
  test.each([
    [[], ['http-check disable-on-404'], ['connect 0', 'send 0', 'expect 0']],
    [[], ['http-check expect status 200'], ['connect 0', 'expect 1']],
    [[], ['http-check comment x'], ['connect 0']],
    [[], ['http-check send uri /'], ['connect 0', 'send 1', 'expect 0']],
    [['http-check send uri /', 'http-check expect status 201'], [], ['connect 0', 'send 1', 'expect 2']],
    [
      ['http-check send uri /', 'http-check expect status 201'],
      ['option httpchk'],
      ['connect 0', 'send 0', 'expect 0'],
    ],
    [['http-check send uri /'], ['http-check send uri /x'], ['connect 0', 'send 1', 'expect 0']],
    [[], ['http-check expect status 200', 'option httpchk'], ['connect 0', 'send 0', 'expect 1']],
  ])('inherited %j, own %j', (inherited, own, expected) => {
    const defaults = newProxy('defaults', 'd');
    for (const line of ['option httpchk GET /d', ...inherited]) readProxy(line, defaults);
    const { check } = createProxy('backend', 'b', defaults.span, defaults);
    expect(actions(own, check)).toEqual(expected);
  });
});

test('every check type says what it does and where the manual describes it', () => {
  for (const { name, manual, summary } of checkTypes.all()) {
    expect({ name, documented: /^\d\.\d$/.test(manual) && summary !== '' }).toEqual({ name, documented: true });
  }
});
