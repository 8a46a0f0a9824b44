import { closest } from '../base/closest.js';
import type { Word } from '../config/cursor.js';
import type { Diagnostics, Span } from '../config/diagnostics.js';
import type { ConfigModel, ProxyModel, RuleModel, TimeoutName } from '../config/model.js';
import { agentPort } from './agent.js';
import { checkPortProblem } from './check-port.js';
import { hasSection } from './resolvers/sections.js';

/** What is wrong between lines and sections that are each right: HAProxy's checks after parsing, in its words. */
export function checkConsistency(model: ConfigModel, diagnostics: Diagnostics): void {
  // the first of a name is the one that is meant
  const backends = new Map(
    model.proxies
      .filter(isBackend)
      .toReversed()
      .map((backend) => [backend.name, backend]),
  );
  for (const proxy of model.proxies) {
    if (proxy.disabled) continue;
    checkBackendReferences(proxy, backends, diagnostics);
    checkServers(proxy, diagnostics);
    checkResolution(proxy, model, diagnostics);
    checkTransparency(proxy, model, diagnostics);
    checkBinds(proxy, diagnostics);
    checkTimeouts(proxy, diagnostics);
    checkModeOptions(proxy, diagnostics);
    checkLogFormat(proxy, diagnostics);
  }
}

type Backends = ReadonlyMap<string, ProxyModel>;

const isFrontend = ({ kind }: ProxyModel): boolean => kind === 'frontend' || kind === 'listen';
const isBackend = ({ kind }: ProxyModel): boolean => kind === 'backend' || kind === 'listen';
/** `listen` sections are called proxies. */
const kindName = ({ kind }: ProxyModel): string => (kind === 'listen' ? 'proxy' : kind);

function checkBackendReferences(proxy: ProxyModel, backends: Backends, diagnostics: Diagnostics): void {
  if (!isFrontend(proxy)) return;
  const { defaultBackend } = proxy;
  if (defaultBackend !== undefined) {
    if (!backends.has(defaultBackend.text)) missingBackend(proxy, defaultBackend, backends, diagnostics);
    checkMode(proxy, defaultBackend, 'as its default backend', backends, diagnostics);
  }
  // that the backends of rules exist is seen when the rules are compiled
  for (const { words } of proxy.useBackends) {
    const target = words[1];
    if (target !== undefined) checkMode(proxy, target, "in a 'use_backend' rule", backends, diagnostics);
  }
}

function missingBackend(proxy: ProxyModel, target: Word, backends: Backends, diagnostics: Diagnostics): void {
  const near = closest(target.text, [...backends.keys()]);
  const hint = near === undefined ? undefined : `did you mean '${near}'?`;
  diagnostics.alert(
    target.span,
    `Proxy '${proxy.name}': unable to find required default_backend: '${target.text}'.`,
    hint,
  );
}

function checkMode(proxy: ProxyModel, target: Word, as: string, backends: Backends, diagnostics: Diagnostics): void {
  const backend = backends.get(target.text);
  if (backend === undefined || backend.mode === proxy.mode || (proxy.mode === 'tcp' && backend.mode === 'http')) return;
  diagnostics.alert(
    target.span,
    `${proxy.mode} ${kindName(proxy)} '${proxy.name}' (${place(proxy)}) tries to use incompatible ${backend.mode} ` +
      `${kindName(backend)} '${backend.name}' (${place(backend)}) ${as} (see 'mode').`,
  );
}

const place = ({ span }: ProxyModel): string => `${span.source.file}:${span.source.line}`;

function checkServers(proxy: ProxyModel, diagnostics: Diagnostics): void {
  const seen = new Map<string, number>();
  for (const server of proxy.servers) {
    const before = seen.get(server.name);
    if (before !== undefined) {
      diagnostics.alert(
        server.span,
        `${kindName(proxy)} '${proxy.name}', another server named '${server.name}' was already defined at line ${before}, ` +
          'please use distinct names.',
      );
    }
    seen.set(server.name, server.span.source.line);
    if (server.agentCheck && agentPort(server) === 0) {
      diagnostics.alert(
        server.span,
        `'server ${proxy.name}/${server.name}' : server ${server.name} does not have agent port. Agent check has been disabled.`,
      );
    }
    if (server.logProto !== undefined) {
      diagnostics.warning(server.span, `server '${server.name}' : 'log-proto' has an effect in 'ring' sections only`);
    }
    const problem = checkPortProblem(server, proxy);
    if (problem !== undefined) {
      const owner = `${kindName(proxy)} '${proxy.name}'`;
      diagnostics.alert(server.span, `config: ${owner}: server '${server.name}' ${problem}`);
    }
  }
}

/** Servers whose names are followed at run time (manual 5.3). */
function checkResolution(proxy: ProxyModel, model: ConfigModel, diagnostics: Diagnostics): void {
  for (const { name, resolvers, address, span } of proxy.servers) {
    if (resolvers !== undefined && !hasSection(model, resolvers.text)) {
      const owner = `${kindName(proxy)} '${proxy.name}', server '${name}'`;
      diagnostics.alert(resolvers.span, `${owner}: unable to find required resolvers '${resolvers.text}'`);
    }
    if (resolvers === undefined && address.kind === 'ip' && address.host.startsWith('_')) {
      const text = `'server ${proxy.name}/${name}' : no method found to resolve address '${address.host}'.`;
      diagnostics.alert(span, text, "SRV records are asked for with 'resolvers'");
    }
  }
}

/**
 * HAProxy asks the kernel where a redirected connection was going (SO_ORIGINAL_DST), which Node cannot: it would connect
 * to itself.
 */
function checkTransparency(proxy: ProxyModel, { proxies }: ConfigModel, diagnostics: Diagnostics): void {
  if (proxy.options.transparent !== true || !isBackend(proxy)) return;
  const rules = proxies.flatMap((each) =>
    [each.tcpConnection, each.tcpSession, each.tcpContent, each.httpRequest].flat(),
  );
  if (rules.some(({ words }) => words.some(({ text }) => text === 'set-dst' || text === 'set-dst-port'))) return;
  diagnostics.warning(
    proxy.span,
    `'option transparent' of ${kindName(proxy)} '${proxy.name}': Node does not know where connections were going that the kernel redirects (REDIRECT)`,
    "TPROXY leaves them their destination, and rules can set it: 'set-dst'",
  );
}

function checkBinds(proxy: ProxyModel, diagnostics: Diagnostics): void {
  if (!isFrontend(proxy)) return;
  for (const { proto, span } of proxy.binds) checkProto(proxy, proto, span, diagnostics);
  if (proxy.binds.length > 0) return;
  const advice = proxy.kind === 'listen' ? ' Please declare it as a backend if this was intended.' : '';
  diagnostics.warning(proxy.span, `${kindName(proxy)} '${proxy.name}' has no 'bind' directive.${advice}`);
}

/** `proto` says what the first bytes are; a TCP frontend looks at them later, if at all (manual 5.1). */
function checkProto(proxy: ProxyModel, proto: string | undefined, span: Span, diagnostics: Diagnostics): void {
  if (proto === undefined || (proto === 'none') === (proxy.mode === 'tcp')) return;
  diagnostics.alert(
    span,
    `${kindName(proxy)} '${proxy.name}' : MUX protocol '${proto}' is not usable for this 'bind'.`,
  );
}

function checkTimeouts(proxy: ProxyModel, diagnostics: Diagnostics): void {
  const needed: TimeoutName[] = [];
  if (isFrontend(proxy)) needed.push('client');
  if (isBackend(proxy) && (proxy.servers.length > 0 || proxy.dispatch !== undefined)) needed.push('connect', 'server');
  if (needed.every((name) => (proxy.timeouts[name] ?? 0) > 0)) return;
  diagnostics.warning(
    proxy.span,
    `missing timeouts for ${kindName(proxy)} '${proxy.name}'.\n` +
      '   | While not properly invalid, you will certainly encounter various problems\n' +
      '   | with such a configuration. To fix this, please ensure that all following\n' +
      "   | timeouts are set to a non-zero value: 'client', 'connect', 'server'.",
  );
}

function checkModeOptions(proxy: ProxyModel, diagnostics: Diagnostics): void {
  if (proxy.mode === 'http') return;
  const needsHttp = (what: string, span: Span = proxy.span, verb = 'it requires'): void =>
    diagnostics.warning(span, `${what} ignored for ${kindName(proxy)} '${proxy.name}' as ${verb} HTTP mode.`);
  if (proxy.cookie !== undefined) needsHttp('cookie');
  if (proxy.monitorUri !== undefined) needsHttp('monitor-uri');
  if (switchesToHttp(proxy)) return;
  if (proxy.forwardfor !== undefined) needsHttp("'option forwardfor'");
  if (proxy.originalto !== undefined) needsHttp("'option originalto'");
  if (proxy.stats !== undefined) needsHttp("'stats' statement");
  for (const [name, rules] of httpRules(proxy))
    if (rules.length > 0) needsHttp(`'${name}' rules`, rules[0].span, 'they require');
}

/** Its connections may become HTTP, and then everything counts. */
function switchesToHttp({ tcpContent }: ProxyModel): boolean {
  return tcpContent.some(({ words }) => words[2]?.text === 'switch-mode');
}

function httpRules(proxy: ProxyModel): readonly (readonly [string, readonly RuleModel[]])[] {
  return [
    ['http-request', proxy.httpRequest],
    ['http-response', proxy.httpResponse],
    ['http-after-response', proxy.httpAfterResponse],
    ['redirect', proxy.redirects],
  ];
}

function checkLogFormat(proxy: ProxyModel, diagnostics: Diagnostics): void {
  if (!isFrontend(proxy) || proxy.logFormat === undefined) return;
  if (proxy.logFormat.kind === 'httplog' && proxy.mode === 'tcp') {
    diagnostics.warning(
      proxy.span,
      `'option httplog' not usable with ${kindName(proxy)} '${proxy.name}' (needs 'mode http'). Falling back to 'option tcplog'.`,
    );
  }
  if (proxy.logs.length === 0 && !proxy.logGlobal) {
    diagnostics.warning(
      proxy.span,
      `log format ignored for ${kindName(proxy)} '${proxy.name}' since it has no log address.`,
    );
  }
}
