import type { Word } from './cursor.js';
import type { StoredData, TableType } from '../core/stick-table.js';
import type { Span } from './diagnostics.js';

/**
 * A parsed configuration: plain data, no behaviour. Parsers fill it, everything later only reads it.
 *
 * Families whose members are many and independent (rule actions, algorithms, checks, fetches, converters) keep their
 * words here, with their places, and are understood by the literal that implements them, so that a feature stays one
 * file. Everything else is typed data. Times are milliseconds, sizes bytes; `undefined` = not configured.
 */
export interface ConfigModel {
  readonly global: GlobalModel;
  /** In file order, `defaults` sections not included. `listen` is one entry with both capabilities. */
  readonly proxies: ProxyModel[];
  readonly defaults: ProxyModel[];
  readonly userlists: UserlistModel[];
  /** `http-errors` sections. */
  readonly httpErrors: HttpErrorsModel[];
  readonly peers: PeersModel[];
  /** `resolvers` sections. */
  readonly resolvers: ResolversModel[];
  readonly rings: RingModel[];
  readonly logForwards: LogForwardModel[];
  readonly mailers: MailersModel[];
  /** Sections that are read in full by their own keyword registries but have no effect of their own yet, by kind. */
  readonly others: OtherSectionModel[];
  readonly programs: ProgramModel[];
}

/** Paths and permissions of UNIX listeners (manual 3.1 `unix-bind`). */
export interface UnixBindModel {
  prefix: string;
  mode: number | undefined;
  user: string | undefined;
  group: string | undefined;
  uid: number | undefined;
  gid: number | undefined;
}

export interface GlobalModel {
  /** `external-check`, `insecure-fork-wanted`: programs may be run as checks. */
  externalCheck: boolean;
  insecureForkWanted: boolean;
  /** `h1-case-adjust`, and the file of `h1-case-adjust-file`: lower-case names and how they are sent. */
  headerCase: Map<string, string>;
  headerCaseFile: Map<string, string>;
  daemon: boolean;
  masterWorker: boolean;
  /** `master-worker no-exit-on-failure` */
  noExitOnFailure: boolean;
  /** `mworker-max-reloads`: reloads that a worker may survive; undefined = any number */
  maxReloads: number | undefined;
  pidfile: string | undefined;
  user: Word | undefined;
  group: Word | undefined;
  uid: number | undefined;
  gid: number | undefined;
  chroot: string | undefined;
  node: string | undefined;
  /** `localpeer`: this process's name among peers; undefined = the machine's. */
  localpeer: string | undefined;
  description: string | undefined;
  maxconn: number | undefined;
  maxconnrate: number | undefined;
  maxsessrate: number | undefined;
  ulimitN: number | undefined;
  fdHardLimit: number | undefined;
  /** `noreuseport` */
  noReusePort: boolean;
  nbthread: number | undefined;
  nbproc: number | undefined;
  logs: LogModel[];
  logTag: string | undefined;
  /** undefined = off, '' = this machine's name */
  logSendHostname: string | undefined;
  spreadChecks: number;
  maxSpreadChecks: number | undefined;
  hardStopAfter: number | undefined;
  grace: number | undefined;
  closeSpreadTime: number | undefined;
  serverStateBase: string | undefined;
  serverStateFile: string | undefined;
  /** `stats socket` lines. */
  statsSockets: StatsSocketModel[];
  /** `unix-bind`: what bind lines begin with. */
  unixBind: UnixBindModel;
  statsTimeout: number | undefined;
  statsMaxconn: number | undefined;
  strictLimits: boolean;
  tls: GlobalTlsModel;
  /** `tune.*` values that the engines use, by full name (`tune.bufsize`), in bytes, ms or as counts. */
  tune: Map<string, number>;
  /** `set-var` and `set-var-fmt`, in order. */
  variables: GlobalVariableModel[];
  quiet: boolean;
  zeroWarning: boolean;
}

/** `set-var proc.x <expression>` of the global section. */
export interface GlobalVariableModel {
  /** The line's first word. */
  readonly keyword: Word;
  readonly name: Word;
  /** The expression's words, or one format. */
  readonly value: readonly Word[];
  readonly format: boolean;
}

export interface StatsSocketModel {
  readonly span: Span;
  /** Its address and parameters, understood: `level`, `mode`, `user`… are bind parameters. */
  readonly bind: BindModel;
  readonly words: readonly Word[];
}

export type ProxyKind = 'defaults' | 'frontend' | 'backend' | 'listen';
export type TimeoutName =
  | 'connect'
  | 'client'
  | 'server'
  | 'queue'
  | 'tunnel'
  | 'http-request'
  | 'http-keep-alive'
  | 'client-fin'
  | 'server-fin'
  | 'check'
  | 'tarpit';

/** Options that are simply on or off (`option X` / `no option X`); undefined = inherit HAProxy's default. */
export type OptionName =
  | 'abortonclose'
  | 'accept-invalid-http-request'
  | 'accept-invalid-http-response'
  | 'allbackups'
  | 'checkcache'
  | 'clitcpka'
  | 'contstats'
  | 'disable-h2-upgrade'
  | 'dontlog-normal'
  | 'dontlognull'
  | 'h1-case-adjust-bogus-client'
  | 'h1-case-adjust-bogus-server'
  | 'http-buffer-request'
  | 'http-drop-request-trailers'
  | 'http-drop-response-trailers'
  | 'http-ignore-probes'
  | 'http-no-delay'
  | 'http-pretend-keepalive'
  | 'http-use-proxy-header'
  | 'http_proxy'
  | 'idle-close-on-response'
  | 'independent-streams'
  | 'log-health-checks'
  | 'log-separate-errors'
  | 'logasap'
  | 'nolinger'
  | 'persist'
  | 'prefer-last-server'
  | 'socket-stats'
  | 'splice-auto'
  | 'splice-request'
  | 'splice-response'
  | 'srvtcpka'
  | 'tcp-smart-accept'
  | 'tcp-smart-connect'
  | 'tcpka'
  | 'transparent'
  | 'use-small-buffers';

export interface ProxyModel {
  kind: ProxyKind;
  name: string;
  /** The section's opening line. */
  span: Span;
  /** Name of the `defaults` section it took its settings from. */
  from: string | undefined;
  id: number | undefined;
  description: string | undefined;
  guid: string | undefined;
  disabled: boolean;
  mode: 'http' | 'tcp';
  /** `mode health`: answers OK and closes (legacy). */
  health: boolean;

  binds: BindModel[];
  servers: ServerModel[];
  /** What `default-server` lines set so far; copied into each later server. */
  defaultServer: ServerSettings;
  timeouts: Partial<Record<TimeoutName, number>>;
  options: Partial<Record<OptionName, boolean>>;
  /** `clitcpka-idle`, `srvtcpka-idle`, ms. */
  keepAliveIdle: { clitcpka?: number; srvtcpka?: number };
  /** `option http-restrict-req-hdr-names`; undefined = preserve. */
  restrictRequestHeaderNames?: 'preserve' | 'delete' | 'reject';
  httpConnection: 'keep-alive' | 'server-close' | 'close';
  httpReuse: 'never' | 'safe' | 'aggressive' | 'always';
  forwardfor: ForwardforModel | undefined;
  originalto: ForwardforModel | undefined;
  forwarded: Word[] | undefined;

  maxconn: number | undefined;
  fullconn: number | undefined;
  backlog: number | undefined;
  rateLimitSessions: number | undefined;
  maxKeepAliveQueue: number | undefined;
  retries: number | undefined;
  /** `option redispatch [interval]`: 0 = off, -1 = on the last retry, n = every n retries. */
  redispatch: number;
  retryOn: string[] | undefined;

  /** `balance` and its arguments, undefined = roundrobin. */
  balance: readonly Word[] | undefined;
  /** `hash-type` and its arguments. */
  hashType: readonly Word[] | undefined;
  hashBalanceFactor: number;
  hashPreserveAffinity: 'always' | 'maxconn' | 'maxqueue';
  cookie: CookieModel | undefined;
  dynamicCookieKey: string | undefined;
  source: readonly Word[] | undefined;
  /** `dispatch`: connected to in the place of a server, where no `balance` chooses one. */
  dispatch: ServerModel | undefined;

  check: CheckModel;
  emailAlert: EmailAlertModel;
  timeHistograms: TimeHistogramModel;
  stats: StatsModel | undefined;

  logs: LogModel[];
  /** `log global` was given (or `no log` took it away). */
  logGlobal: boolean;
  logTag: string | undefined;
  /** `option httplog`, `tcplog`, or a `log-format`; undefined = the default "Connect from" line. */
  logFormat: LogFormatModel | undefined;
  logFormatSd: Word | undefined;
  errorLogFormat: Word | undefined;
  uniqueIdFormat: Word | undefined;
  uniqueIdHeader: string | undefined;

  /** status -> what to send in place of HAProxy's own page. */
  errorReplies: Map<number, ErrorReplyModel>;
  /** `http-error` lines, those that a later line takes the place of included. */
  httpErrors: RuleModel[];
  acls: AclModel[];
  /** Rules in order; `use_backend`, `default_backend`, `monitor` and the rest have their own fields. */
  /** `block` lines: before all http-request rules. */
  blocks: RuleModel[];
  /** `reqrep`, `rspdel`… of the past (rules/old-lines), some of them in today's words: after all http rules. */
  oldRequest: RuleModel[];
  oldResponse: RuleModel[];
  httpRequest: RuleModel[];
  httpResponse: RuleModel[];
  httpAfterResponse: RuleModel[];
  tcpConnection: RuleModel[];
  tcpSession: RuleModel[];
  tcpContent: RuleModel[];
  tcpResponse: RuleModel[];
  /** `redirect …` lines: evaluated after http-request rules. */
  redirects: RuleModel[];
  tcpInspectDelay: number | undefined;
  tcpResponseInspectDelay: number | undefined;
  useBackends: RuleModel[];
  defaultBackend: Word | undefined;
  useServers: RuleModel[];
  persistRules: RuleModel[];
  stickRules: RuleModel[];
  stickTable: StickTableModel | undefined;
  monitorUri: string | undefined;
  monitorFail: RuleModel[];
  captureCookie: { name: string; length: number } | undefined;
  /** In the order of their lines, which numbers them in each direction. */
  captureSlots: CaptureSlotModel[];
  sendName: string | undefined;
  loadServerState: 'none' | 'global' | 'local';
  serverStateFileName: string | undefined;
}

/** `time-histograms`: whose times are counted in buckets. */
export interface TimeHistogramModel {
  readonly of: 'off' | 'proxy' | 'server';
  /** Upper bounds of the buckets, ms, ascending. */
  readonly bounds: readonly number[];
}

/** `stick-table` of a proxy, `table` of a peers section. */
export interface StickTableModel {
  readonly span: Span;
  readonly type: TableType;
  /** Bytes. */
  readonly keyLength: number;
  readonly size: number;
  /** ms, 0 = entries do not expire. */
  readonly expire: number;
  readonly nopurge: boolean;
  /** The peers section that it is synchronised with. */
  readonly peers: Word | undefined;
  readonly serverKey: 'name' | 'addr';
  /** What `store` asks for; what rules need beside is added when they are compiled. */
  readonly store: readonly StoredData[];
}

/** A `peers` section (manual 3.5). */
export interface PeersModel {
  readonly name: string;
  readonly span: Span;
  disabled: boolean;
  /** Where the local peer listens; undefined = at the address of the peer that has its name. */
  bind: BindModel | undefined;
  /** The words of `default-bind`. */
  defaultBind: readonly Word[] | undefined;
  readonly defaultServer: ServerSettings;
  readonly peers: PeerModel[];
  /** Tables of the section's own; their names in rules are `section/name`. */
  readonly tables: { readonly name: string; readonly table: StickTableModel }[];
}

export interface PeerModel {
  readonly name: string;
  readonly span: Span;
  /** undefined = the local one, which listens at the section's `bind`. */
  readonly address: AddressModel | undefined;
  /** The local peer's own port, where the section has no `bind`. */
  readonly bind: BindModel;
  readonly settings: ServerSettings;
}

/** What `capture … header`, `declare capture` and `capture … len` in a rule keep for the log. */
export interface CaptureSlotModel {
  readonly direction: 'request' | 'response';
  readonly length: number;
  /** The header, in lower case; undefined = rules fill it. */
  readonly header?: string;
  /** The word `capture` of the rule that made it. */
  readonly action?: Word;
}

/** A line whose meaning belongs to a family: `http-request`, `use_backend`, `redirect`, `stick`… */
export interface RuleModel {
  readonly span: Span;
  /** All words of the line, the keyword included: `http-request`, `set-header`, `X-Name`, `%[src]`, `if`, … */
  readonly words: readonly Word[];
  /**
   * The ACLs that its condition may name, when not those of the section it stands in now: a rule inherited from a
   * `defaults` section sees that section's ACLs, and nobody else does (manual 4.2, `acl`).
   */
  readonly acls?: readonly AclModel[];
}

/** `acl NAME CRITERION …`: words from the criterion on. Several with one name are alternatives. */
export interface AclModel {
  readonly name: string;
  readonly span: Span;
  readonly words: readonly Word[];
}

export interface ForwardforModel {
  readonly except: string | undefined;
  readonly header: string | undefined;
  readonly ifNone: boolean;
}

/** An address as written on `bind`, `server`, `source`, `log`… lines (manual section 11 in 3.x, `bind` in 2.6). */
export interface AddressModel {
  readonly span: Span;
  /** As written. */
  readonly text: string;
  readonly kind: 'ip' | 'unix' | 'abns' | 'fd' | 'sockpair' | 'none';
  /** IP address, host name, path; '' = all addresses. */
  readonly host: string;
  /** undefined = the family follows from the address. */
  readonly family: 4 | 6 | undefined;
  /** First port, 0 = none given. On servers: the offset when `portOffset` is true. */
  readonly port: number;
  /** Last port of a range; equal to `port` otherwise. */
  readonly portEnd: number;
  /** Server written as `:+80` or `:-80`: add to the port that the client connected to. */
  readonly portOffset: boolean;
  readonly fd: number;
  /** `udp@`, `quic4@`… ; 'stream' for all usual ones. */
  readonly transport: 'stream' | 'dgram' | 'quic';
}

export interface BindModel {
  readonly span: Span;
  readonly addresses: readonly AddressModel[];
  name: string | undefined;
  id: number | undefined;
  maxconn: number | undefined;
  backlog: number | undefined;
  v6only: boolean;
  v4v6: boolean;
  nice: number;
  level: 'user' | 'operator' | 'admin' | undefined;
  /** `severity-output`, of runtime sockets. */
  severityOutput: 'none' | 'number' | 'string' | undefined;
  /** `expose-fd listeners`, of runtime sockets. */
  exposeFd: Word | undefined;
  acceptProxy: boolean;
  acceptNetscalerCip: number | undefined;
  deferAccept: boolean;
  transparent: boolean;
  tfo: boolean;
  interface: string | undefined;
  namespace: string | undefined;
  mode: number | undefined;
  user: string | undefined;
  group: string | undefined;
  uid: number | undefined;
  gid: number | undefined;
  process: string | undefined;
  thread: string | undefined;
  shards: string | undefined;
  proto: string | undefined;
  mss: number | undefined;
  tcpUserTimeout: number | undefined;
  ssl: boolean;
  /** TLS parameters in order. */
  tls: TlsWord[];
}

/** A TLS parameter as written. */
export interface TlsWord {
  readonly keyword: Word;
  readonly value: Word | undefined;
}

/** TLS everywhere (manual 3.1). */
export interface GlobalTlsModel {
  crtBase: string | undefined;
  caBase: string | undefined;
  /** `ssl-default-bind-…` and `ssl-default-server-…`, as the parameters of `bind` and `server` lines that they stand for. */
  readonly bind: TlsWord[];
  readonly server: TlsWord[];
  /** Files looked for beside a certificate (`ssl-load-extra-files`). */
  extraFiles: readonly ExtraFile[];
  /** `ssl-load-extra-del-ext` */
  dropExtension: boolean;
  /** `ssl-skip-self-issued-ca` */
  skipSelfIssued: boolean;
  /** `ssl-server-verify` */
  serverVerify: boolean;
  dhParamFile: Word | undefined;
  issuersChainPath: Word | undefined;
  /** `tune.ssl.keylog on` */
  keylog: boolean;
}

/** Kinds of files beside a certificate. */
export type ExtraFile = 'bundle' | 'sctl' | 'ocsp' | 'issuer' | 'key';

/** What both `server` and `default-server` set. undefined = not set there. */
export interface ServerSettings {
  weight: number;
  backup: boolean;
  disabled: boolean;
  check: boolean;
  checkAddress: AddressModel | undefined;
  checkPort: number | undefined;
  checkSendProxy: boolean;
  checkSsl: boolean;
  /** `no-check-ssl`: checks are plain though the server's connections are not. */
  noCheckSsl: boolean;
  checkProto: string | undefined;
  inter: number | undefined;
  fastinter: number | undefined;
  downinter: number | undefined;
  rise: number;
  fall: number;
  agentCheck: boolean;
  agentAddress: string | undefined;
  agentPort: number | undefined;
  agentInter: number | undefined;
  agentSend: string | undefined;
  observe: 'layer4' | 'layer7' | undefined;
  errorLimit: number;
  onError: 'fastinter' | 'fail-check' | 'sudden-death' | 'mark-down';
  onMarkedDown: 'none' | 'shutdown-sessions';
  onMarkedUp: 'none' | 'shutdown-backup-sessions';
  maxconn: number;
  minconn: number;
  maxqueue: number;
  maxReuse: number | undefined;
  poolMaxConn: number | undefined;
  poolLowConn: number | undefined;
  poolPurgeDelay: number | undefined;
  slowstart: number;
  cookie: string | undefined;
  redir: string | undefined;
  track: Word | undefined;
  source: readonly Word[] | undefined;
  /** `send-proxy`, `send-proxy-v2`: the second counts where both are set. */
  sendProxyV1: boolean;
  sendProxyV2: boolean;
  /** `send-proxy-v2-ssl`, `proxy-v2-options`… as words. */
  proxyV2Options: string[];
  /** `set-proxy-v2-tlv-fmt` */
  proxyV2Tlvs: { readonly type: number; readonly format: Word }[];
  nonStick: boolean;
  initAddr: string[] | undefined;
  resolvers: Word | undefined;
  resolveOpts: string[];
  resolvePrefer: 'ipv4' | 'ipv6' | undefined;
  /** Networks in the order they were written. */
  resolveNet: NetworkModel[];
  proto: string | undefined;
  ws: 'auto' | 'h1' | 'h2' | undefined;
  socks4: AddressModel | undefined;
  checkViaSocks4: boolean;
  tcpUserTimeout: number | undefined;
  tfo: boolean;
  namespace: string | undefined;
  logProto: string | undefined;
  ssl: boolean;
  /** `no-ssl` was said, and not taken back. */
  noSsl: boolean;
  /** The `default-server` line in force asks for TLS: it may be put on at run time (`set server … ssl`). */
  defaultSsl: boolean;
  /** TLS parameters in order. */
  tls: TlsWord[];
}

export interface ServerModel extends ServerSettings {
  readonly name: string;
  readonly span: Span;
  readonly address: AddressModel;
  id: number | undefined;
  guid: string | undefined;
}

export interface CookieModel {
  readonly name: string;
  readonly mode: 'insert' | 'rewrite' | 'prefix' | undefined;
  readonly indirect: boolean;
  readonly nocache: boolean;
  readonly postonly: boolean;
  readonly preserve: boolean;
  readonly httponly: boolean;
  readonly secure: boolean;
  readonly domains: readonly string[];
  readonly maxidle: number | undefined;
  readonly maxlife: number | undefined;
  readonly dynamic: boolean;
  readonly attributes: readonly string[];
}

export interface CheckModel {
  /** From `option httpchk`, `option tcp-check`, `option mysql-check`…; 'tcp' = plain connect. */
  type:
    'tcp' | 'tcp-check' | 'http' | 'mysql' | 'pgsql' | 'redis' | 'smtp' | 'ldap' | 'ssl-hello' | 'spop' | 'external';
  /** The `option` line that chose the type. */
  option: readonly Word[] | undefined;
  /** `http-check` and `tcp-check` lines in order, all words. */
  rules: RuleModel[];
  /** `option` and rules come from a `defaults` section: the section's own take their place, not a place beside them. */
  inherited: boolean;
  /** The rules are the section's own, the `option` is not: what it would send is not theirs. */
  standAlone: boolean;
  externalCommand: string | undefined;
  externalPath: string | undefined;
}

export interface StatsModel {
  enabled: boolean;
  uri: string;
  /** undefined = no authentication asked for (realm not set either). */
  realm: string | undefined;
  auth: { user: string; password: string }[];
  /** Seconds, 0 = none. */
  refresh: number;
  hideVersion: boolean;
  showLegends: boolean;
  showModules: boolean;
  /** undefined = off; '' = the global description or node name. */
  showDesc: string | undefined;
  showNode: string | undefined;
  /** Proxies shown; `.` = the one the page lives in; empty = all. */
  scope: string[];
  admin: RuleModel[];
  httpRequest: RuleModel[];
}

/** How a log line begins (manual 4.2, `log`); `json` is our own: the whole line is an object. */
export type LogFormatName = 'rfc3164' | 'rfc5424' | 'short' | 'raw' | 'local' | 'priority' | 'timed' | 'iso' | 'json';

export interface LogModel {
  readonly span: Span;
  readonly target:
    | { readonly kind: 'udp'; readonly address: AddressModel }
    | { readonly kind: 'tcp'; readonly address: AddressModel }
    | { readonly kind: 'unix'; readonly path: string }
    | { readonly kind: 'fd'; readonly fd: number }
    | { readonly kind: 'ring'; readonly name: string; readonly word: Word };
  readonly format: LogFormatName;
  /** `format` was written on the line; otherwise `log-send-hostname` decides between local and rfc3164. */
  readonly formatGiven?: boolean;
  readonly length: number;
  readonly sample: { readonly ranges: string; readonly size: number } | undefined;
  /** RFC 5424 facility number. */
  readonly facility: number;
  /** Least severe level sent. */
  readonly maxLevel: number;
  /** More severe lines are sent as this level. */
  readonly minLevel: number;
}

/** A `ring` section (manual 3.9): lines in memory, and servers that they are sent to. Sizes in bytes, times in ms. */
export interface RingModel {
  readonly name: string;
  readonly span: Span;
  readonly description: string;
  readonly format: LogFormatName;
  /** Longest line, its head included. */
  readonly maxLength: number;
  readonly size: number;
  readonly servers: readonly ServerModel[];
  readonly timeoutConnect: number | undefined;
  readonly timeoutServer: number | undefined;
}

/** Whether the sender's address takes the host's place: always, where there is none, never, or behind it. */
export type LogHostMode = 'replace' | 'fill' | 'keep' | 'append';

/** A `log-forward` section (manual 3.10). */
export interface LogForwardModel {
  readonly name: string;
  readonly span: Span;
  readonly binds: readonly BindModel[];
  readonly datagramBinds: readonly BindModel[];
  logs: LogModel[];
  logGlobal: boolean;
  /** 0 = no limit */
  readonly maxconn: number;
  readonly backlog: number | undefined;
  /** ms */
  readonly timeoutClient: number | undefined;
  /** False: heads of lines are not looked at (`option dont-parse-log`, 3.0). */
  readonly parsed: boolean;
  /** `option host` (3.0): what becomes of the host of lines in formats that have one; undefined = it is kept. */
  readonly hostMode: LogHostMode | undefined;
  /** Lines end with a newline whatever they begin with (`option assume-rfc6587-ntf`, 3.0). */
  readonly assumeLines: boolean;
}

/** `email-alert` lines of a proxy (manual 4.2). Mails are sent when `mailers`, `from` and `to` are set. */
export interface EmailAlertModel {
  readonly mailers: Word | undefined;
  readonly from: string | undefined;
  readonly to: string | undefined;
  /** Least severe level that is told; RFC 5424 number. */
  readonly level: number;
  readonly myhostname: string | undefined;
  /** Our own: where the same is posted as JSON. */
  readonly webhook: string | undefined;
  /** The first line of these; undefined = there is none. */
  readonly span: Span | undefined;
}

/** A `mailers` section (manual 3.6). */
export interface MailersModel {
  readonly name: string;
  readonly span: Span;
  readonly mailers: readonly { readonly name: string; readonly host: string; readonly port: number }[];
  /** ms for one mail */
  readonly timeout: number;
}

export type LogFormatModel =
  | { readonly kind: 'httplog'; readonly clf: boolean }
  | { readonly kind: 'tcplog' }
  | { readonly kind: 'httpslog' }
  | { readonly kind: 'custom'; readonly word: Word };

export type ErrorReplyModel =
  | { readonly kind: 'file'; readonly path: string; readonly content: string; readonly span: Span }
  | { readonly kind: 'redirect'; readonly status: 302 | 303; readonly location: string; readonly span: Span }
  /** `errorfiles`: that of an `http-errors` section; what was said before where the section has none. */
  | {
      readonly kind: 'section';
      readonly section: Word;
      /** The line names the status; without statuses it means all that the section has. */
      readonly listed: boolean;
      readonly otherwise: ErrorReplyModel | undefined;
      readonly span: Span;
    }
  /** `http-error`: an answer with arguments like those of `http-request return`; one of ProxyModel.httpErrors. */
  | { readonly kind: 'reply'; readonly rule: RuleModel; readonly span: Span };

export interface HttpErrorsModel {
  readonly name: string;
  readonly span: Span;
  /** status -> the whole answer */
  readonly files: Map<number, string>;
}

/** `10.0.0.0/8` */
export interface NetworkModel {
  readonly address: string;
  readonly bits: number;
}

/** What `hold` lines are about: kinds of answers, and how long those count that are not given any more. */
export type HeldStatus = 'nx' | 'refused' | 'timeout' | 'other' | 'valid' | 'obsolete';

/** A `resolvers` section (manual 5.3.2). Times in ms. */
export interface ResolversModel {
  readonly name: string;
  readonly span: Span;
  /** Asked all at once. */
  readonly nameservers: { readonly name: string; readonly address: AddressModel }[];
  /** Largest answer over UDP, in bytes. */
  payloadSize: number;
  /** Questions until it is given up. */
  retries: number;
  readonly timeouts: { resolve: number; retry: number };
  readonly hold: Record<HeldStatus, number>;
}

export interface UserlistModel {
  readonly name: string;
  readonly span: Span;
  readonly groups: { readonly name: string; readonly users: readonly string[] }[];
  readonly users: {
    readonly name: string;
    readonly password: string;
    readonly insecure: boolean;
    readonly groups: readonly string[];
  }[];
}

export interface OtherSectionModel {
  readonly kind: string;
  readonly name: string;
  readonly span: Span;
  /** Its lines, keyword first. */
  readonly lines: readonly (readonly Word[])[];
}

/** A `program` section (manual 3.7): what a master process starts beside its workers. */
export interface ProgramModel {
  readonly name: string;
  readonly span: Span;
  /** The program and its arguments; never empty in a configuration without alerts. */
  readonly command: readonly string[];
  readonly uid: number | undefined;
  readonly gid: number | undefined;
  /** False: only the first start of the master starts it. */
  readonly startOnReload: boolean;
}
