import { CommandLineError, options, type CommandLine, type CommandLineDraft, type OptionArguments } from './options.js';

export type { CommandLine } from './options.js';

export type CommandLineResult =
  | { readonly ok: true; readonly commandLine: CommandLine }
  /** Nothing is to be run: version and usage are printed and the exit code is 1. `why` comes first, as an alert. */
  | { readonly ok: false; readonly why: string | undefined; readonly showUsage: boolean };

/**
 * Reads arguments as HAProxy does: an option's value is the next argument, `-dKcfg` and its like have theirs attached,
 * `-sf` and `-st` take all numbers that follow.
 * @param argv without the program's own name
 */
export function parseCommandLine(argv: readonly string[]): CommandLineResult {
  const draft = newDraft();
  try {
    readArguments(argv, draft);
    if (!runsWithoutFiles(draft) && draft.configPaths.length === 0) throw new CommandLineError(undefined);
    return { ok: true, commandLine: draft };
  } catch (error) {
    if (!(error instanceof CommandLineError)) throw error;
    return { ok: false, why: error.why, showUsage: error.showUsage };
  }
}

/** `-v`, `-vv`, `-h` and `-cc` need no configuration; the first of them ends the reading, as in HAProxy. */
function runsWithoutFiles({ showVersion, showHelp, condition }: CommandLine): boolean {
  return showVersion !== 'no' || showHelp || condition !== undefined;
}

function readArguments(argv: readonly string[], draft: CommandLineDraft): void {
  const rest = [...argv];
  const taking: OptionArguments = {
    next(what) {
      const value = rest.shift();
      if (value === undefined) throw new CommandLineError(what);
      return value;
    },
    peek: () => rest[0],
  };
  while (rest.length > 0 && !runsWithoutFiles(draft)) {
    const argument = taking.next('');
    if (argument === '--') {
      draft.configPaths.push(...rest);
      return;
    }
    readOption(argument, taking, draft);
  }
}

function readOption(argument: string, taking: OptionArguments, draft: CommandLineDraft): void {
  const exact = options.get(argument);
  if (exact !== undefined) return exact.apply(draft, taking, '');
  const attached = options.all().find((option) => option.attached === true && argument.startsWith(option.name));
  if (attached !== undefined) return attached.apply(draft, taking, argument.slice(attached.name.length));
  if (!argument.startsWith('-')) throw new CommandLineError(`unexpected argument '${argument}': files follow -f or --`);
  const near = options.closestTo(argument);
  throw new CommandLineError(`unknown option '${argument}'${near === undefined ? '' : `, did you mean '${near}'?`}`);
}

function newDraft(): CommandLineDraft {
  return {
    configPaths: [],
    check: false,
    offline: false,
    condition: undefined,
    showVersion: 'no',
    showHelp: false,
    keywordClasses: [],
    showLibraries: false,
    verbose: false,
    quiet: false,
    debug: false,
    foreground: false,
    daemon: false,
    masterWorker: 'no',
    diagnosticMode: false,
    zeroWarning: false,
    ignoreResolveFailures: false,
    verifyServers: true,
    reusePort: true,
    pidfile: undefined,
    maxconn: 0,
    proxyMaxconn: 0,
    localPeer: undefined,
    directory: undefined,
    transferSocket: undefined,
    masterSockets: [],
    oldProcesses: undefined,
    warnings: [],
  };
}
