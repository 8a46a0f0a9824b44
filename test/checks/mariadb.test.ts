import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Check } from '../../src/checks/index.js';
import { systemClock } from '../../src/checks/timing.js';
import type { CheckResult } from '../../src/core/check.js';
import { chooseTransport } from '../../src/protocol/transport/index.js';
import { HealthTarget } from '../../src/state/health-target.js';
import { makeBackend, peer, planOf, until } from './harness.js';

/** mysql-check against a real MariaDB (Debian package mariadb-server). */

const missing = spawnSync('mariadbd', ['--version']).error !== undefined;
const skip = missing && process.env.CI === undefined;

describe.skipIf(skip)('option mysql-check with MariaDB (skipped where mariadbd is not installed)', () => {
  let folder = '';
  let port = 0;
  let server: ReturnType<typeof spawn>;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tsproxy-mariadb-'));
    const data = join(folder, 'd');
    const install = ['--no-defaults', '--auth-root-authentication-method=normal', '--user=root', `--datadir=${data}`];
    const installed = spawnSync('mariadb-install-db', install);
    if (installed.status !== 0) throw new Error(installed.stderr.toString());
    const free = await peer(undefined);
    port = free.port;
    const options = ['--no-defaults', '--user=root', `--datadir=${data}`, `--port=${port}`, `--socket=${data}/s`];
    server = spawn('mariadbd', [...options, '--bind-address=127.0.0.1', '--skip-name-resolve'], { stdio: 'ignore' });
    await reachable(port);
    // A fresh installation lets anybody in without a name.
    sql("DROP USER IF EXISTS ''@'localhost'; DROP USER IF EXISTS ''@'127.0.0.1'");
    sql(`DELETE FROM mysql.global_priv WHERE User = ''`);
    sql('FLUSH PRIVILEGES');
    sql("CREATE USER 'haproxy'@'127.0.0.1'");
  });

  afterAll(async () => {
    server.kill('SIGKILL');
    await new Promise((gone) => server.once('exit', gone));
    rmSync(folder, { recursive: true, force: true });
  });

  function sql(statement: string): string {
    const run = spawnSync('mariadb', ['--no-defaults', `--socket=${folder}/d/s`, '-uroot', '-N', '-e', statement]);
    return run.stdout.toString().trim();
  }

  function checkOnce(option: string): Promise<CheckResult> {
    const backend = makeBackend('b', ['mode tcp', option, `server s 127.0.0.1:${port} check`], []);
    const check = new Check(planOf(backend), { provider: chooseTransport(), clock: systemClock });
    const target = new HealthTarget(backend.servers[0], 'node1');
    return new Promise((done) => check.start(target, { inter: 5000, connect: 0, check: 0 }, done));
  }

  test.each([['option mysql-check user haproxy'], ['option mysql-check']])(
    '%s passes with the version',
    async (option) => {
      const result = await checkOnce(option);
      expect(result).toMatchObject({ status: 'L7OK', code: 0 });
      expect(result.info).toContain('MariaDB');
    },
  );

  test('an unknown user is refused with the number and text of the database', async () => {
    expect(await checkOnce('option mysql-check user nobody')).toMatchObject({
      status: 'L7STS',
      code: 1045,
      info: "#28000Access denied for user 'nobody'@'127.0.0.1' (using password: NO)",
    });
  });

  test('logs in and leaves without an aborted connection', async () => {
    const aborted = "SHOW GLOBAL STATUS LIKE 'Aborted_clients'";
    const before = sql(aborted);
    await checkOnce('option mysql-check user haproxy');
    expect(sql(aborted)).toBe(before);
  });
});

async function reachable(port: number): Promise<void> {
  let open = false;
  const attempt = (): void => {
    const socket = net.connect(port, '127.0.0.1', () => {
      open = true;
      socket.destroy();
    });
    socket.on('error', () => setTimeout(attempt, 50));
  };
  attempt();
  await until(() => open, 'MariaDB listens', 50_000);
}
