import { hostname } from 'node:os';
import type { CheckTarget, ProgramFacts } from '../checks/plan.js';
import type { Endpoint } from '../core/transport.js';
import type { TlsConnector } from '../core/tls.js';
import type { Backend } from './backend.js';
import { PLAIN_GREETER } from './greeter.js';
import { followsWeights, takesWork } from './health-weight.js';
import { sourceAddress } from './source-address.js';
import { ServerState, WEIGHT_SCALE, type Server } from './server.js';

/** A server as its checks see it. Everything is looked up when a check asks: addresses and states change at run time. */
export class HealthTarget implements CheckTarget {
  readonly #softStop: boolean;

  /** @param node `node` of the global section, '' = the host's name */
  constructor(
    readonly server: Server,
    readonly node: string,
  ) {
    this.#softStop = server.backend.model.check.rules.some(
      ({ words }) => words[0]?.text === 'http-check' && words[1]?.text === 'disable-on-404',
    );
  }

  get name(): string {
    return this.server.name;
  }
  get backend(): Backend {
    return this.server.backend;
  }
  get address(): string {
    return this.server.checkAddress ?? this.server.address;
  }
  /** `port`, else that of `addr`, else the server's own. */
  get port(): number {
    return this.server.checkPort ?? this.server.port;
  }
  get path(): string {
    const { checkAddress, checkPort, path } = this.server;
    return checkAddress === undefined && checkPort === undefined ? path : '';
  }
  get http2(): boolean {
    const { checkProto, proto } = this.server.model;
    return (checkProto ?? proto) === 'h2';
  }

  get sourceAddress(): string {
    return sourceAddress(this.server.model, this.backend.model).address;
  }
  via(always: boolean): Server['via'] {
    const { via, model } = this.server;
    return always || model.checkViaSocks4 ? via : undefined;
  }
  /** `send-proxy` holds for checks of the service itself; elsewhere, and on servers added at run time, `check-send-proxy` says (manual 5.2). */
  greeting(source: Endpoint, destination: Endpoint, always: boolean): string {
    const { model, greeter, checkPort, checkAddress, dynamic } = this.server;
    const inherits = greeter !== undefined && !dynamic && checkPort === undefined && checkAddress === undefined;
    if (!always && !model.checkSendProxy && !inherits) return '';
    return (greeter ?? PLAIN_GREETER).forCheck(source, destination);
  }
  get program(): ProgramFacts {
    const { server, backend } = this;
    const { check, binds } = backend.model;
    const first = binds.flatMap(({ addresses }) => addresses).find(({ kind }) => kind === 'ip' || kind === 'unix');
    const anyHost = first?.family === 6 ? '::' : '0.0.0.0';
    return {
      command: check.externalCommand ?? '',
      path: check.externalPath ?? '',
      proxyAddress: first === undefined ? '' : first.host || anyHost,
      proxyPort: first?.kind === 'ip' ? String(first.port) : '',
      proxyId: backend.id,
      serverId: server.id,
      serverAddress: server.path || server.address,
      serverPort: server.path === '' ? String(server.port) : '',
      maxconn: server.maxconn,
      connections: server.served,
      ssl: server.model.ssl,
    };
  }
  /** Where checks go elsewhere (`port`, `addr`) they do not inherit the server's TLS (manual 5.2 `check-ssl`), nor do those of servers added at run time (management manual 9.3 `add server`). */
  get tls(): TlsConnector | undefined {
    const { ssl, checkSsl, noCheckSsl, checkPort, checkAddress } = this.server.model;
    const inherited =
      ssl && !this.server.dynamic && !noCheckSsl && checkPort === undefined && checkAddress === undefined;
    return checkSsl || inherited ? this.server.checkTls : undefined;
  }
  get ownTls(): TlsConnector | undefined {
    return this.server.checkTls;
  }
  get softStop(): boolean {
    return this.#softStop && this.server.state !== ServerState.Stopped;
  }

  /** Manual 4.2 `http-check send-state`. */
  get stateHeader(): string {
    const { server, backend } = this;
    const place = server.path === '' ? [server.address, String(server.port)] : ['unix', 'unix'];
    const weights = backend.servers.filter(takesWork).reduce((sum, each) => sum + shownWeight(each), 0);
    return (
      `${this.#status()}; address=${place[0]}; port=${place[1]}; name=${backend.name}/${server.name}; ` +
      `node=${this.node === '' ? hostname() : this.node}; weight=${shownWeight(server)}/${weights}; ` +
      `scur=${server.served}/${backend.currentConnections}; qcur=${server.queued}`
    );
  }

  /** `UP`, `UP 1/2` while it is not sure, `NOLB`, `DOWN`… */
  #status(): string {
    const { health, rise, fall, state } = this.server;
    const up = health >= rise;
    const word = state === ServerState.Stopped ? 'DOWN' : state === ServerState.Stopping ? 'NOLB' : 'UP';
    const sure = up ? health === rise + fall - 1 : health === 0;
    return sure ? word : `${word} ${up ? health - rise + 1 : health}/${up ? fall : rise}`;
  }
}

/** The weight in effect, in the units of the configuration. */
const shownWeight = (server: Server): number =>
  followsWeights(server.backend.model) ? Math.ceil(server.effectiveWeight / WEIGHT_SCALE) : server.userWeight;
