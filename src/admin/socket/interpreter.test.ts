import { expect, test } from 'vitest';
import { CliLevel, type CliCommand } from '../../core/cli.js';
import { LogLevel } from '../../core/log.js';
import { CommandTable, execute, messageText, newSession } from './interpreter.js';

function command(name: string, more: Partial<CliCommand<string>> = {}): CliCommand<string> {
  return {
    name,
    level: CliLevel.User,
    usage: `${name} <x>`,
    help: `does ${name}`,
    run: ({ args, context, payload }) => `${context}:${name}(${args.from(0).join(',')})${payload ?? ''}`,
    ...more,
  };
}

const table = new CommandTable([
  command('show info'),
  command('show stat', { level: CliLevel.Operator }),
  command('set server', { level: CliLevel.Admin }),
  command('set maxconn server'),
  command('set var', { mode: 'experimental' }),
  command('quit', { usage: undefined }),
]);
const ask = (line: string, level = CliLevel.Admin, payload?: string): unknown =>
  execute(table, 'c', newSession(level, 'none', 0), line, payload);

test.each([
  ['show info', 'c:show info()'],
  ['show info a b', 'c:show info(a,b)'],
  ['set maxconn server x 1', 'c:set maxconn server(x,1)'],
  ['quit', 'c:quit()'],
])('%s is carried out', (line, answer) => {
  expect(ask(line)).toBe(answer);
});

test('a payload is handed over', () => expect(ask('show info', CliLevel.Admin, 'a b\nc')).toBe('c:show info()a b\nc'));

test('levels', () => {
  const denied = { severity: LogLevel.Err, text: 'Permission denied\n' };
  expect(ask('show stat', CliLevel.User)).toEqual(denied);
  expect(ask('show stat', CliLevel.Operator)).toBe('c:show stat()');
  expect(ask('set server', CliLevel.Operator)).toEqual(denied);
});

test('modes', () => {
  const session = newSession(CliLevel.Admin, 'none', 0);
  const restricted = { severity: LogLevel.Err, text: 'This command is restricted to experimental mode only.\n' };
  expect(execute(table, 'c', session, 'set var a', undefined)).toEqual(restricted);
  expect(execute(table, 'c', session, 'help set', undefined)).not.toContain('set var');
  session.experimental = true;
  expect(execute(table, 'c', session, 'set var a', undefined)).toBe('c:set var(a)');
  expect(execute(table, 'c', session, 'help set', undefined)).toContain('set var');
});

const always = [
  '  help [<command>]                        : list matching or all commands',
  '  prompt                                  : toggle interactive mode with prompt',
  '  quit                                    : disconnect',
  '',
].join('\n');
const line = (name: string): string => `  ${`${name} <x>`.padEnd(40)}: does ${name}\n`;
const unknown = 'Unknown command, but maybe one of the following ones is a better match:\n';
const valid = 'The following commands are valid at this level:\n';

test.each([
  [
    '',
    'Unknown command. Please enter one of the following commands only:\n',
    ['show info', 'show stat', 'set server', 'set maxconn server'],
  ],
  ['help', valid, ['show info', 'show stat', 'set server', 'set maxconn server']],
  ['help set', valid, ['set server', 'set maxconn server']],
  ['set', unknown, ['set server', 'set maxconn server']],
  ['help set maxconn', valid, ['set maxconn server']],
  ['shwo info', unknown, ['show info']],
  ['show inf', unknown, ['show info']],
])('%j lists', (words, title, names) => {
  expect(ask(words)).toBe(title + names.map(line).join('') + always);
});

test('a word with an escaped blank is one word', () => expect(ask('show\\ info')).toContain('Unknown command'));

test('two commands of one name are a mistake', () => {
  expect(() => new CommandTable([command('a b'), command('a b')])).toThrow("'a b' is defined twice");
});

test.each([
  ['none', 'No.', 'No.'],
  ['number', 'No.', '[3]: No.'],
  ['string', 'No.\n', '[err]: No.\n'],
] as const)('severity-output %s', (output, text, expected) => {
  expect(messageText({ severity: LogLevel.Err, text }, output)).toBe(expected);
});
