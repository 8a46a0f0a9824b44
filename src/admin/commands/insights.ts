import { readFileSync } from 'node:fs';
import { getHeapSpaceStatistics } from 'node:v8';
import { CliLevel, type CliCommand } from '../../core/cli.js';
import { listDescriptors, listLibraries } from '../proc.js';

/** What a process has (management manual 9.3), be it one that serves or, with `mcli-debug-mode`, the master. */

function* pools(): Generator<string> {
  yield 'Dumping pools usage. Use SIGQUIT to flush them.\n';
  const spaces = getHeapSpaceStatistics();
  let allocated = 0;
  let used = 0;
  for (const space of spaces) {
    allocated += space.space_size;
    used += space.space_used_size;
    yield (
      `  - Pool ${space.space_name} (1 bytes) : ${space.space_size} allocated (${space.space_size} bytes), ` +
      `${space.space_used_size} used, 0 failures, 1 users\n`
    );
  }
  yield `Total: ${spaces.length} pools, ${allocated} bytes allocated, ${used} used.\n`;
}

export const insightCommands: readonly CliCommand<unknown>[] = [
  {
    name: 'show pools',
    level: CliLevel.User,
    usage: 'show pools',
    help: 'report information about the memory pools usage',
    run: () => pools(),
  },
  {
    name: 'show fd',
    level: CliLevel.Operator,
    usage: 'show fd [num]',
    help: 'dump list of file descriptors in use or a specific one',
    run: ({ args }) => listDescriptors(args.length === 0 ? undefined : args.at(0)),
  },
  {
    name: 'show libs',
    level: CliLevel.Operator,
    usage: 'show libs',
    help: 'show loaded object files and libraries',
    run: () => listLibraries(() => readFileSync('/proc/self/maps', 'latin1')),
  },
];
