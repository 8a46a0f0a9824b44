import type { RequestHead, ResponseHead } from './message.js';
import type { ReceivedHeader } from './proxy-header.js';
import type { Endpoint } from './transport.js';
import type { Sample } from './sample.js';
import type { Tracked } from './stick-table.js';
import type { TlsFacts } from './tls-facts.js';

/**
 * What the expression language, rules, balancers and logs may see and do of one stream (a request and its response in
 * HTTP mode, a connection in TCP mode). Implemented in session/; everything below it depends only on this contract.
 */

/** A front connection, shared by all of its requests. */
export interface SessionContext {
  /** Where the client is: the peer's address, or what `accept-proxy`, `set-src` … put in its place. */
  source: Endpoint;
  /** The address the client connected to, or what `set-dst` … put in its place. */
  destination: Endpoint;
  /** Date.now() at accept, in ms. */
  readonly acceptDate: number;
  /** performance.now() at accept, in ms. */
  readonly acceptTick: number;
  readonly frontend: FrontendInfo;
  readonly listener: ListenerInfo;
  /** Requests seen on this connection so far, the current one included. */
  readonly requestCount: number;
  /** `silent-drop`: when a rule ends the session, its client is not told. */
  silent: boolean;
  /** performance.now() when handshakes (TLS, PROXY headers) were over, in ms; undefined or -1 = there were none. */
  readonly handshakeEnd?: number;
  /** TLS with the client; undefined on plain connections. */
  readonly tls?: TlsFacts | undefined;
  /** Of a connection that never became a session: why, for `error-log-format`. */
  readonly failure?: ConnectionFailure | undefined;
  /** Variables of scope `sess`, created on first use. */
  vars: Map<string, Sample> | undefined;
  /** Entries of stick-tables that its rules follow (`tcp-request connection track-sc0`); undefined = none. */
  tracked?: Tracked | undefined;
  /** The ends of the connection itself, whatever headers and rules put in their place; undefined = the same. */
  connection?: { readonly remote: Endpoint; readonly local: Endpoint };
  /** The PROXY or NetScaler header that it began with. */
  readonly receivedHeader?: ReceivedHeader;
}

/** HAProxy's number and text of a connection error (`fc_err`, `fc_err_str`). */
export interface ConnectionFailure {
  readonly code: number;
  readonly text: string;
  /** OpenSSL's, where it was its error. */
  readonly tlsCode: number;
  readonly tlsText: string;
}

/** Events per second. */
export interface Rate {
  /** @param nowMs performance.now() */
  read(nowMs: number): number;
}

/** Identity and figures of proxies as fetches and logs need them. */
export interface ProxyInfo {
  readonly name: string;
  /** `uuid` of the configuration (`id` keyword or position), HAProxy's numbering. */
  readonly id: number;
  readonly mode: 'http' | 'tcp';
  /** Current sessions (`feconn`/`beconn`). */
  readonly currentConnections: number;
  /** For `fe_sess_rate` and `be_sess_rate`. */
  readonly sessionRate?: Rate;
  /** Timeouts in ms, 0 = infinite. */
  readonly timeouts?: {
    readonly client: number;
    readonly server: number;
    readonly tunnel: number;
    readonly tarpit: number;
    readonly connect?: number;
    readonly queue?: number;
  };
}
export interface FrontendInfo extends ProxyInfo {
  readonly maxconn: number;
  /** Longest captured lengths by slot: captures belong to the frontend, whoever's rule makes them. */
  readonly captureSlots?: { readonly request: readonly number[]; readonly response: readonly number[] };
  /** HTTP requests, for `fe_req_rate`. */
  readonly requestRate?: Rate;
  readonly defaultBackend?: { readonly name: string };
  /** `unique-id-format`. */
  readonly uniqueId?: (stream: StreamContext) => string;
}
export interface ListenerInfo {
  readonly id: number;
  readonly name: string;
  /** `name` of the bind line, where it has one. */
  readonly givenName?: string | undefined;
  /** Connections it has now. */
  readonly currentConnections?: number;
  /** Its connections have TLS. */
  readonly secure?: boolean;
}
export interface BackendInfo extends ProxyInfo {
  readonly servers: readonly ServerInfo[];
  /** Streams waiting in the backend's own queue. */
  readonly queued: number;
}
export interface ServerInfo {
  /** Not a server but what stands in for one (`dispatch`): it has neither name nor number. */
  readonly stopgap?: boolean;
  readonly name: string;
  readonly id: number;
  readonly address: string;
  readonly port: number;
  readonly currentConnections: number;
  readonly queued: number;
  /** True when it can take traffic. */
  readonly usable: boolean;
  // What fetches about servers read where the implementation offers it; without it those fetches fail.
  readonly backup?: boolean;
  /** 0 = unlimited. */
  readonly maxconn?: number;
  /** 0 = unlimited. */
  readonly maxqueue?: number;
  readonly userWeight?: number;
  /** Scaled by 16. */
  readonly effectiveWeight?: number;
  readonly initialWeight?: number;
  readonly sessionRate?: Rate;
}

/** Timestamps in performance.now() milliseconds; -1 = not reached. Names follow manual section 8.4. */
export interface StreamTimers {
  /** Connection accepted, or the end of the previous request on this connection. */
  accept: number;
  /** First byte of the request. */
  requestStart: number;
  /** Last byte of the request head. */
  requestEnd: number;
  /** Left the queues (a server is assigned). */
  queueEnd: number;
  /** Connected to the server. */
  connectEnd: number;
  /** Complete response head received. */
  responseHead: number;
  /** Last byte sent, or abort. */
  end: number;
}

export interface StreamContext {
  readonly session: SessionContext;
  readonly frontend: FrontendInfo;
  /** undefined until a backend is chosen. */
  readonly backend: BackendInfo | undefined;
  /** undefined until a server is assigned, and for answers made by the proxy itself. */
  readonly server: ServerInfo | undefined;
  /** HTTP mode: present from the request rules until the request is sent (sample fetches of the request need it). */
  readonly request: RequestHead | undefined;
  /** HTTP mode: present in the response rules. */
  readonly response: ResponseHead | undefined;
  /** What has arrived of the request's body or of the TCP payload and is still buffered, as latin1; '' = nothing. */
  readonly requestBuffer: string;
  readonly responseBuffer: string;
  /** True when no more than what is in requestBuffer will come (complete body, or client closed). */
  readonly requestComplete: boolean;
  /** The same of responseBuffer, where rules may wait for it. */
  readonly responseComplete?: boolean;
  /**
   * False while rules inspect a buffer that may still grow (`tcp-request inspect-delay`): tests that lack data then
   * wait instead of failing. Undefined: TCP streams go by `requestComplete`, HTTP streams have all that will come.
   */
  readonly final?: boolean;
  /** It is one of HTTP, whatever the mode of its frontend: TCP frontends can switch. */
  readonly http?: boolean;
  /** TLS with the server; undefined on plain connections, and before there is one. */
  readonly serverTls?: TlsFacts | undefined;
  /** Place of the last final rule that matched: `last_rule_file`, `last_rule_line`. Written by the rule runner. */
  lastRule?: { readonly file: string; readonly line: number };
  /** Set by `set-timeout`, in ms; -1 or undefined = the proxy's. */
  readonly clientTimeout?: number;
  readonly serverTimeout?: number;
  readonly tunnelTimeout?: number;
  /** `set-priority-class`: the lower, the sooner it leaves a queue. */
  readonly priorityClass?: number;
  /** `set-priority-offset`: ms that it counts as having come later. */
  readonly priorityOffset?: number;
  /** Entries of stick-tables that this stream's own rules follow; undefined = none. */
  tracked?: Tracked | undefined;
  readonly timers: StreamTimers;

  /** What survives for the log after the head is gone. */
  readonly log: LogFacts;

  /** Variables, created on first use. `txn` for the transaction, `req` and `res` for one direction. */
  txnVars: Map<string, Sample> | undefined;
  reqVars: Map<string, Sample> | undefined;
  resVars: Map<string, Sample> | undefined;
  /** A running health check's own; undefined in streams. */
  readonly checkVars?: Map<string, Sample>;
}

/** Facts recorded while a stream runs; the log line is written from these alone (manual section 8.2). */
export interface LogFacts {
  /** `METHOD target HTTP/x.y` as received, '' when no valid request was seen (`<BADREQ>`). */
  requestLine: string;
  method: string;
  /** Request target as received. */
  uri: string;
  /** 'HTTP/1.1' */
  version: string;
  /** Status sent to the client, -1 = none. */
  status: number;
  /** Bytes sent to the client (%B), response head included. */
  bytesOut: number;
  /** Bytes received from the client (%U), request head included. */
  bytesIn: number;
  /** Retries done (%rc); `redispatched` adds the '+'. */
  retries: number;
  redispatched: boolean;
  /** First two termination characters, manual section 8.5; '--' = normal. */
  termination: string;
  /** Third and fourth characters (cookie state), '--' where no cookie persistence is used. */
  cookieState: string;
  /** Position in the server's and the backend's queue when queued, else 0. */
  serverQueue: number;
  backendQueue: number;
  /** Connection counts at the end of the stream: %ac %fc %bc %sc. */
  actConn: number;
  feConn: number;
  beConn: number;
  srvConn: number;
  /** `declare capture` slots and `capture request/response header`, undefined until one is captured. */
  requestCaptures: (string | undefined)[] | undefined;
  responseCaptures: (string | undefined)[] | undefined;
  /** `capture cookie` (%CC, %CS). */
  requestCookie: string;
  responseCookie: string;
  /** %ID */
  uniqueId: string;
  /** The name shown for the server: its name, `<NOSRV>`, or `<STATS>`. */
  serverName: string;
  /** The address connected from, for %bi %bp. */
  backendSource: Endpoint | undefined;
  /** Address connected to, for %si %sp. */
  serverEndpoint: Endpoint | undefined;
  /** Why the last connection to a server failed, as far as HAProxy tells (`bc_err`). */
  serverFailure?: ConnectionFailure | undefined;
  /** %lc: lines logged for the frontend so far; %rt: number of the request (or TCP session) in this process. */
  logCounter?: number;
  requestNumber?: number;
  /** `set-log-level`: -1 = default, 8 = silent. */
  level: number;
}
