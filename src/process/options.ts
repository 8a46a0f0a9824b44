import { Registry } from '../base/registry.js';

/** What the program was told to do (management manual 3). */
export interface CommandLine {
  /** `-f` and what follows `--`: files and folders, in order. */
  readonly configPaths: readonly string[];
  /** `-c`: check the configuration and exit. */
  readonly check: boolean;
  /** `--offline` with `-c`: open no other file, resolve no name. */
  readonly offline: boolean;
  /** `-cc`: evaluate a condition and exit. */
  readonly condition: string | undefined;
  /** `-v` or `-vv`: print the version and exit. */
  readonly showVersion: 'no' | 'short' | 'long';
  /** `-h`: print the usage and exit. */
  readonly showHelp: boolean;
  /** `-dK`: classes of keywords to print once the configuration is read. */
  readonly keywordClasses: readonly string[];
  /** `-dL`: list the loaded libraries. */
  readonly showLibraries: boolean;
  readonly verbose: boolean;
  readonly quiet: boolean;
  /** `-d`: foreground, with the events of every connection. */
  readonly debug: boolean;
  /** `-db`: foreground, whatever the configuration says. */
  readonly foreground: boolean;
  /** `-D`. */
  readonly daemon: boolean;
  /** `-W`, `-Ws`. */
  readonly masterWorker: 'no' | 'yes' | 'systemd';
  /** `-dD`: complain about suspicious statements too. */
  readonly diagnosticMode: boolean;
  /** `-dW`: a warning is fatal. */
  readonly zeroWarning: boolean;
  /** `-dr`: start although a server's name cannot be resolved. */
  readonly ignoreResolveFailures: boolean;
  /** `-dV` = false: certificates of servers are not verified. */
  readonly verifyServers: boolean;
  /** `-dR` = false: no SO_REUSEPORT. */
  readonly reusePort: boolean;
  /** `-p`. */
  readonly pidfile: string | undefined;
  /** `-n`, `-N`: 0 = not given. */
  readonly maxconn: number;
  readonly proxyMaxconn: number;
  /** `-L`. */
  readonly localPeer: string | undefined;
  /** `-C`: change to it before anything is read. */
  readonly directory: string | undefined;
  /** `-x`: take listening sockets over from a process. */
  readonly transferSocket: string | undefined;
  /** `-S`: addresses of the master's runtime socket, with their parameters behind commas. */
  readonly masterSockets: readonly string[];
  /** `-sf`, `-st`: what to send to which processes once this one listens. */
  readonly oldProcesses: { readonly signal: 'SIGUSR1' | 'SIGTERM'; readonly pids: readonly number[] } | undefined;
  /** For stderr, without a prefix: options that are accepted but do nothing. */
  readonly warnings: readonly string[];
}

/** Ends the reading of a command line that makes no sense. */
export class CommandLineError extends Error {
  constructor(
    readonly why: string | undefined,
    readonly showUsage = true,
  ) {
    super(why);
  }
}

/** The command line while it is read. */
export type CommandLineDraft = { -readonly [Key in keyof CommandLine]: CommandLine[Key] } & {
  configPaths: string[];
  masterSockets: string[];
  warnings: string[];
};

/** The arguments behind an option. */
export interface OptionArguments {
  /** Takes the next one. @throws CommandLineError with `missing` when there is none */
  next(missing: string | undefined): string;
  peek(): string | undefined;
}

interface Option {
  /** As written: `-f`. */
  readonly name: string;
  /** What the usage shows behind the name. */
  readonly value?: string;
  readonly summary: string;
  /** Its value stands in the same argument, as in `-dKcfg`. */
  readonly attached?: boolean;
  apply(draft: CommandLineDraft, taking: OptionArguments, attached: string): void;
}

/** An option without a value. */
function flag(name: string, summary: string, set: (draft: CommandLineDraft) => void): Option {
  return { name, summary, apply: (draft) => set(draft) };
}

/** An option that HAProxy has for the sake of mechanisms that Node does not have; leaving it out changes nothing. */
function harmless(name: string, summary: string): Option {
  return { name, summary, apply: () => undefined };
}

/** An option whose wish is not fulfilled. */
function unheard(name: string, summary: string, why: string, attached = false): Option {
  return { name, summary, attached, apply: (draft) => void draft.warnings.push(`${name} has no effect: ${why}`) };
}

/** An option whose value is the next argument. */
function valued(
  name: string,
  value: string,
  summary: string,
  set: (draft: CommandLineDraft, value: string) => void,
  missing?: string,
): Option {
  return { name, value, summary, apply: (draft, taking) => set(draft, taking.next(missing)) };
}

/** A number that is no number is 0 for HAProxy, which would silently mean "no limit". */
function count(name: string, text: string): number {
  if (!/^\d+$/.test(text)) throw new CommandLineError(`${name} expects a number, not '${text}'`);
  return Number(text);
}

/** `-sf` and `-st`: all numbers up to the next option. */
function processes(name: '-sf' | '-st', signal: 'SIGUSR1' | 'SIGTERM', summary: string): Option {
  return {
    name,
    value: '[pid ]*',
    summary,
    apply(draft, taking) {
      const pids: number[] = [];
      for (let next = taking.peek(); next !== undefined && !next.startsWith('-'); next = taking.peek()) {
        const rest = next.replace(/^\d+/, '');
        if (rest !== '') throw new CommandLineError(`${name} option: some bytes unconsumed in PID list {${rest}}`);
        pids.push(Number(taking.next(undefined)));
      }
      draft.oldProcesses = { signal, pids };
    },
  };
}

/** All options, in the order of the usage. */
export const options = new Registry<Option>([
  valued('-f', '<cfgfile|cfgdir>', 'adds a configuration file, or all *.cfg of a folder', (draft, path) => {
    draft.configPaths.push(path);
  }),
  flag('-v', 'displays version', (draft) => (draft.showVersion = 'short')),
  flag('-vv', 'displays version and what is built in', (draft) => (draft.showVersion = 'long')),
  flag('-h', 'displays this text', (draft) => (draft.showHelp = true)),
  flag('-d', 'enters debug mode', (draft) => (draft.debug = true)),
  flag('-db', 'only disables background mode', (draft) => (draft.foreground = true)),
  flag('-V', 'enters verbose mode (disables quiet mode)', (draft) => {
    draft.verbose = true;
    draft.quiet = false;
  }),
  flag('-D', 'goes daemon', (draft) => (draft.daemon = true)),
  valued('-C', '<dir>', 'changes to <dir> before loading files', (draft, path) => (draft.directory = path)),
  flag('-W', 'master-worker mode', (draft) => (draft.masterWorker = 'yes')),
  flag('-Ws', 'master-worker mode with systemd notify support', (draft) => (draft.masterWorker = 'systemd')),
  flag('-q', "quiet mode : don't display messages", (draft) => {
    draft.quiet = true;
    draft.verbose = false;
  }),
  flag('-c', 'check mode : only check config files and exit', (draft) => (draft.check = true)),
  valued('-cc', '<condition>', 'check condition : evaluate a condition and exit', (draft, text) => {
    draft.condition = text;
  }),
  flag('--offline', 'with -c : opens no other file and resolves no name', (draft) => (draft.offline = true)),
  valued('-n', '<maxconn>', 'sets the maximum total # of connections', (draft, text) => {
    draft.maxconn = count('-n', text);
  }),
  valued('-m', '<megs>', 'limits the usable amount of memory (in MB); without effect', (draft, text) => {
    count('-m', text);
    draft.warnings.push('-m has no effect: use --max-old-space-size of node or the limits of the system');
  }),
  valued('-N', '<maxpconn>', 'sets the default, per-proxy maximum # of connections', (draft, text) => {
    draft.proxyMaxconn = count('-N', text);
  }),
  valued('-L', '<name>', 'set local peer name (default to hostname)', (draft, name) => (draft.localPeer = name)),
  valued('-p', '<pidfile>', 'writes the pid to this file', (draft, path) => (draft.pidfile = path)),
  harmless('-de', 'disables epoll() usage; Node chooses'),
  harmless('-dp', 'disables poll() usage; Node chooses'),
  harmless('-dk', 'disables kqueue() usage; Node chooses'),
  harmless('-dv', 'disables event ports usage; Node chooses'),
  harmless('-dS', 'disables splice usage; there is none'),
  harmless('-dF', 'disables fast-forward; there is none'),
  harmless('-dZ', 'disables zero-copy forwarding; there is none'),
  harmless('-dT', 'disables kTLS; there is none'),
  unheard('-dG', 'disables getaddrinfo() usage; without effect', 'Node resolves names with getaddrinfo()'),
  flag('-dR', 'disables SO_REUSEPORT usage', (draft) => (draft.reusePort = false)),
  flag('-dL', 'dumps loaded object files after config checks', (draft) => (draft.showLibraries = true)),
  {
    name: '-dK',
    value: '{class[,...]}',
    summary: "dump registered keywords (use 'help' for list)",
    attached: true,
    apply(draft, _taking, classes) {
      draft.keywordClasses = [...draft.keywordClasses, ...(classes === '' ? ['help'] : classes.split(','))];
    },
  },
  unheard('-dM', '[<byte>,help,...] debug memory; without effect', 'Node manages the memory', true),
  flag('-dr', 'ignores server address resolution failures', (draft) => (draft.ignoreResolveFailures = true)),
  flag('-dV', 'disables SSL verify on servers side', (draft) => (draft.verifyServers = false)),
  flag('-dW', 'fails if any warning is emitted', (draft) => (draft.zeroWarning = true)),
  flag('-dD', 'diagnostic mode : warn about suspicious configuration statements', (draft) => {
    draft.diagnosticMode = true;
  }),
  processes('-sf', 'SIGUSR1', 'finishes old pids'),
  processes('-st', 'SIGTERM', 'terminates old pids'),
  valued(
    '-x',
    '<unix_socket>',
    'get listening sockets from a unix socket',
    (draft, path) => (draft.transferSocket = path),
    'Unix socket path expected with the -x flag',
  ),
  valued('-S', '<bind>[,<bind options>...]', 'new master CLI', (draft, bind) => void draft.masterSockets.push(bind)),
]);
