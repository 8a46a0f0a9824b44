import type { AdminCommand } from '../context.js';
import { patternCommands } from './patterns.js';
import { processCommands } from './show-process.js';
import { serverListCommands } from './show-servers.js';
import { serverCommands } from './servers.js';
import { sessionCommands } from './session.js';
import { statCommands } from './show-stat.js';

/** All commands of a running proxy, in the order of the help: that of their names. */
export const adminCommands: readonly AdminCommand[] = [
  ...patternCommands,
  ...processCommands,
  ...serverCommands,
  ...serverListCommands,
  ...sessionCommands,
  ...statCommands,
].toSorted((a, b) => ((a.usage ?? a.name) < (b.usage ?? b.name) ? -1 : 1));
