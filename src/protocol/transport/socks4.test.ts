import { describe, expect, test } from 'vitest';
import type { ConnectSpec, Transport, TransportOwner, TransportProvider } from '../../core/transport.js';
import { relayingProvider, socksRequest } from './socks4.js';

test('the request', () => {
  expect(socksRequest('192.0.2.7', 8080).toString('latin1')).toBe('\x04\x01\x1f\x90\xc0\x00\x02\x07HAProxy\0');
});

const ENDPOINT = { address: '', port: 0, family: 4 } as const;

/** A connection of which the test plays the other side. */
function bench(spec: Partial<ConnectSpec> = {}) {
  const heard: string[] = [];
  const owner: TransportOwner = {
    onConnect: () => void heard.push('connect'),
    onData: (buffer, length) => void heard.push(`data ${buffer.toString('latin1', 0, length)}`),
    onEnd: () => void heard.push('end'),
    onDrain: () => undefined,
    onClose: (error) => void heard.push(`close ${error}`),
  };
  const sent: string[] = [];
  const specs: ConnectSpec[] = [];
  const transport = {
    owner,
    closed: false,
    local: ENDPOINT,
    remote: ENDPOINT,
    writeLatin1: (text: string) => sent.push(text) > 0,
    destroy() {
      this.closed = true;
      this.owner.onClose('');
    },
  };
  const lower = {
    name: 'socket',
    listen: () => {
      throw new Error('nobody listens');
    },
    connect(to: ConnectSpec, by: TransportOwner) {
      specs.push(to);
      transport.owner = by;
      return transport as Partial<Transport> as Transport;
    },
  } satisfies TransportProvider;
  const via = { address: '192.0.2.1', port: 1080 };
  const whole = { address: '192.0.2.7', port: 80, path: '', sourceAddress: '', sourcePort: 0, via, ...spec };
  relayingProvider(lower).connect(whole, owner);
  const say = (hex: string): void => {
    const bytes = Buffer.from(hex.replaceAll(' ', ''), 'hex');
    transport.owner.onData(bytes, bytes.length);
  };
  return { heard, sent, specs, transport, say, owner };
}

const GRANTED = '00 5a 00 00 00 00 00 00';

describe('a connection by a proxy', () => {
  test('is one to the server once the proxy says so', () => {
    const { heard, sent, specs, transport, say, owner } = bench();
    expect(specs[0]).toMatchObject({ address: '192.0.2.1', port: 1080 });
    transport.owner.onConnect();
    expect(sent).toEqual(['\x04\x01\0P\xc0\0\x02\x07HAProxy\0']);
    say('00 5a');
    expect(heard).toEqual([]);
    say('00 00 00 00 00 00');
    expect(heard).toEqual(['connect']);
    expect(transport.owner).toBe(owner);
  });

  test('what a server says at once is not lost', () => {
    const { heard, transport, say } = bench();
    transport.owner.onConnect();
    say(`${GRANTED} 32 32 30`);
    expect(heard).toEqual(['connect', 'data 220']);
  });

  test('a PROXY header goes to the server, not to the proxy', () => {
    const { sent, transport, say } = bench({ greeting: () => 'PROXY UNKNOWN\r\n' });
    transport.owner.onConnect();
    expect(sent.length).toBe(1);
    say(GRANTED);
    expect(sent[1]).toBe('PROXY UNKNOWN\r\n');
  });

  test.each<[string, (one: ReturnType<typeof bench>) => void, string]>([
    ['it refuses', ({ say }) => say('00 5b 00 00 00 00 00 00'), 'close ESOCKSDENY'],
    ['it hangs up', ({ transport }) => transport.owner.onEnd(), 'close ESOCKSRECV'],
    ['the connection breaks', ({ transport }) => transport.owner.onClose('ECONNRESET'), 'close ECONNRESET'],
  ])('%s', (_what, act, expected) => {
    const one = bench();
    one.transport.owner.onConnect();
    act(one);
    expect(one.heard).toEqual([expected]);
  });

  test('IPv6 is not part of the protocol', () => {
    const { heard, sent, transport } = bench({ address: '2001:db8::1' });
    transport.owner.onConnect();
    expect(sent).toEqual([]);
    expect(heard).toEqual(['close ESOCKSDENY']);
  });
});

test.each([{ via: undefined }, { path: '/run/x' }])('no proxy: %o', (spec) => {
  const { specs, transport, owner } = bench(spec);
  expect(specs[0].address).toBe('192.0.2.7');
  expect(transport.owner).toBe(owner);
});
