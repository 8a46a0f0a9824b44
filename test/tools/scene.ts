import { join } from 'node:path';
import { temporaryFolder } from '../support/folders.js';
import { ok, RecordingOrigin, sends } from '../support/origin.js';
import { type Proxy, startProxy } from '../support/proxy.js';
import { askOnce, get } from '../support/raw-client.js';

/** A proxy as an operator's tools expect one. */
export interface Scene {
  readonly proxy: Proxy;
  /** Its runtime socket, with all rights. */
  readonly socket: string;
  /** The statistics as CSV, for the user `op` with the password `secret`. */
  readonly csv: string;
  readonly metrics: string;
}

/** Two proxies with three servers, of which two are checked; a few requests have been answered. */
export async function scene(global = ''): Promise<Scene> {
  const origin = await RecordingOrigin.start({ '/': sends(ok('hello')) });
  const socket = join(temporaryFolder(), 'runtime');
  const config = `global
 nbthread 1
 stats socket {socket} mode 600 level admin
 ${global}
defaults
 mode http
 log global
 option httplog
 timeout connect 5s
 timeout client 30s
 timeout server 30s
 .if feature(TSPROXY)
 time-histograms server
 .endif
frontend web
 bind 127.0.0.1:{web}
 http-request use-service prometheus-exporter if { path /metrics }
 http-request deny if { path /denied }
 stats enable
 stats uri /stats
 stats auth op:secret
 default_backend app
backend app
 balance roundrobin
 server one 127.0.0.1:{origin} weight 20 check inter 100
 server two 127.0.0.1:{origin} weight 20 check inter 100 maxconn 100
backend spare
 server three 127.0.0.1:{origin}
`;
  const proxy = await startProxy(config, { values: { origin: origin.port, socket } });
  const web = proxy.port('web');
  for (let left = 4; left > 0; left--) await askOnce(web, get('/', 'connection: close\r\n'));
  const url = `http://127.0.0.1:${web}`;
  return { proxy, socket, csv: `${url}/stats;csv;norefresh`, metrics: `${url}/metrics` };
}
