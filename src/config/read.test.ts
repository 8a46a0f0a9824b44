import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { configurationKeywordLines } from './keyword-lines.js';
import { readConfiguration, type ReadResult } from './read.js';

function read(text: string, options: { offline?: boolean; env?: Record<string, string> } = {}): ReadResult {
  const { offline = false, env = {} } = options;
  return readConfiguration([{ path: 'x.cfg', text }], { env, offline });
}

/** `line: message` of everything above a notice. */
function complaints(text: string): string[] {
  return read(text).diagnostics.list.map(({ span, message }) => `${span?.source.line}: ${message}`);
}

const proxy = (text: string, name: string) => read(text).model.proxies.find((one) => one.name === name);
const block = (condition: string) => `global\n.if ${condition}\n maxconn 1\n.else\n maxconn 2\n.endif\n`;

describe('sections', () => {
  test('the tutorial: one of each', () => {
    const { model, diagnostics } = read(`
global
    maxconn 4000
defaults
    mode http
    retries 3
listen stats
    bind *:81
    stats enable
frontend web
    bind *:80
    default_backend servers
backend servers
    server http1 192.168.246.162:80 maxconn 2000 weight 1 check inter 1s rise 2 fall 2
`);
    expect(diagnostics.list).toEqual([]);
    expect(model.global.maxconn).toBe(4000);
    expect(model.proxies.map(({ kind, name, mode, retries }) => [kind, name, mode, retries])).toEqual([
      ['listen', 'stats', 'http', 3],
      ['frontend', 'web', 'http', 3],
      ['backend', 'servers', 'http', 3],
    ]);
    expect(model.proxies[2].servers[0]).toMatchObject({ name: 'http1', check: true, inter: 1000, maxconn: 2000 });
  });

  test.each([
    ['listen a!b\n', ["1: character '!' is not permitted in 'listen' name 'a!b'."]],
    ['frontend\n', ["1: 'frontend' expects an <id> argument"]],
    ['global x\n', ["1: 'global' cannot handle unexpected argument 'x'."]],
    ['maxconn 1\n', ["1: unknown keyword 'maxconn' out of section."]],
    ['global\n  no\n', ["2: 'no' expects a keyword."]],
    ['backend f\nbackend f\n', ["2: backend 'f' has the same name as backend 'f' declared at x.cfg:1."]],
    ['listen f\nbackend f\n', ["2: backend 'f' has the same name as proxy 'f' declared at x.cfg:1."]],
    ['frontend f\nbackend f\n', []],
    ['defaults\n bind :80\n', ["2: 'bind' not allowed in 'defaults' section."]],
    ['peers\n', ['1: missing name for peers section.']],
    ['cache c\n foo\n', ["2: unknown keyword 'foo' in 'cache' section"]],
    ['ring r\n foo\n', ["2: unknown statement 'foo'."]],
    ['mailers m\n mailer a\n', ["2: 'mailer' expects <name> and <addr>[:<port>] as arguments."]],
    ['program p\n command x\n no option start-on-reload\n', []],
    [
      'program p\n no command x\n',
      [
        '2: negation/default currently supported only for options, log, busy-polling, set-dumpable, strict-limits, insecure-fork-wanted and numa-cpu-mapping.',
      ],
    ],
    ['resolvers r\n hold nx 3x\n', ["2: unexpected character 'x' in 'hold'"]],
    ['http-errors h\n errorfile 1\n', ['2: errorfile: expects <status_code> and <file> as arguments.']],
  ])('%j', (text, expected) => {
    expect(complaints(text).filter((line) => !line.includes('is not implemented'))).toEqual(expected);
  });

  test('every other kind is kept with its lines, and says what is missing', () => {
    const { model, diagnostics } = read('log-forward l\n bind :514\n');
    expect(model.others.map(({ kind, name, lines }) => [kind, name, lines.length])).toEqual([['log-forward', 'l', 1]]);
    expect(diagnostics.list.map(({ severity, message }) => [severity, message])).toEqual([
      ['alert', "'log-forward l' is not implemented: log lines are not received"],
    ]);
  });

  test('offline only reads: what would be refused is a warning', () => {
    const { diagnostics } = read('log-forward l\n', { offline: true });
    expect(diagnostics.list).toMatchObject([
      {
        severity: 'warning',
        message: "'log-forward l' is not implemented: log lines are not received; tsproxy would refuse to start",
      },
    ]);
  });
});

describe('defaults', () => {
  test('the last one counts, or the one that is named', () => {
    const text = 'defaults a\n maxconn 1\ndefaults b from a\n retries 7\nlisten x from b\nlisten y from a\n';
    expect(proxy(text, 'x')).toMatchObject({ from: 'b', maxconn: 1, retries: 7 });
    expect(proxy(text, 'y')).toMatchObject({ from: 'a', maxconn: 1, retries: undefined });
  });

  test('nothing is shared', () => {
    const text = 'defaults\n option redispatch\n timeout client 1s\nbackend x\n timeout client 9s\nbackend y\n';
    expect(proxy(text, 'y')?.timeouts.client).toBe(1000);
    expect(proxy(text, 'y')?.redispatch).toBe(-1);
  });

  test('inherited rules see the ACLs of their section, the others do not', () => {
    const text =
      'defaults d\n mode http\n acl a src 1.1.1.1\n http-request deny if a\nfrontend f from d\n http-request allow\n';
    const found = proxy(text, 'f');
    expect(found?.acls).toEqual([]);
    expect(found?.httpRequest.map(({ acls }) => acls?.map(({ name }) => name))).toEqual([['a'], undefined]);
  });

  test.each([
    ['listen y from z\n', ["1: defaults section 'z' not found for proxy 'y'."]],
    ['defaults from x\n', ["1: defaults section 'x' not found for defaults ''."]],
    [
      'defaults d\ndefaults d\nlisten x from d\n',
      ["3: ambiguous defaults section name 'd' referenced by proxy 'x' exists at least at x.cfg:1 and x.cfg:2."],
    ],
    [
      'defaults d!x\nfrontend f from d!x\n',
      [
        "2: character '!' is not permitted in defaults section name 'd!x' when designated by its name (section found at x.cfg:1).",
      ],
    ],
    [
      'defaults d\n mode http\n http-request deny\nlisten l from d\n',
      ['4: a listen section cannot inherit from a defaults section defining TCP/HTTP rules.'],
    ],
    [
      'defaults d\n mode http\n http-request deny\nfrontend f from d\nbackend b from d\n',
      [
        '5: frontends and backends cannot inherit from the same defaults section if it defines TCP/HTTP rules (defaults section at x.cfg:1).',
      ],
    ],
    [
      'defaults d\n tcp-request connection reject\nbackend b from d\n',
      [
        "3: a backend section cannot inherit from a defaults section defining 'tcp-request connection' or 'tcp-request session' rules (defaults section at x.cfg:1).",
      ],
    ],
    [
      'defaults d\n tcp-response content accept\nfrontend f from d\n',
      [
        "3: a frontend section cannot inherit from a defaults section defining 'tcp-response content' rules (defaults section at x.cfg:1).",
      ],
    ],
  ])('%j', (text, expected) => {
    expect(complaints(text)).toEqual(expected);
  });

  test('used both by name and silently: a warning', () => {
    const { diagnostics } = read('defaults d\nfrontend f from d\nfrontend g\n');
    expect(diagnostics.list).toMatchObject([{ severity: 'warning', span: { source: { line: 3 } } }]);
  });
});

describe('userlist', () => {
  test('membership may stand on either side', () => {
    const { model } = read(
      'userlist u\n group g users a\n group h\n user a password x groups h\n user b insecure-password y groups g\n',
    );
    expect(model.userlists).toMatchObject([
      {
        name: 'u',
        groups: [
          { name: 'g', users: ['a', 'b'] },
          { name: 'h', users: ['a'] },
        ],
        users: [
          { name: 'a', password: 'x', insecure: false, groups: ['h', 'g'] },
          { name: 'b', password: 'y', insecure: true, groups: ['g'] },
        ],
      },
    ]);
  });

  test.each([
    ['userlist\n', ["1: 'userlist' expects <name> as arguments."]],
    [
      'userlist u\n user\n group\n',
      ["2: 'user' expects <name> as arguments.", "3: 'group' expects <name> as arguments."],
    ],
    ['userlist u\n user a\n user a\n', ["3: ignoring duplicated user 'a' in userlist 'u'."]],
    ['userlist u\n user a foo\n', ["2: 'user' only supports 'password', 'insecure-password' and 'groups' options."]],
    ['userlist u\n user a groups g\n', ["2: userlist 'u': no such group 'g' specified in user 'a'"]],
    ['userlist u\n foo\n', ["2: unknown keyword 'foo' in 'users' section"]],
    ['userlist u\nuserlist u\n', ["2: ignoring duplicated userlist 'u'."]],
  ])('%j', (text, expected) => {
    expect(complaints(text)).toEqual(expected);
  });
});

describe('conditional blocks', () => {
  test.each([
    ['1', 1],
    ['', 2],
    ['defined(HOME) && streq("$HOME",/root)', 1],
    ['streq("a b",a\\ b)', 1],
    ['version_atleast(2.7)', 2],
  ])('.if %s', (condition, maxconn) => {
    const { model, diagnostics } = read(block(condition), { env: { HOME: '/root' } });
    expect(diagnostics.list).toEqual([]);
    expect(model.global.maxconn).toBe(maxconn);
  });

  test("the manual's example", () => {
    const text = `
.if "\${A}"
  .if "\${B}"
     .notice "A=1, B=1"
  .elif "\${C}"
     .notice "A=1, B=0, C=1"
  .elif "\${D}"
     .warning "A=1, B=0, C=0, D=1"
  .else
     .alert "A=1, B=0, C=0, D=0"
  .endif
.else
     .notice "A=0"
.endif
`;
    const message = (env: Record<string, string>) => read(text, { env }).diagnostics.list.map((one) => one.message);
    expect(message({})).toEqual(["'A=0'."]);
    expect(message({ A: '1', B: '1' })).toEqual(["'A=1, B=1'."]);
    expect(message({ A: '1', C: '1' })).toEqual(["'A=1, B=0, C=1'."]);
    expect(message({ A: '1', D: '1' })).toEqual(["'A=1, B=0, C=0, D=1'."]);
    expect(message({ A: '1' })).toEqual(["'A=1, B=0, C=0, D=0'."]);
  });

  test.each([
    ['.endif\n', ["1: lone '.endif' with no matching '.if'."]],
    ['.else\n', ["1: lone '.else' with no matching '.if'."]],
    ['.if 0\n.else\n.elif 1\n.endif\n', ["3: '.elif' after '.else' is not permitted."]],
    ['.if 0\n.else\n.else\n.endif\n', ["3: '.else' after '.else' is not permitted."]],
    ['.if 1\n', ["1: non-terminated '.if' block."]],
    ['.foo bar\n', ["1: unknown directive '.foo'."]],
    ['.notice a b\n', ["1: Unexpected argument 'b' for '.notice'. Use quotes if the message should contain spaces."]],
    ['.if 0\n.foo\n x y\n.endif\n', []],
    ['.if 0\n x "\n.endif\n', ['2: unmatched quote at position 4']],
    ['.if bad(\n.endif\n', ["1: unparsable conditional expression 'bad(' in '.if' at position 1"]],
    ['.if 1\n.elif bad(\n.endif\n', []],
    ['.if 0\n.if bad(\n.endif\n.endif\n', []],
    [
      '.if 1 && (defined(A) || 0\n.endif\n',
      ["1: expected ')' after conditional expression '(defined(A) || 0' in '.if' at position 6"],
    ],
  ])('%j', (text, expected) => {
    expect(complaints(text)).toEqual(expected);
  });
});

describe('files', () => {
  test('setenv acts on the lines below it', () => {
    const { model, env } = read('global\n setenv N 12\n presetenv N 13\n maxconn "$N"\n');
    expect(model.global.maxconn).toBe(12);
    expect(env.get('N')).toBe('12');
  });

  test('several files are one configuration, but a section ends with its file', () => {
    const sources = [
      { path: 'a.cfg', text: 'defaults\n maxconn 5\nfrontend f\n' },
      { path: 'b.cfg', text: 'bind :80\nbackend b\n' },
    ];
    const { model, diagnostics } = readConfiguration(sources, { env: {}, offline: false });
    expect(model.proxies.map(({ maxconn }) => maxconn)).toEqual([5, 5]);
    expect(diagnostics.list).toMatchObject([
      { message: "unknown keyword 'bind' out of section.", span: { source: { file: 'b.cfg' } } },
    ]);
  });

  test('line ends of Windows, a missing last one, a mark, an empty file', () => {
    expect(complaints('global\r\n maxconn 1\r\n')).toEqual([]);
    expect(complaints('global\n maxconn 1')).toEqual([
      '2: Missing LF on last line, file might have been truncated at position 11.',
    ]);
    expect(complaints('\u00ef\u00bb\u00bfglobal\n')).toEqual([
      '1: the file begins with a byte order mark, which HAProxy refuses.',
    ]);
    expect(complaints('global\n max\0conn 1\n')).toEqual(['2: stray NUL character at position 5.']);
    expect(complaints('')).toEqual([]);
  });

  test('every problem is reported in one run', () => {
    const text = 'foo\nglobal\n bar\n maxcon 1\nfrontend f\n bind\n x "\nlisten\n modee http\n';
    expect(complaints(text).map((line) => Number.parseInt(line, 10))).toEqual([1, 3, 4, 6, 7, 8, 9]);
  });

  test('a large file is read in a blink', () => {
    const server = Array.from(
      { length: 20_000 },
      (_, index) => ` server s${index} 10.0.0.1:${1 + (index % 60_000)} check\n`,
    );
    const { model, diagnostics } = read(`backend b\n${server.join('')}`);
    expect(diagnostics.alerts).toBe(0);
    expect(model.proxies[0].servers).toHaveLength(20_000);
  });
});

test('nothing in a file makes the reader throw', () => {
  const names = configurationKeywordLines().map((line) => line.trim().split(' ')[0]);
  const word = fc.oneof(
    fc.constantFrom(
      ...names,
      '.if',
      '.endif',
      '.else',
      'no',
      'default',
      'from',
      '1',
      '10s',
      ':80',
      'if',
      '"$A"',
      '{',
      '}',
      '-f',
    ),
    fc.string({ maxLength: 6 }),
  );
  const line = fc.array(word, { maxLength: 6 }).map((words) => words.join(' '));
  fc.assert(
    fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
      const text = `${lines.join('\n')}\n`;
      expect(read(text, { offline: true }).diagnostics.alerts).toBeGreaterThanOrEqual(0);
    }),
    { numRuns: 500 },
  );
});

test('-dKcfg lists sections and their keywords', () => {
  const lines = configurationKeywordLines();
  expect(lines).toContain('global');
  expect(lines).toContain('\toption httplog');
  expect(lines).toContain('\tserver <name> <addr> weight +1');
  expect(lines).toContain('userlist');
});
