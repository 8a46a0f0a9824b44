import { clock as systemClock, type Clock } from '../../base/clock.js';
import type { ProxyModel, StatsModel } from '../../config/model.js';
import type { Reply, ReplyFeed } from '../../core/action.js';
import type { RequestHead } from '../../core/message.js';
import type { HttpService } from '../../core/service.js';
import type { StreamContext } from '../../core/stream.js';
import type { ErrorReplies } from '../../state/error-replies.js';
import type { Runtime } from '../../state/runtime.js';
import { isForeignOrigin, offeredActions, runAdminForm, type ServerAdmin } from './admin.js';
import { Accounts } from './auth.js';
import type { StatRow } from './cells.js';
import { renderCsv } from './csv.js';
import type { ProcessGauges } from './gauges.js';
import { renderJson } from './json.js';
import { renderLiveData } from './live/data.js';
import { LIVE_POLICY, renderLivePage } from './live/page.js';
import { renderPage } from './page.js';
import { parseStatsRequest, requestSuffix, type ActionStatus, type StatsRequest } from './request.js';
import { eachProxy, eachRow } from './rows.js';
import { JSON_SCHEMA } from './schema.js';
import { renderTyped } from './typed.js';

type Condition = (stream: StreamContext) => boolean;

/** One compiled `stats http-request` line. */
export interface StatsAccessRule {
  readonly action: 'allow' | 'deny' | 'auth';
  /** Of `auth realm …`, undefined = the page's. */
  readonly realm: string | undefined;
  /** undefined = always */
  readonly condition: Condition | undefined;
}

/** What the page needs besides the configuration; the composition root provides it. */
export interface StatsOptions {
  readonly gauges: ProcessGauges;
  /** Compiled `stats admin` lines, `unless` already turned around. Any one that holds makes the page an admin page. */
  readonly adminConditions: readonly Condition[];
  readonly accessRules: readonly StatsAccessRule[];
  /** What the admin form may do. */
  readonly admin: ServerAdmin;
  /** The proxy's own error pages, for `stats http-request deny`. */
  readonly errorReplies: Pick<ErrorReplies, 'get'>;
  /** The clock that feeds the rate counters. */
  readonly clock?: Clock;
}

/** The statistics page of one proxy (manual 4.2 `stats enable` and following). */
export function createStatsService(
  runtime: Runtime,
  proxy: ProxyModel,
  stats: StatsModel,
  options: StatsOptions,
): HttpService {
  return new StatsService(runtime, proxy, stats, options);
}

const DEFAULT_REALM = 'HAProxy Statistics';
const UNAUTHORIZED_BODY =
  '<html><body><h1>401 Unauthorized</h1>\nYou need a valid user and password to access this content.\n</body></html>\n';

class StatsService implements HttpService {
  readonly name = '<STATS>';
  readonly #accounts: Accounts;
  readonly #clock: Clock;
  /** Proxies of `stats scope`, `.` resolved. */
  readonly #scope: readonly string[];

  constructor(
    readonly runtime: Runtime,
    proxy: ProxyModel,
    readonly stats: StatsModel,
    readonly options: StatsOptions,
  ) {
    this.#accounts = new Accounts(stats.auth);
    this.#clock = options.clock ?? systemClock;
    this.#scope = stats.scope.map((name) => (name === '.' ? proxy.name : name));
  }

  matches(stream: StreamContext): boolean {
    const { request } = stream;
    if (request === undefined || !isServed(request.method)) return false;
    return requestPath(request.target, this.stats.uri).startsWith(this.stats.uri);
  }

  wantsBody(stream: StreamContext): boolean {
    return stream.request?.method === 'POST';
  }

  answer(stream: StreamContext): Reply {
    const head = stream.request;
    if (head === undefined) return this.options.errorReplies.get(500);
    const refusal = this.#refusal(stream, head);
    if (refusal !== undefined) return refusal;
    const rest = requestPath(head.target, this.stats.uri).slice(this.stats.uri.length);
    const request = parseStatsRequest(rest, this.stats.refresh > 0);
    if (head.method === 'POST') return this.#afterAction(this.#act(stream, head), request);
    return this.#report(request, this.#isAdmin(stream));
  }

  /** 401 or 403 for those who may not see the page. */
  #refusal(stream: StreamContext, head: RequestHead): Reply | undefined {
    for (const rule of this.options.accessRules) {
      if (rule.condition !== undefined && !rule.condition(stream)) continue;
      if (rule.action === 'allow') return undefined;
      return rule.action === 'deny' ? this.options.errorReplies.get(403) : this.#unauthorized(rule.realm);
    }
    const open = this.stats.auth.length === 0 && this.stats.realm === undefined;
    if (open || this.#accounts.accept(head.headers.get('authorization'))) return undefined;
    return this.#unauthorized(undefined);
  }

  #unauthorized(realm: string | undefined): Reply {
    const text = realm ?? this.stats.realm ?? DEFAULT_REALM;
    const quoted = text.replaceAll(/["\\]/g, String.raw`\$&`);
    return {
      status: 401,
      reason: '',
      headers: [
        ['cache-control', 'no-cache'],
        ['content-type', 'text/html'],
        ['www-authenticate', `Basic realm="${quoted}"`],
      ],
      body: UNAUTHORIZED_BODY,
    };
  }

  #isAdmin(stream: StreamContext): boolean {
    return this.options.adminConditions.some((condition) => condition(stream));
  }

  #act(stream: StreamContext, head: RequestHead): ActionStatus {
    if (!this.#isAdmin(stream)) return 'DENY';
    if (isForeignOrigin(head.headers.get('origin'), head.headers.get('host'))) return 'DENY';
    if (!stream.requestComplete) return 'EXCD';
    return runAdminForm(stream.requestBuffer, this.runtime, this.options.admin);
  }

  /** Back to the page by GET, so that reloading it does not act again. */
  #afterAction(status: ActionStatus, request: StatsRequest): Reply {
    // the live view reads what became of it from the address, and goes on with the figures
    const form = request.format === 'live-data' ? ';live.json' : '';
    return {
      status: 303,
      reason: '',
      headers: [
        ['cache-control', 'no-cache'],
        ['content-type', 'text/plain'],
        ['location', `${this.stats.uri}${form};st=${status}${requestSuffix(request)}`],
      ],
      body: '',
    };
  }

  #report(request: StatsRequest, admin: boolean): Reply {
    const headers: [string, string][] = [
      ['cache-control', 'no-cache'],
      ['content-type', CONTENT_TYPES[request.format]],
    ];
    if (request.format === 'live') headers.push(['content-security-policy', LIVE_POLICY]);
    else if (request.format === 'live-events') return { ...OK, headers, body: '', feed: this.#events(request, admin) };
    else if (request.format !== 'live-data' && this.stats.refresh > 0 && !request.norefresh)
      headers.push(['refresh', String(this.stats.refresh)]);
    return { ...OK, headers, body: this.#body(request, admin) };
  }

  /** The live view's figures each second, as server-sent events (HTML Living Standard 9.2). */
  #events(request: StatsRequest, admin: boolean): ReplyFeed {
    return { every: 1000, next: () => this.#body(request, admin) };
  }

  #body(request: StatsRequest, admin: boolean): string {
    const { format } = request;
    if (format === 'json-schema') return JSON_SCHEMA;
    if (format === 'live') return renderLivePage(this.stats.uri);
    const { stats, runtime } = this;
    const date = this.#clock.date();
    const filter = { names: this.#scope, search: request.search, onlyUp: request.onlyUp };
    const moment = { now: this.#clock.now(), date: Math.floor(date / 1000), legends: stats.showLegends };
    if (format === 'csv' || format === 'typed' || format === 'json') {
      return RENDERERS[format](eachRow(runtime, filter, moment));
    }
    const info = { runtime, figures: this.options.gauges.read(), date };
    const actions = offeredActions(this.options.admin);
    const proxies = eachProxy(runtime, filter, moment);
    if (format === 'html') {
      const style = { admin, actions, legends: stats.showLegends, modules: stats.showModules };
      return renderPage({ stats, info, request }, proxies, style);
    }
    const data = renderLiveData({ stats, info, now: moment.now, actions: admin ? actions : [] }, proxies);
    return format === 'live-events' ? `data: ${data}\n\n` : data;
  }
}

const OK = { status: 200, reason: '' };

const CONTENT_TYPES: Record<StatsRequest['format'], string> = {
  html: 'text/html',
  csv: 'text/plain',
  typed: 'text/plain',
  json: 'application/json',
  'json-schema': 'application/json',
  live: 'text/html',
  'live-data': 'application/json',
  'live-events': 'text/event-stream',
};
const RENDERERS: Record<'csv' | 'typed' | 'json', (rows: Iterable<StatRow>) => string> = {
  csv: renderCsv,
  typed: renderTyped,
  json: renderJson,
};

function isServed(method: string): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'POST';
}

/** The part of a request target that `stats uri` is compared with: an absolute form loses its scheme and authority. */
function requestPath(target: string, uri: string): string {
  if (!uri.startsWith('/') || target.startsWith('/')) return target;
  const found = /^[a-z][a-z\d+.-]*:\/\/[^/?]*(.*)$/is.exec(target);
  return found === null ? target : found[1];
}
