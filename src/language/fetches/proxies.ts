import { clock } from '../../base/clock.js';
import { backend, current, frontend, server } from '../arguments.js';
import { USES } from '../checkpoint.js';
import { defineFetch, type FetchDefinition } from '../definition.js';
import type { BackendInfo, FrontendInfo, ServerInfo, StreamContext } from '../../core/stream.js';

const INTERNAL = '7.3.2';
const LAYER4 = '7.3.3';

/** A figure of a backend: the named one, or the current one. */
function ofBackend(name: string, summary: string, read: (backend: BackendInfo) => number | undefined): FetchDefinition {
  return defineFetch({
    name,
    args: [current(backend)],
    out: 'sint',
    use: USES.internal,
    manual: INTERNAL,
    summary,
    compile:
      ([wanted], { environment, proxy }) =>
      (stream) => {
        const found =
          wanted === undefined
            ? (stream.backend ?? environment.findBackend(proxy.name))
            : environment.findBackend(wanted);
        return found === undefined ? undefined : read(found);
      },
  });
}

function ofFrontend(
  name: string,
  summary: string,
  read: (frontend: FrontendInfo) => number | undefined,
): FetchDefinition {
  return defineFetch({
    name,
    args: [current(frontend)],
    out: 'sint',
    use: USES.internal,
    manual: INTERNAL,
    summary,
    compile:
      ([wanted], { environment }) =>
      (stream) => {
        const found = wanted === undefined ? stream.frontend : environment.findFrontend(wanted);
        return found === undefined ? undefined : read(found);
      },
  });
}

function ofServer<T extends 'sint' | 'bool'>(
  name: string,
  out: T,
  summary: string,
  read: (server: ServerInfo) => (T extends 'bool' ? boolean : number) | undefined,
): FetchDefinition {
  return defineFetch({
    name,
    args: [server],
    out: out as 'sint',
    use: USES.internal,
    manual: INTERNAL,
    summary,
    compile:
      ([wanted], { environment }) =>
      () => {
        const found = environment.findServer(wanted.backend, wanted.server);
        return found === undefined ? undefined : (read(found) as number | undefined);
      },
  });
}

/** Usable servers: the active ones, or the backup ones when no active one is left. */
export function usableServers(backend: BackendInfo): number {
  let active = 0;
  let backup = 0;
  for (const one of backend.servers) {
    if (!one.usable) continue;
    if (one.backup === true) backup++;
    else active++;
  }
  return active > 0 ? active : backup;
}

function queued(backend: BackendInfo): number {
  return backend.servers.reduce((sum, one) => sum + one.queued, backend.queued);
}

/** -1 as soon as one limit is missing: the figure then makes no sense (manual). */
function slots(backend: BackendInfo): number {
  let total = 0;
  for (const one of backend.servers) {
    if (!one.usable) continue;
    const { maxconn = 0, maxqueue = 0 } = one;
    if (maxconn === 0 || maxqueue === 0) return -1;
    total += maxconn - one.currentConnections + (maxqueue - one.queued);
  }
  return total;
}

function freeConnections(backend: BackendInfo): number {
  let total = 0;
  const onlyBackup = !backend.servers.some((one) => one.usable && one.backup !== true);
  for (const one of backend.servers) {
    if (!one.usable || (one.backup === true && !onlyBackup)) continue;
    const { maxconn = 0 } = one;
    if (maxconn === 0) return -1;
    total += Math.max(0, maxconn - one.currentConnections);
  }
  return total;
}

function freeOfServer(one: ServerInfo): number {
  const { maxconn = 0 } = one;
  return maxconn === 0 ? -1 : Math.max(0, maxconn - one.currentConnections);
}

const weight = (one: ServerInfo): number | undefined =>
  one.effectiveWeight === undefined ? undefined : Math.ceil(one.effectiveWeight / 16);
/** What a rule set, or undefined. */
const own = (ms: number | undefined): number | undefined => (ms === undefined || ms < 0 ? undefined : ms);
const timeout = (read: (stream: StreamContext) => number | undefined) => () => read;

/** Proxies and servers (manual 7.3.2 and 7.3.3). */
export const proxies = [
  ofBackend('avg_queue', 'streams queued per usable server', (one) => {
    const servers = usableServers(one);
    return servers > 0 ? Math.floor((queued(one) + servers - 1) / servers) : queued(one) * 2;
  }),
  ofBackend('be_conn', 'sessions on the backend', (one) => one.currentConnections),
  ofBackend('be_conn_free', 'connections that its servers can still take, -1 = unlimited', freeConnections),
  ofBackend('be_sess_rate', 'new sessions per second on the backend', (one) => one.sessionRate?.read(clock.now())),
  ofBackend('connslots', 'connections and queue places that its servers can still take, -1 = unlimited', slots),
  ofBackend('nbsrv', 'usable servers', usableServers),
  ofBackend('queue', "streams queued in the backend and its servers' queues", queued),
  ofFrontend('fe_conn', 'sessions on the frontend', (one) => one.currentConnections),
  ofFrontend('fe_req_rate', 'HTTP requests per second on the frontend', (one) => one.requestRate?.read(clock.now())),
  ofFrontend('fe_sess_rate', 'new sessions per second on the frontend', (one) => one.sessionRate?.read(clock.now())),
  ofServer('srv_conn', 'sint', 'sessions on the server', (one) => one.currentConnections),
  ofServer('srv_conn_free', 'sint', 'connections it can still take, -1 = unlimited', freeOfServer),
  ofServer('srv_is_up', 'bool', 'whether the server can take traffic', (one) => one.usable),
  ofServer('srv_queue', 'sint', "streams in the server's queue", (one) => one.queued),
  ofServer('srv_sess_rate', 'sint', 'new sessions per second on the server', (one) =>
    one.sessionRate?.read(clock.now()),
  ),
  ofServer('srv_iweight', 'sint', 'weight in the configuration', (one) => one.initialWeight),
  ofServer('srv_uweight', 'sint', 'weight as shown to users', (one) => one.userWeight),
  ofServer('srv_weight', 'sint', 'weight in effect', weight),
  defineFetch({
    name: 'be_id',
    args: [],
    out: 'sint',
    use: USES.backend,
    manual: LAYER4,
    summary: "the backend's number",
    compile: () => (stream) => (stream.backend ?? stream.frontend).id,
  }),
  defineFetch({
    name: 'be_name',
    args: [],
    out: 'str',
    use: USES.backend,
    manual: LAYER4,
    summary: "the backend's name",
    compile: () => (stream) => (stream.backend ?? stream.frontend).name,
  }),
  defineFetch({
    name: 'be_server_timeout',
    args: [],
    out: 'sint',
    use: USES.backend,
    manual: LAYER4,
    summary: "the backend's `timeout server` in ms",
    compile: timeout((stream) => (stream.backend ?? stream.frontend).timeouts?.server),
  }),
  ...(['connect', 'queue', 'tarpit'] as const).map((which) =>
    defineFetch({
      name: `be_${which}_timeout`,
      args: [],
      out: 'sint',
      use: USES.backend,
      manual: LAYER4,
      since: '3.0',
      summary: `the backend's \`timeout ${which}\` in ms`,
      compile: timeout((stream) => stream.backend?.timeouts?.[which]),
    }),
  ),
  ...(['connect', 'queue', 'tarpit'] as const).map((which) =>
    defineFetch({
      name: `cur_${which}_timeout`,
      args: [],
      out: 'sint',
      use: USES.backend,
      manual: LAYER4,
      since: '3.0',
      summary: `the stream's \`timeout ${which}\` in ms: no rule changes it`,
      compile: timeout((stream) => stream.backend?.timeouts?.[which]),
    }),
  ),
  ...(['server', 'tunnel'] as const).map((which) =>
    defineFetch({
      name: `cur_${which}_timeout`,
      args: [],
      out: 'sint',
      use: USES.backend,
      manual: LAYER4,
      summary: `the stream's \`timeout ${which}\` in ms, which a rule may have set`,
      compile: timeout((stream) => own(stream[`${which}Timeout`]) ?? stream.backend?.timeouts?.[which]),
    }),
  ),
  defineFetch({
    name: 'cur_client_timeout',
    args: [],
    out: 'sint',
    use: USES.frontend,
    manual: LAYER4,
    since: '3.0',
    summary: "the stream's `timeout client` in ms, which a rule may have set",
    compile: timeout((stream) => own(stream.clientTimeout) ?? stream.frontend.timeouts?.client),
  }),
  defineFetch({
    name: 'fe_tarpit_timeout',
    args: [],
    out: 'sint',
    use: USES.frontend,
    manual: LAYER4,
    since: '3.0',
    summary: "the frontend's `timeout tarpit` in ms",
    compile: timeout((stream) => stream.frontend.timeouts?.tarpit),
  }),
  defineFetch({
    name: 'act_conn',
    args: [],
    out: 'sint',
    use: USES.constant,
    manual: INTERNAL,
    since: '2.9',
    summary: 'connections of clients that the process has',
    compile:
      (_, { environment }) =>
      () =>
        environment.connections(),
  }),
  defineFetch({
    name: 'be_tunnel_timeout',
    args: [],
    out: 'sint',
    use: USES.backend,
    manual: LAYER4,
    summary: "the backend's `timeout tunnel` in ms",
    compile: timeout((stream) => (stream.backend ?? stream.frontend).timeouts?.tunnel),
  }),
  defineFetch({
    name: 'fe_client_timeout',
    args: [],
    out: 'sint',
    use: USES.frontend,
    manual: LAYER4,
    summary: "the frontend's `timeout client` in ms",
    compile: timeout((stream) => stream.frontend.timeouts?.client),
  }),
  defineFetch({
    name: 'fe_defbe',
    args: [],
    out: 'str',
    use: USES.frontend,
    manual: LAYER4,
    summary: "name of the frontend's default backend",
    compile: () => (stream) => stream.frontend.defaultBackend?.name,
  }),
  defineFetch({
    name: 'fe_id',
    args: [],
    out: 'sint',
    use: USES.frontend,
    manual: LAYER4,
    summary: "the frontend's number",
    compile: () => (stream) => stream.frontend.id,
  }),
  defineFetch({
    name: 'fe_name',
    args: [],
    out: 'str',
    use: USES.frontend,
    manual: LAYER4,
    summary: "the frontend's name",
    compile: () => (stream) => stream.frontend.name,
  }),
  defineFetch({
    name: 'srv_id',
    args: [],
    out: 'sint',
    use: USES.server,
    manual: LAYER4,
    summary: "the server's number",
    compile: () => (stream) => (stream.server?.stopgap === true ? undefined : stream.server?.id),
  }),
  defineFetch({
    name: 'srv_name',
    args: [],
    out: 'str',
    use: USES.server,
    manual: LAYER4,
    summary: "the server's name",
    compile: () => (stream) => (stream.server?.stopgap === true ? undefined : stream.server?.name),
  }),
];
