import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { atEnd } from '../support/cleanup.js';
import { temporaryFolder } from '../support/folders.js';
import { findProgram } from '../support/installed.js';
import { statusOf } from '../support/http-message.js';
import { until } from '../support/poll.js';
import { type Program, processLives } from '../support/program.js';
import { type Proxy, type ProxyName, runProxy, startHaproxy, startTsproxy, writeConfig } from '../support/proxy.js';
import { askOnce, get, RawClient } from '../support/raw-client.js';

/** Master-worker mode beside the real haproxy: what both print, answer and exit with. */
const SUBJECTS: readonly ProxyName[] = findProgram('haproxy') === undefined ? ['tsproxy'] : ['tsproxy', 'haproxy'];

const CONFIG = `
defaults
 mode http
 timeout connect 5s
 timeout client 30s
 timeout server 30s
frontend web
 bind 127.0.0.1:{web}
 http-request return status 200 content-type text/plain string hi
`;
const WITH_PROGRAMS = `${CONFIG}
program one
 command sleep 1000
program two
 command sleep 1001
 no option start-on-reload
`;

/** ms, for what a busy machine may be slow with. */
const LONG = 30_000;

interface Mastered {
  readonly proxy: Proxy;
  readonly program: Program;
  readonly socket: string;
}

async function start(name: ProxyName, config: string, ...more: string[]): Promise<Mastered> {
  const socket = join(temporaryFolder(), 'master');
  const options = { args: ['-W', '-S', socket, ...more] };
  const proxy = await (name === 'haproxy' ? startHaproxy : startTsproxy)(config, options);
  const { program } = proxy;
  await until('the first worker', () => program.stderr.includes('Loading success.'));
  await settled(socket);
  return { proxy, program, socket };
}

/**
 * Master and worker run their loops. Only then do they obey signals: before, the real ones simply die of them. Who asks
 * the real master of its worker too early may wait for ever, so questions are given up.
 */
async function settled(socket: string): Promise<void> {
  const answers = async (): Promise<boolean> => /^Pid:/m.test(await askNow(socket, '@1 show info\n', 1000));
  await until('master and worker answer', answers, LONG);
}

/** Programs that have become what they are to be; a signal before that is lost with the real master. */
async function programs(socket: string): Promise<string[]> {
  return until('programs run', async () => {
    const found = [...(await askNow(socket, 'show proc\n')).matchAll(/^(\d+) +(one|two) /gm)];
    const run = found.every(([, pid]) => readFileSync(`/proc/${pid}/comm`, 'latin1') === 'sleep\n');
    return run && found.length > 0 && found.map(([, , name]) => name);
  }, LONG); // prettier-ignore
}

/** What a runtime socket answers to some lines. The real master does not listen for a moment when it reloads. */
function ask(path: string, text: string): Promise<string> {
  return until('the master answers', () => askNow(path, text), LONG);
}

/** @param patience ms of silence after which it is given up, 0 = none */
function askNow(path: string, text: string, patience = 0): Promise<string> {
  return new Promise((answered, fail) => {
    const socket = connect(path);
    let answer = '';
    socket.setEncoding('latin1').on('data', (piece: string) => (answer += piece));
    socket.once('end', () => answered(answer)).once('error', fail);
    socket.setTimeout(patience, () => {
      socket.destroy();
      answered('');
    });
    socket.end(text);
  });
}

const workers = ({ stderr }: Program): number[] =>
  [...stderr.matchAll(/New worker \((\d+)\) forked/g)].map(([, pid]) => Number(pid));
const count = ({ stderr }: Program, text: string): number => stderr.split(text).length - 1;

/** Lines that both programs print: without numbers of processes, and what one of them only has to say. */
function comparable(text: string): string[] {
  return text
    .replaceAll(/\(\d+\)/g, '(PID)')
    .replaceAll(/\/\S*\/haproxy\.cfg/g, 'FILE')
    .split('\n')
    .filter((line) => !/version is|path to executable|<HTTPCLIENT>|Proxy GLOBAL|^ {2,}[|-]/.test(line) && line !== '')
    .toSorted();
}

/** The same in both programs. */
async function compare(scene: (name: ProxyName) => Promise<unknown>): Promise<void> {
  const results: unknown[] = [];
  for (const name of SUBJECTS) results.push(await scene(name));
  if (results.length === 2) expect(results[0]).toEqual(results[1]);
  else expect(results[0]).toBeDefined();
}

describe('how a master ends', () => {
  test.each(['SIGTERM', 'SIGUSR1', 'SIGINT'] as const)('%s', async (signal) => {
    await compare(async (name) => {
      const { program } = await start(name, CONFIG);
      program.signal(signal);
      return { exit: await program.exited, said: comparable(program.stderr) };
    });
  });

  test.each(['SIGKILL', 'SIGTERM', 'SIGUSR1'] as const)('its worker gets %s', async (signal) => {
    await compare(async (name) => {
      const { program } = await start(name, CONFIG);
      process.kill(workers(program)[0], signal);
      return { exit: await program.exited, said: comparable(program.stderr) };
    });
  });

  test('SIGKILL takes its worker along', async () => {
    await compare(async (name) => {
      const { proxy, program } = await start(name, CONFIG);
      await program.kill();
      await until('the worker is gone', () => askOnce(proxy.port('web'), get('/')).then(() => false, () => true)); // prettier-ignore
      return true;
    });
  });

  test('a program that ends badly ends everything', async () => {
    await compare(async (name) => {
      const word = join(temporaryFolder(), 'die');
      const dies = `sh -c 'until [ -e ${word} ]; do sleep 0.1; done; exit 7'`;
      const { program } = await start(name, `${CONFIG}\nprogram dies\n command ${dies}\n`);
      writeFileSync(word, '');
      return { exit: await program.exited, said: comparable(program.stderr) };
    });
  });

  test('it does not start with a broken file', async () => {
    await compare(async (name) => {
      const { file } = await writeConfig(`${CONFIG}\nbroken\n`);
      const { code, stderr } = await runProxy(name, ['-W', '-f', file]);
      return { code, said: comparable(stderr) };
    });
  });
});

describe('reloads', () => {
  test('good, broken, mended: what is printed, and who serves', async () => {
    await compare(async (name) => {
      const { proxy, program, socket } = await start(name, CONFIG);
      const good = readFileSync(proxy.file, 'utf8');
      const seen: unknown[] = [];
      const look = async (): Promise<void> => {
        const { head } = await askOnce(proxy.port('web'), get('/', 'connection: close\r\n'));
        const table = (await ask(socket, 'show proc\n'))
          .replaceAll(/\d+d\d+h\d+m\d+s/g, 'UP')
          .replaceAll(/2\.6\.\S+/g, 'V');
        const prompt = (await ask(socket, 'prompt\n')).trim();
        seen.push(statusOf(head), table.replaceAll(/^\d+ +/gm, 'PID '), prompt);
      };
      await look();
      program.signal('SIGUSR2');
      await until('a former worker is gone', () => count(program, 'Former worker') === 1, LONG);
      await look();
      appendFileSync(proxy.file, 'broken\n');
      program.signal('SIGUSR2');
      await until('a failure', () => count(program, 'Loading failure!') === 1, LONG);
      await look();
      writeFileSync(proxy.file, good);
      await ask(socket, 'reload\n');
      await until('another former worker is gone', () => count(program, 'Former worker') === 2, LONG);
      await look();
      program.signal('SIGTERM');
      await program.exited;
      return { seen, said: comparable(program.stderr) };
    });
  }, 60_000);

  test('nobody reads its messages any more: it reloads all the same', async () => {
    await compare(async (name) => {
      const { proxy, program, socket } = await start(name, CONFIG);
      program.deafen();
      await ask(socket, 'reload\n');
      await until('a worker serves again', async () => /\b0d00h00m/.test(await ask(socket, 'show proc\n')));
      return { exit: program.exit, status: statusOf((await askOnce(proxy.port('web'), get('/'))).head) };
    });
  });

  test('mworker-max-reloads: a worker that will not go is made to', async () => {
    await compare(async (name) => {
      const { proxy, program, socket } = await start(name, `global\n mworker-max-reloads 1\n${CONFIG}`);
      const stubborn = await RawClient.connect(proxy.port('web'));
      stubborn.send('GET / HTTP/1.1\r\n');
      const seen: boolean[] = [];
      for (let reload = 1; reload <= 2; reload++) {
        program.signal('SIGUSR2');
        await until(`${name}: reload ${reload}`, () => count(program, 'Loading success.') === reload + 1, LONG);
        await settled(socket);
        if (reload === 2) await until('it is gone', () => !processLives(workers(program)[0]), LONG);
        seen.push(processLives(workers(program)[0]));
      }
      await until('its end is told', () => count(program, 'Former worker') > 0, LONG);
      return { seen, former: /Former worker .* exited with code 143 \(Terminated\)/.test(program.stderr) };
    });
  }, 60_000);

  test('programs: which are started again', async () => {
    await compare(async (name) => {
      const { program, socket } = await start(name, WITH_PROGRAMS);
      const before = await programs(socket);
      program.signal('SIGUSR2');
      await until('former ones are gone', () => count(program, 'Former program') === 2, LONG);
      await settled(socket);
      const after = await programs(socket);
      program.signal('SIGTERM');
      return { before, after, exit: await program.exited };
    });
  }, 60_000);
});

describe('the master socket', () => {
  const LINES = [
    'help\n', 'foo\n', '@1 show cli level\n', '@9 show info\n', '@!1 show info\n', '@1; show version\n', '@1 show version;show version\n',
    'show version;@master show version\n', '\n', 'show cli level\n', 'user\nreload\n', '@0 show version\n',
    'prompt\noperator\nshow cli level\n@1\nshow cli level\n@\nuser\nreload\n',
    'mcli-debug-mode\n', 'show fd\n', 'prompt\nmcli-debug-mode on\nexpert-mode on\nmcli-debug-mode\nmcli-debug-mode off\nshow libs\n',
    'prompt\nexpert-mode on\nexperimental-mode on\n@1\n@master\n',
  ]; // prettier-ignore

  test('answers as the real one', async () => {
    await compare(async (name) => {
      const { socket } = await start(name, CONFIG);
      const answers: string[] = [];
      for (const lines of LINES) {
        const answer = await ask(socket, lines);
        answers.push(`${lines}${answer.replaceAll(/2\.6\.\S+/g, 'V').replaceAll(/\b\d+(?=[(>])/g, 'PID')}`);
      }
      return answers;
    });
  });

  test('mcli-debug-mode: what a worker has to say of its process, the master says of its own', async () => {
    const { program, socket } = await start('tsproxy', CONFIG);
    const told = await ask(socket, 'mcli-debug-mode on\nhelp\nshow fd\nshow libs\n');
    expect(told).toMatch(/^ {2}show fd \[num\] /m);
    expect(told).toMatch(/^ +0 : /m);
    expect(program.exit).toBeUndefined();
  });

  test('levels and permissions of -S', async () => {
    await compare(async (name) => {
      const socket = join(temporaryFolder(), 'limited');
      const { proxy } = await start(name, CONFIG, '-S', `${socket},level,user,mode,600`);
      const mode = execFileSync('stat', ['-c', '%a', socket], { encoding: 'utf8' });
      const denied = [await ask(socket, 'reload\n'), await ask(socket, '@1 disable frontend web\n')];
      await proxy.stop();
      return { mode, denied };
    });
  });

  test.each([
    ['xx:yy', 1],
    [',level,foo', 1],
    [',foo', 1],
    ['/nowhere/there/socket', 1],
  ])('-S %s is refused', async (bind, code) => {
    const { file } = await writeConfig(CONFIG);
    const address = bind.startsWith(',') ? join(temporaryFolder(), 'm') + bind : bind;
    const ended = await runProxy('tsproxy', ['-W', '-S', address, '-f', file]);
    expect(ended).toMatchObject({ code, stderr: expect.stringMatching(/ALERT/) });
  });

  test('show startup-logs: what was said while it was read', async () => {
    const { proxy, program, socket } = await start('tsproxy', CONFIG);
    appendFileSync(proxy.file, 'broken\n');
    program.signal('SIGUSR2');
    await until('a failure', () => program.stderr.includes('Loading failure!'));
    expect(await ask(socket, 'show startup-logs\n')).toContain("unknown keyword 'broken'");
  });
});

test('-D -W: the pid file names the master, the command returns once a worker serves', async () => {
  const pidfile = join(temporaryFolder(), 'pid');
  const { file, values } = await writeConfig(CONFIG);
  const { code, stdout, stderr } = await runProxy('tsproxy', ['-D', '-W', '-p', pidfile, '-f', file]);
  const pid = Number(readFileSync(pidfile, 'latin1'));
  atEnd(async () => {
    if (processLives(pid)) process.kill(pid, 'SIGTERM');
    await until('it ends', () => !processLives(pid));
  });
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
  expect(stderr).toContain(`[NOTICE]   (${pid}) : New worker (`);
  expect(statusOf((await askOnce(Number(values.web), get('/'))).head)).toBe(200);
  expect(existsSync(`/proc/${pid}`)).toBe(true);
});

test('master-worker in the file, a port in use: nothing starts', async () => {
  const first = await startTsproxy(CONFIG);
  const { file } = await writeConfig(`global\n master-worker\n${CONFIG}`, { web: first.port('web') });
  const { code, stderr } = await runProxy('tsproxy', ['-dR', '-f', file]);
  expect(code).toBe(1);
  expect(stderr).toContain('cannot bind socket (Address already in use)');
});
