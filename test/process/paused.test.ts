import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { until } from '../support/poll.js';
import { startProxy } from '../support/proxy.js';

const answers = (port: number): Promise<boolean> =>
  new Promise((known) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => known(true));
    socket.on('error', () => known(false));
    socket.on('close', () => known(false));
    setTimeout(() => socket.destroy(), 1000);
  });

test('SIGTTOU: with its only port given back the process lives on, and SIGTTIN opens it again', async () => {
  const { program, port } = await startProxy(
    'frontend web\n bind 127.0.0.1:{web}\n mode http\n timeout client 1s\n http-request return status 200\n',
  );
  program.signal('SIGTTOU');
  await until('the port is free', async () => !(await answers(port('web'))));
  await until('it says so', () => program.stderr.includes('Paused frontend web'));
  // a turn of its event loop later it would be gone
  program.signal('SIGHUP');
  await until('it lives', () => program.stderr.includes('SIGHUP: Proxy web'));
  program.signal('SIGTTIN');
  await until('the port is open', () => answers(port('web')));
  expect(program.exit).toBeUndefined();
});
