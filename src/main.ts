import { isMainThread } from 'node:worker_threads';
import { label } from './config/diagnostics.js';
import { loadSources } from './config/load.js';
import { introduction, type Reporter } from './config/report.js';
import { checkCondition } from './process/condition-check.js';
import { runCtl } from './process/ctl.js';
import { type CommandLine, parseCommandLine } from './process/command-line.js';
import { runTop } from './process/top/index.js';
import { runThread } from './process/threads/run.js';
import { buildText, usageText, versionText } from './process/usage.js';
import { takeAssignment } from './process/master/assignment.js';
import { serve } from './serve.js';
import { work } from './worker.js';

declare const TSPROXY_VERSION: string;

/** The program: arguments in, exit code out (management manual 3). */
async function main(argv: readonly string[]): Promise<number> {
  if (argv[0] === 'ctl') {
    return runCtl(argv.slice(1), { input: process.stdin, output: process.stdout, errors: process.stderr });
  }
  if (argv[0] === 'top') {
    const colour = (process.env.NO_COLOR ?? '') === '';
    return runTop(argv.slice(1), { input: process.stdin, output: process.stdout, errors: process.stderr, colour });
  }
  const parsed = parseCommandLine(argv);
  if (!parsed.ok) {
    if (parsed.why !== undefined) process.stderr.write(`${label('alert', process.pid)}${parsed.why}\n`);
    if (parsed.showUsage) process.stderr.write(versionText(TSPROXY_VERSION) + usageText('tsproxy'));
    return 1;
  }
  const { commandLine } = parsed;
  const answered = answerAtOnce(commandLine);
  if (answered !== undefined) return answered;
  if (commandLine.directory !== undefined) process.chdir(commandLine.directory);
  for (const warning of commandLine.warnings) process.stderr.write(`${label('warning', process.pid)}${warning}\n`);
  return run(commandLine);
}

const reporterOf = (commandLine: CommandLine): Reporter => ({
  pid: process.pid,
  version: TSPROXY_VERSION,
  executable: process.argv[1] ?? process.execPath,
  diagnosticMode: commandLine.diagnosticMode,
  zeroWarning: commandLine.zeroWarning,
});

/** `-v`, `-h`, `-cc`: no configuration is read. */
function answerAtOnce(commandLine: CommandLine): number | undefined {
  if (commandLine.showHelp) {
    process.stdout.write(versionText(TSPROXY_VERSION) + usageText('tsproxy'));
    return 0;
  }
  if (commandLine.showVersion !== 'no') {
    const facts = {
      version: TSPROXY_VERSION,
      transport: 'handle, or socket where Node hides it',
      services: [],
      filters: [],
    };
    process.stdout.write(commandLine.showVersion === 'short' ? versionText(TSPROXY_VERSION) : buildText(facts));
    return 0;
  }
  if (commandLine.condition !== undefined) {
    const { exitCode, text } = checkCondition(commandLine.condition, process.env, reporterOf(commandLine));
    process.stderr.write(text);
    return exitCode;
  }
  return undefined;
}

async function run(commandLine: CommandLine): Promise<number> {
  const assignment = takeAssignment(process.env);
  if (assignment !== undefined) return work(assignment, commandLine, reporterOf(commandLine));
  const loaded = loadSources(commandLine.configPaths);
  if (!loaded.ok) {
    const reporter = reporterOf(commandLine);
    process.stderr.write([...introduction(reporter), `${label('alert', process.pid)}${loaded.why}`, ''].join('\n'));
    return 1;
  }
  return serve(loaded.sources, commandLine, reporterOf(commandLine));
}

if (isMainThread) {
  void main(process.argv.slice(2)).then((code) => {
    process.exitCode = code;
  });
} else runThread();
