import { createSocket } from 'node:dgram';
import { connect, type Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { atEnd } from '../support/cleanup.js';
import { lacks } from '../support/installed.js';
import { LogSink } from '../support/log-sink.js';
import { until } from '../support/poll.js';
import { startHaproxy, startTsproxy, type Proxy } from '../support/proxy.js';

/** `log-forward` beside the real HAProxy: the same lines go in, the same must come out. */

const FORMATS = ['', 'rfc3164', 'rfc5424', 'local', 'short', 'raw', 'priority', 'timed', 'iso'];

interface Bench {
  readonly proxy: Proxy;
  /** One for each of FORMATS. */
  readonly sinks: readonly LogSink[];
}

async function start(begin: typeof startTsproxy): Promise<Bench> {
  const sinks = await Promise.all(FORMATS.map(() => LogSink.start()));
  const logs = FORMATS.map((format, index) => {
    const shape = format === '' ? '' : `format ${format} `;
    return ` log 127.0.0.1:${sinks[index].port} ${shape}local3\n`;
  });
  const proxy = await begin(
    `log-forward f\n dgram-bind 127.0.0.1:{in}\n bind 127.0.0.1:{in}\n timeout client 10s\n${logs.join('')}`,
  );
  return { proxy, sinks };
}

/** The time of this machine apart: lines that name one are of other days. */
const comparable = (line: string): string =>
  line
    .replace(/[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?= localhost | [^ ]+ without)/, 'DATE')
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}[+-]\d\d:\d\d/, 'NOW')
    .replace(/^(<\d+>)[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d (?=without)/, '$1DATE ');

const LINES = [
  '<134>Jan  6 10:03:03 web app[123]: hello world\n',
  '<134>Jan 16 10:03:03 web app: hello world',
  '<134>Jan 16 10:03:03 web hello world',
  '<134>Jan 16 10:03:03 web app[]: hello',
  '<134>1 2025-01-26T10:03:03.7+02:00 web app 123 ID47 [x@1 a="b"][y c="d"] hello world',
  '<134>1 2025-01-26T10:03:03Z - app - - - hello world',
  '<134>1 2025-01-26T10:03:03Z - - 12 - [x] hello world',
  '<134>1 - web app 123 ID47 - without a time',
  '<134>without anything',
  '<13>without anything',
  '<>without a number',
  '<x>without a number',
  'without a priority\n\n',
  'a\tb\r\n',
  '',
  `<134>${'without an end '.repeat(100)}`,
];

describe.skipIf(lacks('haproxy'))('beside the real haproxy', () => {
  test('over UDP, in all formats', async () => {
    const benches = await Promise.all([start(startHaproxy), start(startTsproxy)]);
    const seen = await Promise.all(
      benches.map(async ({ proxy, sinks }) => {
        const sender = createSocket('udp4');
        atEnd(() => void sender.close());
        for (const [index, line] of LINES.entries()) {
          sender.send(Buffer.from(line, 'latin1'), proxy.port('in'), '127.0.0.1');
          // one after the other: datagrams may overtake each other
          await until(`line ${index}`, () => sinks.every(({ entries }) => entries.length === index + 1));
        }
        return sinks.map(({ entries }) => entries.map(({ raw }) => comparable(raw)));
      }),
    );
    for (const [index, format] of FORMATS.entries()) {
      expect({ format, lines: seen[1][index] }).toEqual({ format, lines: seen[0][index] });
    }
  });

  /** What is sent, and whether the sender is turned away. */
  test.each([
    ['<134>one\n<134>two\r\n<134>three\n', 3, false],
    ['8 <134>one8 <134>two<134>three\n10 <134>four\n', 4, false],
    ['<134>one\nnonsense\n', 1, true],
    ['08 <134>one', 0, true],
    ['20000 <134>', 0, true],
    [`<134>${'x'.repeat(20_000)}\n`, 0, true],
    ['<134>without an end', 0, false],
  ])('over TCP: %j', async (bytes, count, refused) => {
    const seen: string[][] = [];
    for (const begin of [startHaproxy, startTsproxy]) {
      const { proxy, sinks } = await start(begin);
      const socket = connect(proxy.port('in'), '127.0.0.1');
      atEnd(() => void socket.destroy());
      const closed = closing(socket);
      socket.write(bytes);
      await until(`${proxy.name}: lines`, () => sinks[0].entries.length === count);
      if (refused) await closed;
      else socket.end();
      seen.push(sinks[0].entries.map(({ raw }) => comparable(raw)));
      await proxy.stop();
    }
    expect(seen[1]).toEqual(seen[0]);
    expect(seen[1]).toHaveLength(count);
  });
});

function closing(socket: Socket): Promise<void> {
  return new Promise((closed) => {
    socket.on('error', () => {});
    socket.on('close', () => closed());
    socket.resume();
  });
}

test('over the limit of connections others wait; a silent client is let go', async () => {
  const sink = await LogSink.start();
  const proxy = await startTsproxy(
    `log-forward f\n bind 127.0.0.1:{in}\n maxconn 1\n timeout client 300\n log 127.0.0.1:${sink.port} local0\n`,
  );
  const first = connect(proxy.port('in'), '127.0.0.1');
  const second = connect(proxy.port('in'), '127.0.0.1');
  atEnd(() => void second.destroy());
  const firstGone = closing(first);
  first.write('<134>first\n');
  await sinkHas(sink, 'first');
  second.write('<134>second\n');
  await firstGone;
  await sinkHas(sink, 'second');
  expect(sink.entries.map(({ raw }) => raw)).toEqual(['<134>first\n', '<134>second\n']);
});

const sinkHas = (sink: LogSink, text: string): Promise<unknown> =>
  until(text, () => sink.entries.some(({ raw }) => raw.includes(text)));

test('what is received and lost is counted; a port that is taken is named', async () => {
  const { App } = await import('../../src/app.js');
  const taken = await LogSink.start();
  const text = (port: number): string =>
    `log-forward f\n dgram-bind 127.0.0.1:${port}\n log 127.0.0.1:${taken.port} len 80 local0\n log ring@r local0\nring r\n`;
  const { freePort } = await import('../support/ports.js');
  const port = await freePort();
  const app = new App([{ path: 'x.cfg', text: text(port) }], { env: {}, offline: false });
  expect(app.diagnostics.list).toEqual([]);
  await app.start();
  const sender = createSocket('udp4');
  for (let i = 0; i < 3; i++) sender.send(`<134>line ${i}`, port, '127.0.0.1');
  const facts = app.runtime.process;
  await until('three lines', () => facts.receivedLogs === 3);
  expect(facts.droppedLogs).toBe(0);
  sender.close();
  app.stop();
});
