import { expect, test } from 'vitest';
import { parseCommandLine, type CommandLine } from './command-line.js';
import { keywordDump } from './keyword-dump.js';
import { options } from './options.js';
import { buildText, usageText } from './usage.js';

function parsed(line: string): CommandLine {
  const result = parseCommandLine(line.split(' '));
  if (!result.ok) throw new Error(`refused: ${result.why}`);
  return result.commandLine;
}

test.each<[string, Partial<CommandLine>]>([
  ['-f a.cfg -f b.d', { configPaths: ['a.cfg', 'b.d'] }],
  ['-c -- a.cfg -f', { check: true, configPaths: ['a.cfg', '-f'] }],
  ['-c --offline -f x', { check: true, offline: true }],
  ['-db -V -f x', { foreground: true, verbose: true, quiet: false }],
  ['-V -q -f x', { quiet: true, verbose: false }],
  ['-q -V -f x', { quiet: false, verbose: true }],
  ['-D -p /run/x.pid -f x', { daemon: true, pidfile: '/run/x.pid' }],
  ['-W -f x', { masterWorker: 'yes' }],
  ['-Ws -S /run/m,level,admin -S :99 -f x', { masterWorker: 'systemd', masterSockets: ['/run/m,level,admin', ':99'] }],
  ['-n 100 -N 50 -L me -C /etc -f x', { maxconn: 100, proxyMaxconn: 50, localPeer: 'me', directory: '/etc' }],
  ['-f x -sf 12 13', { oldProcesses: { signal: 'SIGUSR1', pids: [12, 13] } }],
  ['-st 12 -f x', { oldProcesses: { signal: 'SIGTERM', pids: [12] }, configPaths: ['x'] }],
  ['-sf -f x', { oldProcesses: { signal: 'SIGUSR1', pids: [] }, configPaths: ['x'] }],
  ['-x /run/s -f x', { transferSocket: '/run/s' }],
  ['-dKcfg,acl -f x', { keywordClasses: ['cfg', 'acl'] }],
  ['-dK -f x', { keywordClasses: ['help'] }],
  [
    '-dV -dW -dD -dr -dR -f x',
    { verifyServers: false, zeroWarning: true, diagnosticMode: true, ignoreResolveFailures: true, reusePort: false },
  ],
  ['-de -dp -dS -f x', { warnings: [] }],
  ['-dMpoison -f x', { warnings: ['-dM has no effect: Node manages the memory'] }],
  ['-v', { showVersion: 'short' }],
  ['-vv --anything', { showVersion: 'long' }],
  ['-cc streq(a,a)', { condition: 'streq(a,a)' }],
  ['-h', { showHelp: true }],
])('%s', (line, expected) => {
  expect(parsed(line)).toMatchObject(expected);
});

test.each([
  ['-c', undefined],
  ['a.cfg', "unexpected argument 'a.cfg': files follow -f or --"],
  ['-f', undefined],
  ['-n abc -f x', "-n expects a number, not 'abc'"],
  ['-sf 1 x -f y', '-sf option: some bytes unconsumed in PID list {x}'],
  ['-x', 'Unix socket path expected with the -x flag'],
  ['--ofline -c -f x', "unknown option '--ofline', did you mean '--offline'?"],
])('%s is refused', (line, why) => {
  expect(parseCommandLine(line.split(' '))).toMatchObject({ ok: false, why });
});

test('no argument at all shows the usage', () => {
  expect(parseCommandLine([])).toEqual({ ok: false, why: undefined, showUsage: true });
});

test('the usage shows every option', () => {
  const usage = usageText('tsproxy');
  for (const name of options.names()) expect(usage).toContain(`        ${name}`);
});

test('-vv names its features as HAProxy does', () => {
  const text = buildText({ version: '0.1.0', transport: 'handle', services: [], filters: [] });
  expect(text).toMatch(/^Feature list : .*-LUA.* \+OPENSSL /m);
});

const classes = [
  { name: 'cfg', title: 'configuration keywords', lines: () => ['global', '\tmaxconn'] },
  { name: 'acl', title: 'ACL keywords', lines: () => ['path'] },
];

test.each([
  [
    ['all'],
    '# List of registered configuration keywords:\nglobal\n\tmaxconn\n# List of registered ACL keywords:\npath\n',
    [],
  ],
  [['acl', 'foo'], '# List of registered ACL keywords:\npath\n', ['foo']],
  [
    ['help'],
    '# List of supported keyword classes:\nall: list all keywords\ncfg: configuration keywords\nacl: ACL keywords\n',
    [],
  ],
])('-dK%j', (wanted, text, unknown) => {
  expect(keywordDump(wanted, classes)).toEqual({ text, unknown });
});
