import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { atEnd } from '../support/cleanup.js';
import { onSocketTransport } from '../support/environment.js';
import { LogSink } from '../support/log-sink.js';
import { until } from '../support/poll.js';
import { startTsproxy } from '../support/proxy.js';

const config = (port: number): string =>
  `log-forward f\n bind 127.0.0.1:{in}\n dgram-bind 127.0.0.1:{in}\n log 127.0.0.1:${port} local0\n`;

function sendOverTcp(port: number, line: string): Promise<void> {
  return new Promise((sent, fail) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', fail);
    socket.end(`${line}\n`, () => sent());
  });
}

const count = (sink: LogSink, kind: string): number => sink.entries.filter(({ raw }) => raw.includes(kind)).length;

describe.skipIf(onSocketTransport)('receivers of log lines outlive their process', () => {
  test('a reload refuses no connection, and datagrams go on', async () => {
    const sink = await LogSink.start();
    const { program, port } = await startTsproxy(config(sink.port), { args: ['-W'] });
    const sender = createSocket('udp4');
    atEnd(() => void sender.close());
    await sendOverTcp(port('in'), '<134>tcp 0');
    await until('the first line', () => count(sink, 'tcp') === 1);
    program.signal('SIGUSR2');
    let sent = 1;
    // the second worker has taken over when the first one has gone
    await until('the reload', async () => {
      await sendOverTcp(port('in'), `<134>tcp ${sent++}`);
      return /Former worker .* exited|\(\d+\) exited/.test(program.stderr);
    });
    await until('all lines', () => count(sink, 'tcp') === sent);
    await until('a datagram', () => {
      sender.send('<134>udp', port('in'), '127.0.0.1');
      return count(sink, 'udp') > 0;
    });
    expect(count(sink, 'tcp')).toBe(sent);
  });

  test('-sf takes the addresses over', async () => {
    const sink = await LogSink.start();
    const first = await startTsproxy(config(sink.port));
    const second = await startTsproxy(config(sink.port), {
      args: ['-db', '-sf', String(first.program.pid)],
      values: { in: first.port('in') },
    });
    expect((await first.program.exited).code).toBe(0);
    await until('it listens', async () => {
      await sendOverTcp(first.port('in'), '<134>tcp').catch(() => undefined);
      return count(sink, 'tcp') > 0;
    });
    expect(second.program.exit).toBeUndefined();
  });
});
