import type { AdminCommand } from '../context.js';
import { certificateListCommands } from './certificate-lists.js';
import { certificateCommands } from './certificates.js';
import { ticketKeyCommands } from './ticket-keys.js';
import { trustCommands } from './trust.js';
import { counterCommands } from './counters.js';
import { debugCommands } from './debug.js';
import { dynamicCookieCommands } from './dynamic-cookies.js';
import { dynamicServerCommands } from './dynamic-servers.js';
import { errorCommands } from './errors.js';
import { eventCommands } from './events.js';
import { frontendCommands } from './frontends.js';
import { httpClientCommands } from './http-client.js';
import { insightCommands } from './insights.js';
import { internalCommands } from './internals.js';
import { limitCommands } from './limits.js';
import { ocspCommands } from './ocsp.js';
import { patternCommands } from './patterns.js';
import { profilingCommands } from './profiling.js';
import { serverCommands } from './servers.js';
import { sessionCommands } from './session.js';
import { sessionListCommands } from './sessions.js';
import { peerCommands } from './peers.js';
import { processCommands } from './show-process.js';
import { serverListCommands } from './show-servers.js';
import { statCommands } from './show-stat.js';
import { tableCommands } from './tables.js';
import { traceCommands } from './traces.js';
import { variableCommands } from './variables.js';

/** All commands of a running proxy, in the order of the help: that of how they are called. */
export const adminCommands: readonly AdminCommand[] = [
  ...certificateCommands,
  ...certificateListCommands,
  ...ticketKeyCommands,
  ...trustCommands,
  ...counterCommands,
  ...debugCommands,
  ...dynamicCookieCommands,
  ...dynamicServerCommands,
  ...errorCommands,
  ...eventCommands,
  ...frontendCommands,
  ...httpClientCommands,
  ...insightCommands,
  ...internalCommands,
  ...limitCommands,
  ...ocspCommands,
  ...patternCommands,
  ...peerCommands,
  ...processCommands,
  ...profilingCommands,
  ...serverCommands,
  ...serverListCommands,
  ...sessionCommands,
  ...sessionListCommands,
  ...statCommands,
  ...tableCommands,
  ...traceCommands,
  ...variableCommands,
].toSorted((a, b) => ((a.usage ?? a.name) < (b.usage ?? b.name) ? -1 : 1));
