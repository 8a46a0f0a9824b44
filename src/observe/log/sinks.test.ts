import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { LogModel } from '../../config/model.js';
import { LogLevel } from '../../core/log.js';
import { logProblem } from './problem.js';
import { LogSinks } from './sinks.js';

const SPAN = { source: { file: 'x.cfg', line: 1, text: '' }, column: 1, length: 1 };
const NOW = new Date(2026, 10, 23, 8, 45, 9).getTime();

let listener: Socket;
let received: string[];
let from: Set<number>;
beforeEach(async () => {
  received = [];
  from = new Set();
  listener = createSocket('udp4').bind(0, '127.0.0.1');
  listener.on('message', (bytes, { port }) => {
    received.push(bytes.toString('latin1'));
    from.add(port);
  });
  await once(listener, 'listening');
});
afterEach(() => void listener.close());

function model(change: Partial<LogModel> = {}): LogModel {
  const { port } = listener.address();
  return {
    span: SPAN,
    target: {
      kind: 'udp',
      address: {
        span: SPAN, text: `127.0.0.1:${port}`, kind: 'ip', host: '127.0.0.1', family: 4, port, portEnd: port,
        portOffset: false, fd: -1, transport: 'dgram',
      }, // prettier-ignore
    },
    format: 'rfc3164', length: 1024, sample: undefined, facility: 18, maxLevel: 6, minLevel: 0, ...change,
  }; // prettier-ignore
}

function sinks(hostname?: string): LogSinks {
  return new LogSinks({ tag: 'haproxy', pid: 23127, hostname, now: () => NOW });
}

describe('log lines to a real listener', () => {
  test.each([
    ['no format', {}, undefined, '<150>Nov 23 08:45:09 haproxy[23127]: hi\n'],
    ['no format, with a host', {}, 'box', '<150>Nov 23 08:45:09 box haproxy[23127]: hi\n'],
    ['rfc3164', { formatGiven: true }, undefined, '<150>Nov 23 08:45:09 localhost haproxy[23127]: hi\n'],
    ['local', { format: 'local', formatGiven: true }, 'box', '<150>Nov 23 08:45:09 haproxy[23127]: hi\n'],
  ] as const)('%s', async (_, change, hostname, expected) => {
    const all = sinks(hostname);
    const sink = all.open(model(change));
    sink.send(LogLevel.Debug, 'not shown', '');
    sink.send(LogLevel.Info, 'hi', '');
    await once(listener, 'message');
    expect(received).toEqual([expected]);
    all.close();
  });

  test('lines of the configuration with one target share its socket', async () => {
    const all = sinks();
    all.open(model()).send(LogLevel.Info, '1', '');
    await once(listener, 'message');
    all.open(model({ format: 'raw' })).send(LogLevel.Info, '2', '');
    await once(listener, 'message');
    expect([from.size, received.length]).toEqual([1, 2]);
    all.close();
  });
});

test('a ring that is not there loses its lines and counts them', () => {
  const ring = model({ target: { kind: 'ring', name: 'buf', word: { text: 'ring@buf', span: SPAN } } });
  const all = sinks();
  all.open(ring).send(LogLevel.Info, 'hi', '');
  expect(all.dropped).toBe(1);
  expect(logProblem(model())).toBeUndefined();
});
