import type { Span } from '../diagnostics.js';
import { copyServerSettings, newServerSettings } from '../keywords/server/settings.js';
import type { AclModel, ProxyKind, ProxyModel, RuleModel } from '../model.js';

/** RFC 5424 severity: what `email-alert` tells by default. */
const ALERT = 1;

/** Buckets of `time-histograms`, ms: Prometheus' own, and one for answers from nearby. */
const TIME_BOUNDS: readonly number[] = [1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000];

/** A proxy section with HAProxy's initial values, before any line of it and without a `defaults` section. */
export function initialProxy(kind: ProxyKind, name: string, span: Span): ProxyModel {
  return {
    kind,
    name,
    span,
    from: undefined,
    id: undefined,
    description: undefined,
    guid: undefined,
    disabled: false,
    mode: 'tcp',
    health: false,
    binds: [],
    servers: [],
    defaultServer: newServerSettings(),
    timeouts: {},
    options: {},
    keepAliveIdle: {},
    httpConnection: 'keep-alive',
    httpReuse: 'safe',
    forwardfor: undefined,
    originalto: undefined,
    forwarded: undefined,
    maxconn: undefined,
    fullconn: undefined,
    backlog: undefined,
    rateLimitSessions: undefined,
    maxKeepAliveQueue: undefined,
    retries: undefined,
    redispatch: 0,
    retryOn: undefined,
    balance: undefined,
    hashType: undefined,
    hashBalanceFactor: 0,
    hashPreserveAffinity: 'always',
    cookie: undefined,
    dynamicCookieKey: undefined,
    source: undefined,
    dispatch: undefined,
    check: {
      type: 'tcp',
      option: undefined,
      rules: [],
      inherited: false,
      standAlone: false,
      externalCommand: undefined,
      externalPath: undefined,
    },
    emailAlert: {
      mailers: undefined,
      from: undefined,
      to: undefined,
      level: ALERT,
      myhostname: undefined,
      webhook: undefined,
      span: undefined,
    },
    timeHistograms: { of: 'off', bounds: TIME_BOUNDS },
    stats: undefined,
    logs: [],
    logGlobal: false,
    logTag: undefined,
    logFormat: undefined,
    logFormatSd: undefined,
    errorLogFormat: undefined,
    uniqueIdFormat: undefined,
    uniqueIdHeader: undefined,
    errorReplies: new Map(),
    httpErrors: [],
    acls: [],
    blocks: [],
    oldRequest: [],
    oldResponse: [],
    httpRequest: [],
    httpResponse: [],
    httpAfterResponse: [],
    tcpConnection: [],
    tcpSession: [],
    tcpContent: [],
    tcpResponse: [],
    redirects: [],
    tcpInspectDelay: undefined,
    tcpResponseInspectDelay: undefined,
    useBackends: [],
    defaultBackend: undefined,
    useServers: [],
    persistRules: [],
    stickRules: [],
    stickTable: undefined,
    monitorUri: undefined,
    monitorFail: [],
    captureCookie: undefined,
    captureSlots: [],
    sendName: undefined,
    loadServerState: 'none',
    serverStateFileName: undefined,
  };
}

/**
 * A new section with its initial settings (manual 4): HAProxy's own, or those of a `defaults` section.
 *
 * Nothing is shared: a section may change what it inherited. Settings of the side that a section has not are left in
 * place, as HAProxy ignores them too, except where their mere presence would mean something.
 * @param defaults the section to inherit from, undefined = none was read yet
 */
export function createProxy(kind: ProxyKind, name: string, span: Span, defaults: ProxyModel | undefined): ProxyModel {
  if (defaults === undefined) return initialProxy(kind, name, span);
  const proxy: ProxyModel = {
    ...copyContainers(defaults),
    kind,
    name,
    span,
    from: defaults.name === '' ? undefined : defaults.name,
    id: undefined,
    description: undefined,
    guid: undefined,
  };
  if (kind === 'backend') proxy.defaultBackend = undefined;
  return proxy;
}

/** The settings with their own arrays and maps. Rules and words in them are read-only and may be shared. */
function copyContainers(from: ProxyModel): ProxyModel {
  return {
    ...from,
    binds: [...from.binds],
    servers: [...from.servers],
    defaultServer: copyServerSettings(from.defaultServer),
    timeouts: { ...from.timeouts },
    options: { ...from.options },
    keepAliveIdle: { ...from.keepAliveIdle },
    retryOn: from.retryOn === undefined ? undefined : [...from.retryOn],
    check: { ...from.check, rules: [...from.check.rules], inherited: true },
    stats: from.stats === undefined ? undefined : copyStats(from.stats),
    logs: [...from.logs],
    errorReplies: new Map(from.errorReplies),
    httpErrors: [...from.httpErrors],
    acls: [],
    blocks: [],
    oldRequest: [],
    oldResponse: [],
    httpRequest: inherited(from.httpRequest, from.acls),
    httpResponse: inherited(from.httpResponse, from.acls),
    httpAfterResponse: inherited(from.httpAfterResponse, from.acls),
    tcpConnection: inherited(from.tcpConnection, from.acls),
    tcpSession: inherited(from.tcpSession, from.acls),
    tcpContent: inherited(from.tcpContent, from.acls),
    tcpResponse: inherited(from.tcpResponse, from.acls),
    redirects: [...from.redirects],
    useBackends: [...from.useBackends],
    useServers: [...from.useServers],
    persistRules: [...from.persistRules],
    stickRules: [...from.stickRules],
    monitorFail: [...from.monitorFail],
    captureSlots: [...from.captureSlots],
  };
}

/** Rules of a `defaults` section go on seeing its ACLs, not those of the section that inherits them. */
function inherited(rules: readonly RuleModel[], acls: readonly AclModel[]): RuleModel[] {
  return rules.map((rule) => ({ ...rule, acls: rule.acls ?? acls }));
}

function copyStats(from: NonNullable<ProxyModel['stats']>): NonNullable<ProxyModel['stats']> {
  return {
    ...from,
    auth: [...from.auth],
    scope: [...from.scope],
    admin: [...from.admin],
    httpRequest: [...from.httpRequest],
  };
}

/** True when a `defaults` section holds rules: it may then serve only sections of one side, and no other `defaults`. */
export function holdsRules(defaults: ProxyModel): boolean {
  return [
    defaults.httpRequest,
    defaults.httpResponse,
    defaults.httpAfterResponse,
    defaults.tcpConnection,
    defaults.tcpSession,
    defaults.tcpContent,
    defaults.tcpResponse,
  ].some((rules) => rules.length > 0);
}
