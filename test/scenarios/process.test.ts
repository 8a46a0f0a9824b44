import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { askRuntime } from '../../src/process/runtime-client.js';
import { atEnd } from '../support/cleanup.js';
import { nodePath, subjectName } from '../support/environment.js';
import { temporaryFolder } from '../support/folders.js';
import { statusOf } from '../support/http-message.js';
import { RecordingOrigin } from '../support/origin.js';
import { until } from '../support/poll.js';
import { processLives, run } from '../support/program.js';
import { proxyCommand, runProxy, startProxy, writeConfig } from '../support/proxy.js';
import { askOnce, get, RawClient } from '../support/raw-client.js';

const DEFAULTS = 'defaults\n mode http\n timeout connect 1s\n timeout client 5s\n timeout server 5s\n';
const GOOD = `${DEFAULTS}frontend f\n bind 127.0.0.1:{web}\n http-request return status 200 content-type text/plain string hi\n`;

/** Configuration, arguments before `-f`, exit code, what stderr says, what stdout says. */
const ENDINGS: readonly (readonly [string, string, string[], number, RegExp, RegExp])[] = [
  ['valid', GOOD, ['-c'], 0, /^$/, /^Configuration file is valid\n$/],
  ['valid and quiet', GOOD, ['-c', '-q'], 0, /^$/, /^$/],
  ['unknown keyword', 'frontend f\n bindd :1\n', ['-c'], 1, /\[ALERT\] .*parsing \[.*haproxy\.cfg:2\] ?: unknown keyword 'bindd' in 'frontend' section/, /^$/],
  ['unknown keyword: the closing words', 'frontend f\n bindd :1\n', ['-c'], 1, /config : Fatal errors found in configuration\.\n$/, /^$/],
  ['unknown backend', `${DEFAULTS}frontend f\n bind 127.0.0.1:{web}\n default_backend nob\n`, ['-c'], 1, /unable to find required default_backend: 'nob'/, /^$/],
  ['no listener, checked', DEFAULTS, ['-c'], 2, /^$/, /^Configuration file has no error but will not start \(no listener\) => exit\(2\)\.\n$/],
  ['no listener, run', DEFAULTS, ['-db'], 1, /No enabled listener found \(check for 'bind' directives\) ! Exiting\./, /^$/],
  ['unknown user', `global\n user no-such-user\n${GOOD}`, ['-db'], 1, /cannot find user id for 'no-such-user'/, /^$/],
  ['unknown group', `global\n group no-such-group\n${GOOD}`, ['-db'], 1, /cannot find group id for 'no-such-group'/, /^$/],
  ['unresolvable server', `${GOOD}backend b\n server s no-such-host.invalid:80\n`, ['-db'], 1, /'server b\/s' : could not resolve address 'no-such-host\.invalid'/, /^$/],
]; // prettier-ignore

/** Milliseconds of CPU that a process has used (proc(5): fields 14 and 15, in hundredths of a second). */
function cpuTime(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

describe('how it ends', () => {
  test.each(ENDINGS)('%s', async (_, config, args, code, stderr, stdout) => {
    const { file } = await writeConfig(config);
    const ended = await runProxy(subjectName, [...args, '-f', file]);
    expect({ code: ended.code, stdout: ended.stdout, stderr: ended.stderr }).toEqual({
      code,
      stdout: expect.stringMatching(stdout),
      stderr: expect.stringMatching(stderr),
    });
  });

  test.skipIf(subjectName === 'haproxy' || nodePath !== process.execPath)(
    'it begins with the code that the build kept',
    async () => {
      const { stderr } = await runProxy('tsproxy', ['-v'], { env: { NODE_DEBUG: 'tsproxy' } });
      expect(stderr).toContain('compiled code is used');
    },
  );

  test('a file that is not there', async () => {
    const missing = join(temporaryFolder(), 'nofile.cfg');
    const ended = await runProxy(subjectName, ['-c', '-f', missing]);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain(`Cannot open configuration file/directory ${missing} : No such file or directory`);
  });

  test('a port in use: exit 1, and the other ports are not served', async () => {
    const occupant = await RecordingOrigin.start();
    const both = `${GOOD}frontend g\n bind 127.0.0.1:{taken}\n`;
    const { file, values } = await writeConfig(both, { taken: occupant.port });
    const ended = await runProxy(subjectName, ['-db', '-f', file]);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain(
      `Binding [${file}:10] for frontend g: cannot bind socket (Address already in use) for [127.0.0.1:${occupant.port}]`,
    );
    expect(ended.stderr).toContain('main()] Some protocols failed to start their listeners! Exiting.');
    await expect(askOnce(Number(values.web), get('/'))).rejects.toThrow('ECONNREFUSED');
  });

  test.each([
    ['SIGTERM', { code: null, signal: 'SIGTERM' }],
    ['SIGINT', { code: null, signal: 'SIGINT' }],
    ['SIGUSR1', { code: 0, signal: null }],
  ] as const)('%s', async (signal, expected) => {
    const proxy = await startProxy(GOOD);
    expect(statusOf((await askOnce(proxy.port('web'), get('/'))).head)).toBe(200);
    proxy.program.signal(signal);
    expect(await proxy.program.exited).toEqual(expected);
  });

  test('goes on, and does not spin, when nobody reads its messages any more', async () => {
    const socket = join(temporaryFolder(), 'sock');
    const proxy = await startProxy(
      `global\n stats socket ${socket} level admin\n${GOOD}backend b\n server s 127.0.0.1:1\n`,
    );
    proxy.program.deafen();
    expect(await askRuntime(socket, 'disable server b/s\n')).toBe('\n');
    const before = cpuTime(proxy.program.pid);
    await delay(1000);
    expect(cpuTime(proxy.program.pid) - before).toBeLessThan(250);
    expect(statusOf((await askOnce(proxy.port('web'), get('/'))).head)).toBe(200);
  });

  test('SIGUSR1 lets a response end, takes no new client, then exits', async () => {
    const origin = await RecordingOrigin.start({}, (connection, request) => origin.holds(connection, request));
    const proxy = await startProxy(
      `${DEFAULTS}listen f\n bind 127.0.0.1:{web}\n server s 127.0.0.1:{origin}\n`,
      { values: { origin: origin.port } },
    ); // prettier-ignore
    const client = await RawClient.connect(proxy.port('web'));
    client.send(get('/held'));
    await origin.holding(1);
    proxy.program.signal('SIGUSR1');
    await until('new clients are refused', async () => {
      const refused = await RawClient.connect(proxy.port('web')).then((late) => late.close(), () => true);
      return refused === true;
    }); // prettier-ignore
    expect(proxy.program.exit).toBeUndefined();
    origin.release();
    expect((await client.response()).body).toBe('ok');
    expect((await proxy.program.exited).code).toBe(0);
  });
});

const daemonised = (folder: string): string => `global\n daemon\n pidfile ${join(folder, 'pid')}\n${GOOD}`;

/** Ends the process of a pid file, if there is one. */
async function end(pidFile: string): Promise<void> {
  if (!existsSync(pidFile)) return;
  const pid = Number(readFileSync(pidFile, 'latin1'));
  if (processLives(pid)) process.kill(pid, 'SIGTERM');
  await until('the daemon ends', () => !processLives(pid));
}

describe('daemon', () => {
  test('returns 0 once it listens, and the pid file names the process that serves', async () => {
    const folder = temporaryFolder();
    atEnd(() => end(join(folder, 'pid')));
    const { file, values } = await writeConfig(daemonised(folder));
    const { program, args } = proxyCommand(subjectName);
    const started = await run('sh', ['-c', 'exec "$@" >/dev/null 2>&1', 'sh', program, ...args, '-f', file]);
    const pid = Number(readFileSync(join(folder, 'pid'), 'latin1'));
    expect(started.code).toBe(0);
    expect(statusOf((await askOnce(Number(values.web), get('/'))).head)).toBe(200);
    expect(processLives(pid)).toBe(true);
  });

  test('-D and -p do the same', async () => {
    const folder = temporaryFolder();
    const { file, values } = await writeConfig(GOOD);
    const pidFile = join(folder, 'other.pid');
    atEnd(() => end(pidFile));
    const started = await runProxy(subjectName, ['-D', '-p', pidFile, '-f', file]);
    expect(started.code).toBe(0);
    expect(statusOf((await askOnce(Number(values.web), get('/'))).head)).toBe(200);
    expect(processLives(Number(readFileSync(pidFile, 'latin1')))).toBe(true);
  });

  test('a port in use: 1, and no pid file', async () => {
    const folder = temporaryFolder();
    const occupant = await RecordingOrigin.start();
    const { file } = await writeConfig(daemonised(folder), { web: occupant.port });
    const started = await runProxy(subjectName, ['-f', file]);
    expect(started.code).toBe(1);
    expect(existsSync(join(folder, 'pid'))).toBe(false);
  });

  test('-db wins over daemon', async () => {
    const folder = temporaryFolder();
    const proxy = await startProxy(daemonised(folder));
    expect(statusOf((await askOnce(proxy.port('web'), get('/'))).head)).toBe(200);
    expect(processLives(proxy.program.pid)).toBe(true);
  });
});

describe('several files', () => {
  test('-f twice, and a folder in the order of its names', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, '1.cfg'), DEFAULTS);
    writeFileSync(join(folder, '2.cfg'), 'frontend f\n bind 127.0.0.1:8080\n default_backend b\n');
    writeFileSync(join(folder, '3.cfg'), 'backend b\n server s 127.0.0.1:1\n');
    writeFileSync(join(folder, 'notes.txt'), 'not a configuration\n');
    expect((await runProxy(subjectName, ['-c', '-f', folder])).stdout).toBe('Configuration file is valid\n');
    const files = ['1.cfg', '2.cfg', '3.cfg'].flatMap((name) => ['-f', join(folder, name)]);
    expect((await runProxy(subjectName, ['-c', ...files])).stdout).toBe('Configuration file is valid\n');
  });
});
