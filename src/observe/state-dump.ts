import { BE, FE, SV } from '../core/counters.js';
import { LogLevel, type ProxyLogger } from '../core/log.js';
import type { CompiledProxy } from '../state/compile.js';
import type { Backend } from '../state/backend.js';

/**
 * SIGHUP: the state of all proxies and servers (management manual 4), in HAProxy's words, into the log of each.
 * @param say prints it, as HAProxy does
 */
export function dumpState(proxies: readonly CompiledProxy[], say: (text: string, logger?: ProxyLogger) => void): void {
  say('SIGHUP received, dumping servers states.');
  for (const proxy of proxies) {
    const logger = (proxy.frontend ?? proxy.backend)?.logger;
    for (const text of linesOf(proxy)) {
      say(text, logger);
      logger?.event(LogLevel.Notice, text);
    }
  }
}

function linesOf({ model, frontend, backend }: CompiledProxy): string[] {
  const servers = (backend?.servers ?? []).map(
    ({ name, usable, served, queued, figures }) =>
      `SIGHUP: Server ${model.name}/${name} is ${usable ? 'UP' : 'DOWN'}. Conn: ${served} act, ${queued} pend, ${figures.sum(SV.stot)} tot.`,
  );
  const fe = frontend?.figures;
  const be = backend?.figures;
  const pending = backend?.servers.reduce((sum, { queued }) => sum + queued, backend.queued) ?? 0;
  const connections =
    `Conn: act(FE+BE): ${fe?.sum(FE.scur) ?? 0}+${be?.sum(BE.scur) ?? 0}, ${pending} pend (${backend?.queued ?? 0} unass), ` +
    `tot(FE+BE): ${fe?.sum(FE.stot) ?? 0}+${be?.sum(BE.stot) ?? 0}.`;
  return [...servers, `SIGHUP: Proxy ${model.name} ${availability(backend)} ${connections}`];
}

function availability(backend: Backend | undefined): string {
  if (backend === undefined || backend.servers.length === 0) return 'has no servers.';
  const up = backend.servers.filter(({ usable }) => usable);
  const backup = up.filter(({ model }) => model.backup).length;
  if (up.length > backup) {
    return `has ${up.length - backup} active servers and ${backup} backup servers available.`;
  }
  return `${backup > 0 ? 'is running on backup servers' : 'has no server available'} !`;
}
