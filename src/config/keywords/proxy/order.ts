import type { Cursor } from '../../cursor.js';
import type { ProxyModel, RuleModel } from '../../model.js';

/** Request rules in the order in which they run, whatever their order in the file. */
const PHASES = [
  ['tcp-request connection', (proxy) => proxy.tcpConnection],
  ['tcp-request session', (proxy) => proxy.tcpSession],
  ['tcp-request content', (proxy) => proxy.tcpContent],
  ['monitor fail', (proxy) => proxy.monitorFail],
  ['http-request', (proxy) => proxy.httpRequest],
  ['redirect', (proxy) => proxy.redirects],
  ['use_backend', (proxy) => proxy.useBackends],
  ['use-server', (proxy) => proxy.useServers],
] as const satisfies readonly (readonly [string, (proxy: ProxyModel) => readonly RuleModel[]])[];

export type RulePhase = (typeof PHASES)[number][0];

/** HAProxy's warning about a rule below one that runs later. */
export function warnMisplaced(words: Cursor, proxy: ProxyModel, phase: RulePhase, name: string): void {
  const position = PHASES.findIndex(([candidate]) => candidate === phase);
  const later = PHASES.slice(position + 1).find(([, rules]) => rules(proxy).length > 0);
  if (later === undefined) return;
  const article = later[0] === 'http-request' ? 'an' : 'a';
  words.warn(`a '${name}' rule placed after ${article} '${later[0]}' rule will still be processed before.`);
}
