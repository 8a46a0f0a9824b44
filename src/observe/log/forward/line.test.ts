import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LogHeader } from '../header.js';
import { forwardedHead, hostFrom, parseLine } from './line.js';

/** Local time: tests run in UTC. */
const NOW = Date.UTC(2026, 10, 23, 8, 45, 9, 361);
const YEAR = new Date().getFullYear();
const here = (hostname?: string): LogHeader =>
  new LogHeader('rfc3164', 19, { tag: 'haproxy', pid: 1, hostname, now: () => NOW });

const OLD = '<134>Nov  6 10:03:03 web app[12]: hello';
const MODERN = '<134>1 2026-11-06T10:03:03.5+02:00 web app 12 ID4 [x@1 a="b \\" ]"][y] hello';

/** The real HAProxy 2.6 answers the same; local3 is what its `log` line says. */
describe('a line is passed on', () => {
  test.each([
    // as it came
    [undefined, OLD, OLD],
    [undefined, MODERN, MODERN],
    [undefined, '<134>1 2026-11-06T10:03:03Z - app - - - hello', '<134>Nov  6 10:03:03 app: hello'],
    [undefined, '<134>1 2026-11-06T10:03:03Z - - 12 - - hello', '<134>hello'],
    [undefined, '<134>1 - web app 12 - - hello', '<134>1 - web app 12 - - hello'],
    [undefined, '<134>Nov  6 10:03:03 web hello: world', '<134>Nov  6 10:03:03 web hello: world'],
    [undefined, '<013>hello', '<13>hello'],
    [undefined, '<>hello', '<0>hello'],
    [undefined, 'hello\n\n\0', 'hello'],
    [undefined, '<a>hello', '<a>hello'],
    [undefined, '<134 >hello', '<134 >hello'],
    [undefined, '<134>1 notatime web app 12 ID4 - hello', '<134>1 notatime web app 12 ID4 - hello'],
    [undefined, '<134>Nov 26 1:03:03 web a: x', '<134>Nov 26 1:03:03 web a: x'],
    // in another format
    ['rfc5424', OLD, `<134>1 ${YEAR}-11-06T10:03:03-00:00 web app 12 - - hello`],
    ['local', OLD, '<134>Nov  6 10:03:03 app[12]: hello'],
    ['short', OLD, '<6>hello'],
    ['priority', OLD, '<134>hello'],
    ['raw', OLD, 'hello'],
    ['timed', OLD, `<6>${YEAR}-11-06T10:03:03-00:00 hello`],
    ['iso', OLD, `${YEAR}-11-06T10:03:03-00:00 hello`],
    ['rfc3164', MODERN, OLD],
    ['iso', MODERN, '2026-11-06T10:03:03.5+02:00 hello'],
    ['rfc3164', '<134>1 2026-13-06T10:03:03Z web app 12 - - hello', '<134>Nov 23 08:45:09 web app[12]: hello'],
    ['rfc5424', '<134>1 - web app 12 - - hello', '<134>1 - web app 12 - - hello'],
    ['timed', '<134>1 - web app 12 - - hello', '<6>2026-11-23T08:45:09.361000+00:00 hello'],
    // what is not there
    ['rfc3164', '<134>hello', '<134>Nov 23 08:45:09 localhost hello'],
    ['rfc5424', '<134>hello', '<134>1 2026-11-23T08:45:09.361000+00:00 - - - - - hello'],
    ['rfc3164', 'hello', '<152>Nov 23 08:45:09 localhost hello'],
    ['short', 'hello', '<0>hello'],
    ['rfc3164', '', '<152>Nov 23 08:45:09 localhost '],
    // tags
    ['local', '<134>Nov 26 10:03:03 web app: x', '<134>Nov 26 10:03:03 app: x'],
    ['local', '<134>Nov 26 10:03:03 web a[]: x', '<134>Nov 26 10:03:03 a: x'],
    ['rfc5424', '<134>Nov 26 10:03:03 web app[12]:x', `<134>1 ${YEAR}-11-26T10:03:03-00:00 web - - - - app[12]:x`],
    ['rfc5424', '<134>Nov 26 10:03:03 web app:', `<134>1 ${YEAR}-11-26T10:03:03-00:00 web - - - - app:`],
    ['rfc5424', '<134>Nov 26 10:03:03 web a b[3]: x', `<134>1 ${YEAR}-11-26T10:03:03-00:00 web - - - - a b[3]: x`],
    ['raw', '<134>Nov 26 10:03:03 web app[12]:  two', ' two'],
  ] as const)('%s: %j', (format, line, expected) => {
    const parsed = parseLine(line);
    expect(forwardedHead(parsed, format, parsed.level, 19, here()) + parsed.text).toBe(expected);
  });

  test('with the name of this machine', () => {
    const parsed = parseLine('<134>hello');
    expect(forwardedHead(parsed, 'rfc3164', 6, 19, here('box'))).toBe('<134>Nov 23 08:45:09 box ');
    expect(forwardedHead(parsed, 'rfc5424', 6, 19, here('box'))).toContain(' box - - - - ');
  });

  test('as another level', () => {
    expect(forwardedHead(parseLine('<128>x'), undefined, 4, 19, here())).toBe('<132>');
  });

  test.each([
    ['replace', OLD, '10.0.0.1'],
    ['replace', '<134>x', '10.0.0.1'],
    ['fill', OLD, 'web'],
    ['fill', '<134>x', '10.0.0.1'],
    ['keep', OLD, 'web'],
    ['keep', '<134>x', 'localhost'],
    ['append', OLD, 'web,10.0.0.1'],
    ['append', '<134>x', '10.0.0.1'],
  ] as const)('option host %s: %j', (mode, line, host) => {
    const parsed = hostFrom(parseLine(line), mode, '10.0.0.1');
    expect(forwardedHead(parsed, 'rfc3164', 6, 19, here())).toMatch(new RegExp(`:\\d\\d ${host} `));
    // what a line is does not change thereby
    expect(forwardedHead(hostFrom(parseLine('<134>x'), mode, '10.0.0.1'), undefined, 6, 19, here())).toBe('<134>');
  });

  test('unread', () => {
    expect(parseLine(OLD, false)).toMatchObject({ priority: undefined, text: OLD });
  });
});

test('HAProxy loses the last two bytes of these', () => {
  const empty = '<134>1 2026-11-06T10:03:03Z web app 12 ID4 -';
  expect(parseLine(empty)).toMatchObject({ messageId: 'ID4', structured: '', text: '' });
  const broken = '<134>1 2026-11-06T10:03:03Z web app 12 ID4 [x hello';
  expect(parseLine(broken).text).toBe(broken.slice(5));
});

test('a line in its own format keeps all of its bytes', () => {
  const word = fc.stringMatching(/^[!-9;-Z\\^-~]{1,12}$/);
  const text = fc.stringMatching(/^[ -~]{1,40}$/);
  const time = fc.constantFrom('2026-11-06T10:03:03Z', '2026-11-06T10:03:03.123456-07:30', '-');
  const modern = fc
    .tuple(fc.nat(191), time, word, word, word, word, fc.constantFrom('-', '[x a="1"]', '[x][y z="\\]"]'), text)
    .map(([priority, ...rest]) => `<${priority}>1 ${rest.join(' ')}`);
  const old = fc
    .tuple(fc.nat(191), word, word, text)
    .map(([priority, host, tag, rest]) => `<${priority}>Nov  6 10:03:03 ${host} ${tag}: ${rest}`);
  const property = fc.property(fc.oneof(modern, old), (line) => {
    const parsed = parseLine(line);
    fc.pre(parsed.host !== '');
    expect(forwardedHead(parsed, undefined, parsed.level, 19, here()) + parsed.text).toBe(line);
  });
  fc.assert(property);
});
