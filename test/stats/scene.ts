import { SV, BE } from '../../src/core/counters.js';
import { ServerState, type Server } from '../../src/state/server.js';
import { makeRuntime, word, countServers, type Fixture } from './fixture.js';

/** One scene twice: as a configuration for the real HAProxy, and as the runtime it describes once its checks have run. */

/** @param ports five free ones; the first is that of `page` */
export function sceneConfig(ports: readonly number[], options: string): string {
  const port = ports[0];
  return `
defaults
    mode http
    maxconn 3000
    timeout connect 1s
    timeout client 5s
    timeout server 5s
listen page
    bind 127.0.0.1:${port}
    stats enable
    stats uri /s
    ${options.split('\n').join('\n    ')}
frontend web
    bind 127.0.0.1:${ports[1]} name first
    bind 127.0.0.1:${ports[2]}
    option socket-stats
    rate-limit sessions 100
    default_backend app
backend app
    description "an application"
    cookie SRV insert
    balance leastconn
    server plain 127.0.0.1:1 cookie c1 weight 10 maxconn 20 maxqueue 7
    server spare 127.0.0.1:1 backup
    server off 127.0.0.1:1 disabled
    server light 127.0.0.1:1 weight 0
    server up 127.0.0.1:${port} check inter 500ms cookie "a,b" pool-max-conn 5
    server zero 127.0.0.1:${port} check inter 500ms weight 0
    server dead 127.0.0.1:1 check inter 500ms rise 4 fall 5 observe layer4
    server deadspare 127.0.0.1:1 check inter 500ms backup
    server sparecheck 127.0.0.1:${port} check inter 500ms backup
    server follows 127.0.0.1:1 track app/up
    server falls 127.0.0.1:1 track app/dead
    server six [::1]:80
    server path unix@/nowhere/socket
backend empty
    balance uri
backend down
    balance source
    server gone 127.0.0.1:1 check inter 500ms
backend rnd
    balance random(2)
    option allbackups
    server one 127.0.0.1:1 backup weight 5
    server two 127.0.0.1:1 backup weight 7
listen tcp
    mode tcp
    bind 127.0.0.1:${ports[3]}
    balance hdr(host)
    balance roundrobin
    server a 127.0.0.1:1
frontend never
    bind 127.0.0.1:${ports[4]}
    disabled
`;
}

/** @param port of `page` and of the servers whose checks succeed */
export function sceneRuntime(port: number): Fixture {
  const fixture = makeRuntime([
    { name: 'page', kind: 'listen', listeners: [{ host: '127.0.0.1', port }] },
    {
      name: 'web',
      kind: 'frontend',
      rateLimit: 100,
      options: { 'socket-stats': true },
      listeners: [
        { host: '127.0.0.1', port: 1001, name: 'first' },
        { host: '127.0.0.1', port: 1002 },
      ],
    },
    {
      name: 'app',
      kind: 'backend',
      description: 'an application',
      balance: [word('leastconn')],
      cookie: {
        name: 'SRV',
        mode: 'insert',
        indirect: false,
        nocache: false,
        postonly: false,
        preserve: false,
        httponly: false,
        secure: false,
        domains: [],
        maxidle: undefined,
        maxlife: undefined,
        dynamic: false,
        attributes: [],
      },
      servers: [
        { name: 'plain', port: 1, cookie: 'c1', weight: 10, maxconn: 20, maxqueue: 7 },
        { name: 'spare', port: 1, backup: true },
        { name: 'off', port: 1, disabled: true },
        { name: 'light', port: 1, weight: 0 },
        { name: 'up', port, check: true, cookie: 'a,b', poolMaxConn: 5 },
        { name: 'zero', port, check: true, weight: 0 },
        { name: 'dead', port: 1, check: true, rise: 4, fall: 5, observe: 'layer4' },
        { name: 'deadspare', port: 1, check: true, backup: true },
        { name: 'sparecheck', port, check: true, backup: true },
        { name: 'follows', port: 1 },
        { name: 'falls', port: 1 },
        { name: 'six', host: '::1' },
        { name: 'path', host: '/nowhere/socket', port: 0 },
      ],
    },
    { name: 'empty', kind: 'backend', balance: [word('uri')], fullconn: 1 },
    {
      name: 'down',
      kind: 'backend',
      balance: [word('source')],
      fullconn: 1,
      servers: [{ name: 'gone', port: 1, check: true }],
    },
    {
      name: 'rnd',
      kind: 'backend',
      balance: [word('random(2)')],
      fullconn: 1,
      options: { allbackups: true },
      servers: [
        { name: 'one', port: 1, backup: true, weight: 5 },
        { name: 'two', port: 1, backup: true, weight: 7 },
      ],
    },
    {
      name: 'tcp',
      kind: 'listen',
      mode: 'tcp',
      listeners: [{ host: '127.0.0.1', port: 1003 }],
      servers: [{ name: 'a', port: 1 }],
    },
    { name: 'never', kind: 'frontend', disabled: true, listeners: [{ host: '127.0.0.1', port: 1004 }] },
  ]);
  afterTheFirstChecks(fixture);
  return fixture;
}

function afterTheFirstChecks(fixture: Fixture): void {
  const refused = { status: 'L4CON', code: 0, info: 'Connection refused', durationMs: 0 } as const;
  const passed = { status: 'L4OK', code: 0, info: '', durationMs: 0 } as const;
  const server = (backend: string, name: string): Server => fixture.server(backend, name);
  for (const name of ['up', 'zero', 'sparecheck']) server('app', name).checkResult = passed;
  for (const dead of [server('app', 'dead'), server('app', 'deadspare'), server('down', 'gone')]) {
    dead.state = ServerState.Stopped;
    dead.health = 0;
    dead.checkResult = refused;
    dead.counters[SV.chkfail] = 1;
    dead.counters[SV.chkdown] = 1;
  }
  server('app', 'follows').tracked = server('app', 'up');
  server('app', 'falls').tracked = server('app', 'dead');
  server('app', 'falls').state = ServerState.Stopped;
  fixture.backend('down').counters[BE.chkdown] = 1;
  for (const entry of fixture.runtime.backends) countServers(entry);
}
