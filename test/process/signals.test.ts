import { describe, expect, test } from 'vitest';
import { subjectName } from '../support/environment.js';
import { statusOf } from '../support/http-message.js';
import { until } from '../support/poll.js';
import { run } from '../support/program.js';
import { proxyCommand, startProxy, writeConfig } from '../support/proxy.js';
import { askOnce, get, RawClient } from '../support/raw-client.js';

const config = (global = ''): string => `
global
 ${global}
defaults
 mode http
 timeout connect 5s
 timeout client 30s
 timeout server 30s
frontend web
 bind 127.0.0.1:{web}
 http-request return status 200 content-type text/plain string hi
`;

const serves = async (port: number): Promise<boolean> =>
  askOnce(port, get('/', 'connection: close\r\n')).then(
    ({ head }) => statusOf(head) === 200,
    () => false,
  );

describe('signals', () => {
  test.each(['SIGUSR2', 'SIGQUIT', 'SIGHUP', 'SIGTTIN'] as const)('%s ends nothing', async (signal) => {
    const { program, port } = await startProxy(config());
    program.signal(signal);
    expect(await serves(port('web'))).toBe(true);
    expect(program.exit).toBeUndefined();
    if (signal === 'SIGQUIT') await until('a dump', () => `${program.stdout}${program.stderr}`.includes('Dumping '));
    if (signal === 'SIGHUP') {
      await until('states', () =>
        /SIGHUP: Proxy web has no servers\. Conn: act\(FE\+BE\): \d\+0, /.test(program.stderr),
      );
    }
  });

  test('a second SIGUSR1 does not end what the first one began', async () => {
    const { program, port } = await startProxy(config());
    const fresh = await RawClient.connect(port('web'));
    program.signal('SIGUSR1');
    await until('the port is closed', async () => !(await serves(port('web'))));
    program.signal('SIGUSR1');
    program.signal('SIGUSR1');
    const { head } = await fresh.ask(get('/'));
    expect(statusOf(head)).toBe(200);
    expect(await program.exited).toEqual({ code: 0, signal: null });
    expect(program.stderr).not.toContain('Debugger');
  });

  test('SIGTTOU gives the ports back, SIGTTIN opens them again; who is connected notices nothing', async () => {
    const { program, port } = await startProxy(config());
    const kept = await RawClient.connect(port('web'));
    expect(statusOf((await kept.ask(get('/'))).head)).toBe(200);
    program.signal('SIGTTOU');
    await until('the port is closed', async () => !(await serves(port('web'))));
    expect(statusOf((await kept.ask(get('/'))).head)).toBe(200);
    program.signal('SIGTTIN');
    await until('the port is open', () => serves(port('web')));
    expect(statusOf((await kept.ask(get('/'))).head)).toBe(200);
    expect(program.stderr).toMatch(/Paused frontend web\.[^]*Resumed frontend web\./);
  });

  test('hard-stop-after ends what does not end by itself', async () => {
    const { program, port } = await startProxy(config('hard-stop-after 300ms'));
    await RawClient.connect(port('web'));
    program.signal('SIGUSR1');
    expect((await program.exited).code).toBe(0);
    expect(program.stderr).toContain('soft-stop running for too long, performing a hard-stop.');
    expect(program.stderr).toContain('Proxy web hard-stopped (1 remaining conns will be closed).');
  });

  test('grace: the ports stay open for a while', async () => {
    const { program, port } = await startProxy(config('grace 1500ms'));
    program.signal('SIGUSR1');
    expect(await serves(port('web'))).toBe(true);
    expect((await program.exited).code).toBe(0);
  });
});

describe('descriptors', () => {
  test.each([
    ['maxconn 1000', 1, /\[ALERT\] .*\[haproxy\.main\(\)\] Cannot raise FD limit to 20\d\d, limit is 200\./],
    ['ulimit-n 1000', 1, /\[ALERT\] .*\[haproxy\.main\(\)\] Cannot raise FD limit to 1000, limit is 200\./],
  ])('%s with 200 of them', async (line, code, stderr) => {
    const { file } = await writeConfig(config(line));
    const { program, args } = proxyCommand(subjectName);
    // root could raise its limit
    const unprivileged = process.getuid?.() === 0 ? 'setpriv --reuid 65534 --clear-groups' : '';
    const script = `chmod 755 "$(dirname "$0")"; ulimit -n 200; exec ${unprivileged} "$@"`;
    const ended = await run('sh', ['-c', script, file, program, ...args, '-db', '-f', file]);
    expect(ended).toMatchObject({ code, stderr: expect.stringMatching(stderr) });
  });
});
