import type { App } from './app.js';
import type { Reporter } from './config/report.js';
import type { CommandLine } from './process/command-line.js';
import { leaveTerminal } from './process/daemon.js';
import type { Assignment } from './process/master/assignment.js';
import { ForwardedCommands } from './process/master/cli/answer.js';
import { WorkerLink } from './process/master/worker-link.js';
import { appOptions, prepare, serveUntilStopped } from './run.js';

/** A worker of master-worker mode: serves what its master has read and checked, on the sockets that its master holds. */
export async function work(assignment: Assignment, commandLine: CommandLine, reporter: Reporter): Promise<number> {
  let app: App | undefined = undefined;
  const commands = new ForwardedCommands(
    (session, line, payload) => app?.command(session, line, payload),
    (message) => link.sent(message),
  );
  const link: WorkerLink = new WorkerLink({
    leaveTerminal,
    command: (command) => void commands.run(command),
    cancel: (id) => commands.cancel(id),
  });
  // What concerns other processes is the master's business.
  const own = { ...commandLine, oldProcesses: undefined, transferSocket: undefined };
  const inherited = new Map(Object.entries(assignment.descriptors));
  const prepared = await prepare(
    await link.sources,
    own,
    reporter,
    { ...appOptions(own), inherited },
    { silent: true },
  );
  if ('app' in prepared) ({ app } = prepared);
  const exitCode =
    'app' in prepared
      ? await serveUntilStopped(prepared.app, own, {
          pidfile: undefined,
          ownsPorts: false,
          onOpen: () => undefined,
          onListening: () => link.send({ kind: 'listening' }),
        })
      : prepared.exitCode;
  link.close();
  return exitCode;
}
