import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../support/folders.js';
import { lacks } from '../support/installed.js';
import { LogSink } from '../support/log-sink.js';
import { MariadbServer, query, resultChecksum, startQuery } from '../support/mariadb.js';
import { until } from '../support/poll.js';
import { startProxy } from '../support/proxy.js';
import { relocated } from '../support/tutorial.js';

/** 400 000 rows, 52 MB, the same on both servers. */
const BIG = 'select seq, sha2(seq, 512) from seq_1_to_400000';

describe.skipIf(lacks('mariadbd', 'mariadb', 'mariadb-install-db'))('the tutorial: mysql.cfg', () => {
  test('alternates, passes 50 MB unharmed, and a killed server costs only its own client', async () => {
    const [one, two, log] = await Promise.all([MariadbServer.start(1), MariadbServer.start(2), LogSink.start()]);
    const config = relocated(readFileSync('cfg/tutorial/mysql.cfg', 'utf8'), {
      folder: temporaryFolder(),
      log: log.port,
      addresses: { '192.168.198.149:3306': one.port, '192.168.198.150:3306': two.port },
      binds: { '*:3307': '{mysql}', '*:81': '{stats}' },
    });
    const proxy = await startProxy(config);
    const port = proxy.port('mysql');

    const ids: string[] = [];
    for (let i = 0; i < 4; i++) ids.push((await query(port, 'select @@server_id')).stdout.trim());
    expect(ids).toEqual(ids[0] === '1' ? ['1', '2', '1', '2'] : ['2', '1', '2', '1']);

    const [direct, proxied] = await Promise.all([resultChecksum(one.port, BIG), resultChecksum(port, BIG)]);
    expect(proxied).toBe(direct);

    // one client on each server, in the middle of a statement
    const clients = [1, 2].map(() => startQuery(port, 'select @@server_id; select sleep(1.5)'));
    await Promise.all(clients.map((client) => client.ready('is served', () => client.stdout !== '')));
    const [victim, other] = clients[0].stdout.startsWith('2') ? clients : clients.toReversed();
    expect([victim.stdout.trim(), other.stdout.trim()]).toEqual(['2', '1']);
    await two.kill();
    expect((await victim.exited).code).toBe(1);
    expect(victim.stderr).toMatch(/ERROR 20(13|06)/);

    const afterwards = await Promise.all([1, 2, 3].map(() => query(port, 'select @@server_id')));
    expect(afterwards.map(({ stdout, code }) => `${stdout.trim()} ${code}`)).toEqual(['1 0', '1 0', '1 0']);
    expect((await other.exited).code).toBe(0);

    await log.lines(/^Server mysql\/mysql2 is DOWN, reason: Layer4 connection problem/);
    await two.start();
    await log.lines(/^Server mysql\/mysql2 is UP, reason: Layer4 check passed/);
    await until('both servers answer', async () => {
      const answers = await Promise.all([1, 2].map(() => query(port, 'select @@server_id')));
      return answers.map(({ stdout }) => stdout.trim()).toSorted().join() === '1,2';
    }); // prettier-ignore
  });
});
