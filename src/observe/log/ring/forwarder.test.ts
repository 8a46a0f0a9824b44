import { describe, expect, test, vi } from 'vitest';
import type { ConnectSpec, Transport, TransportOwner, TransportProvider } from '../../../core/transport.js';
import { RingForwarder } from './forwarder.js';
import { Ring } from './ring.js';

/** A provider whose connections are played by the test. */
class Played {
  readonly specs: ConnectSpec[] = [];
  owner: TransportOwner | undefined;
  written = '';
  ended = false;
  accepts = true;

  get provider(): TransportProvider {
    const connect = (spec: ConnectSpec, owner: TransportOwner): Transport => {
      this.specs.push(spec);
      this.owner = owner;
      return this.transport();
    };
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the rest is not called
    return { connect } as unknown as TransportProvider;
  }

  private transport(): Transport {
    const transport = {
      write: (buffer: Buffer, start: number, end: number): boolean => {
        this.written += buffer.latin1Slice(start, end);
        return this.accepts;
      },
      destroy: () => this.owner?.onClose(''),
      end: () => (this.ended = true),
    };
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the rest is not called
    return transport as unknown as Transport;
  }
}

function setUp(
  logProto?: string,
  times = { connect: 100, server: 100, retry: 50 },
): {
  ring: Ring;
  played: Played;
  forwarder: RingForwarder;
} {
  const place = { source: { file: 'x', line: 1, text: '' }, column: 1, length: 1 };
  const address = {
    span: place,
    text: '',
    kind: 'ip',
    host: '10.0.0.1',
    family: undefined,
    port: 514,
    portEnd: 514,
    portOffset: false,
    fd: -1,
    transport: 'stream',
  } as const;
  const ring = new Ring(1000);
  const played = new Played();
  const server = { model: { name: 's', address, logProto }, tls: undefined };
  return { ring, played, forwarder: new RingForwarder(ring, server, times, played.provider) };
}

const turn = (): Promise<void> => new Promise((over) => setImmediate(over));

describe('the lines of a ring are sent', () => {
  test.each([
    [undefined, 'one\ntwo\n', 'three\n'],
    ['octet-count', '3 one3 two', '5 three'],
  ])('log-proto %s', async (proto, first, second) => {
    const { ring, played, forwarder } = setUp(proto);
    ring.write('one');
    ring.write('two');
    forwarder.start();
    expect(played.specs).toMatchObject([{ address: '10.0.0.1', port: 514 }]);
    expect(played.written).toBe('');
    played.owner?.onConnect();
    expect(played.written).toBe(first);
    ring.write('three');
    await turn();
    expect(played.written).toBe(first + second);
    forwarder.stop();
    expect(played.ended).toBe(true);
  });

  test('when the kernel has room again', async () => {
    const { ring, played, forwarder } = setUp();
    forwarder.start();
    played.owner?.onConnect();
    played.accepts = false;
    ring.write('one');
    await turn();
    ring.write('two');
    await turn();
    expect(played.written).toBe('one\n');
    played.accepts = true;
    played.owner?.onDrain();
    expect(played.written).toBe('one\ntwo\n');
    forwarder.stop();
  });
});

describe('time', () => {
  test('a server that does not answer, one that takes nothing, and the next attempt', () => {
    vi.useFakeTimers();
    const { ring, played, forwarder } = setUp();
    forwarder.start();
    vi.advanceTimersByTime(99);
    expect(played.specs).toHaveLength(1);
    // 100 ms until it is given up, 50 until the next attempt
    vi.advanceTimersByTime(51);
    expect(played.specs).toHaveLength(2);
    ring.write('one');
    played.accepts = false;
    played.owner?.onConnect();
    vi.advanceTimersByTime(150);
    expect(played.specs).toHaveLength(3);
    forwarder.stop();
    vi.advanceTimersByTime(1000);
    expect(played.specs).toHaveLength(3);
    vi.useRealTimers();
  });
});
