import { lstatSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../support/folders.js';
import { lacks } from '../support/installed.js';
import { LogSink } from '../support/log-sink.js';
import { until } from '../support/poll.js';
import { startHaproxy, startTsproxy, type Proxy } from '../support/proxy.js';
import { askOnce, get } from '../support/raw-client.js';
import { readStats } from '../support/stats-csv.js';

/** UNIX and abstract sockets, for clients and to servers. */

const CONFIG = `global
 nbthread 1
 log 127.0.0.1:{log} len 8192 local0
 unix-bind prefix {folder}/
defaults
 mode http
 log global
 timeout client 5s
 timeout server 5s
 timeout connect 5s
frontend front
 option httplog
 bind abns@{name} mode 600
 bind unix@plain name named mode 640 user root group root
 bind uxst@second mode 0600
 bind ipv4@127.0.0.1:{web}
 tcp-request connection expect-proxy layer4 if { so_id 3 }
 http-request return status 200 content-type text/plain lf-string "%[src] %ci %cp %[dst] %fi %fp %[so_id] %[so_name] %[src_is_local] %[fc_rcvd_proxy]"
backend abstract
 server s abns@{name} check
backend plain
 server s unix@{folder}/plain check inter 500
backend proxied
 server s {folder}/second send-proxy-v2
backend nothing
 server s unix@{folder}/nothing
frontend relay
 bind 127.0.0.1:{relay}
 option httplog
 use_backend %[path,field(2,/)]
listen stats
 bind 127.0.0.1:{stats}
 no log
 stats enable
 stats uri /
`;

class Side {
  private constructor(
    readonly proxy: Proxy,
    readonly folder: string,
    readonly name: string,
    readonly log: LogSink,
  ) {}

  static async start(begin: typeof startTsproxy): Promise<Side> {
    const folder = temporaryFolder();
    const name = `tsproxy-test-${process.pid}-${begin.name}`;
    const log = await LogSink.start();
    return new Side(await begin(CONFIG, { values: { folder, name, log: log.port } }), folder, name, log);
  }

  async ask(path: string): Promise<string> {
    const answer = await new Promise<string>((resolve, reject) => {
      let received = '';
      const socket = connect(path);
      socket.on('data', (bytes) => (received += bytes.toString('latin1')));
      socket.on('error', reject);
      socket.on('close', () => resolve(received));
      socket.write(get('/', 'connection: close\r\n'));
    });
    return answer.split('\r\n\r\n')[1];
  }

  async relayed(path: string): Promise<{ status: string; body: string }> {
    const { head, body } = await askOnce(this.proxy.port('relay'), get(path));
    return {
      status: head.split('\r\n')[0],
      body: body.replace(/127\.0\.0\.1 \d+ 127\.0\.0\.1 127\.0\.0\.1 \d+/, 'ADDRESSES'),
    };
  }
}

const PADDING = '\0'.repeat(107);

describe.skipIf(lacks('haproxy') || process.platform !== 'linux' || process.getuid?.() !== 0)(
  'beside the real haproxy',
  () => {
    let ours: Side;
    let real: Side;
    beforeAll(async () => {
      [ours, real] = await Promise.all([Side.start(startTsproxy), Side.start(startHaproxy)]);
    });
    afterAll(async () => {
      await Promise.all([ours.proxy.stop(), real.proxy.stop()]);
    });

    test('a client on a path', async () => {
      const [mine, theirs] = [await ours.ask(join(ours.folder, 'plain')), await real.ask(join(real.folder, 'plain'))];
      expect(mine).toBe(theirs);
    });

    test('a client on an abstract name', async () => {
      const ask = (side: Side): Promise<string> => side.ask(`\0${side.name}${PADDING}`.slice(0, 108));
      expect(await ask(ours)).toBe(await ask(real));
    });

    test.each(['plain', 'second'])('permissions of %s', (file) => {
      const look = (side: Side): unknown => {
        const { mode, uid, gid } = lstatSync(join(side.folder, file));
        return { mode: mode.toString(8), uid, gid };
      };
      expect(look(ours)).toEqual(look(real));
    });

    test.each(['/abstract', '/plain', '/proxied', '/nothing'])('a server: %s', async (path) => {
      expect(await ours.relayed(path)).toEqual(await real.relayed(path));
    });

    test('what is logged', async () => {
      // checks come over the same sockets, whenever they like
      const plain = (text: string): string => text.replace(/\[.*?\]/, '').replace(/ [-\d]+(\/[-\d]+){4} /, ' ').replace(/ \d+(\/\d+){4} /, ' '); // prettier-ignore
      const lines = async (side: Side): Promise<string[]> => {
        const all = await side.log.lines(/^unix:\d+ .* front .*"GET \/ HTTP/, 2);
        return all.map(plain).toSorted();
      };
      expect(await lines(ours)).toEqual(await lines(real));
    });

    test('checks and statistics', async () => {
      const rows = async (side: Side): Promise<unknown> => {
        const stats = await readStats(side.proxy.port('stats'));
        return ['abstract/s', 'plain/s', 'proxied/s'].map((name) => [stats.get(name)?.status, stats.get(name)?.check_status, stats.get(name)?.addr]); // prettier-ignore
      };
      await until('both checked', async () => JSON.stringify(await rows(ours)) === JSON.stringify(await rows(real)));
    });
  },
);
