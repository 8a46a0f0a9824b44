import type { AdminCommand } from '../context.js';
import { certificateListCommands } from './certificate-lists.js';
import { certificateCommands } from './certificates.js';
import { ticketKeyCommands } from './ticket-keys.js';
import { trustCommands } from './trust.js';
import { counterCommands } from './counters.js';
import { debugCommands } from './debug.js';
import { dynamicServerCommands } from './dynamic-servers.js';
import { errorCommands } from './errors.js';
import { frontendCommands } from './frontends.js';
import { internalCommands } from './internals.js';
import { limitCommands } from './limits.js';
import { ocspCommands } from './ocsp.js';
import { patternCommands } from './patterns.js';
import { serverCommands } from './servers.js';
import { sessionCommands } from './session.js';
import { sessionListCommands } from './sessions.js';
import { processCommands } from './show-process.js';
import { serverListCommands } from './show-servers.js';
import { statCommands } from './show-stat.js';
import { variableCommands } from './variables.js';

/** All commands of a running proxy, in the order of the help: that of how they are called. */
export const adminCommands: readonly AdminCommand[] = [
  ...certificateCommands,
  ...certificateListCommands,
  ...ticketKeyCommands,
  ...trustCommands,
  ...counterCommands,
  ...debugCommands,
  ...dynamicServerCommands,
  ...errorCommands,
  ...frontendCommands,
  ...internalCommands,
  ...limitCommands,
  ...ocspCommands,
  ...patternCommands,
  ...processCommands,
  ...serverCommands,
  ...serverListCommands,
  ...sessionCommands,
  ...sessionListCommands,
  ...statCommands,
  ...variableCommands,
].toSorted((a, b) => ((a.usage ?? a.name) < (b.usage ?? b.name) ? -1 : 1));
