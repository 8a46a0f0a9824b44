import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { lacks } from '../support/installed.js';
import { hangs, sends, type Behaviour } from '../support/origin.js';
import { get } from '../support/raw-client.js';
import { Differential, type Script } from './differential.js';

/** Upgrades to WebSocket over HTTP/1 (manual 5.2 `ws`, 4.2 `timeout tunnel`), beside the real program. */

const CONFIG = `defaults
 mode http
 log global
 option httplog
 timeout connect 2s
 timeout client 1s
 timeout server 2s
 timeout tunnel 400
frontend f
 bind 127.0.0.1:{web}
 use_backend short if { path /short/ws }
 use_backend long if { path /long/ws }
 use_backend h1 if { path_beg /h1 }
 default_backend b
backend b
 server s 127.0.0.1:{origin}
backend short
 timeout tunnel 0
 timeout server 500
 server s 127.0.0.1:{origin}
backend long
 timeout tunnel 0
 timeout server 5s
 server s 127.0.0.1:{origin}
backend h1
 server s 127.0.0.1:{origin} ws h1
`;

const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';
const ACCEPT = createHash('sha1').update(`${KEY}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
const switching = (...fields: string[]): string =>
  `${['HTTP/1.1 101 Switching Protocols', ...fields].join('\r\n')}\r\n\r\n`;
const upgraded = switching('Upgrade: websocket', 'Connection: Upgrade', `Sec-WebSocket-Accept: ${ACCEPT}`);

const TABLE: Readonly<Record<string, Behaviour>> = {
  '/ws': sends(upgraded),
  '/h1/ws': sends(upgraded),
  '/short/ws': sends(upgraded),
  '/long/ws': sends(upgraded),
  '/early': sends(`${upgraded}\x81\x05hello`),
  '/wrong-accept': sends(switching('Upgrade: websocket', 'Connection: Upgrade', 'Sec-WebSocket-Accept: nonsense')),
  '/no-accept': sends(switching('Upgrade: websocket', 'Connection: Upgrade')),
  '/no-upgrade': sends(switching('Connection: Upgrade')),
  '/other': sends(switching('Upgrade: other', 'Connection: Upgrade')),
  '/refused': sends('HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno'),
  '/hang': hangs,
};

const asking = (...fields: string[]): string => `${fields.join('\r\n')}\r\n`;
const ws = asking(
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  `Sec-WebSocket-Key: ${KEY}`,
);

/** An established tunnel ends by `timeout tunnel` when nobody else ends it. */
const tunnel = (path: string, ...more: (string | number)[]): Script => ({
  send: [get(path, ws), ...more],
  after: 'close',
});

const CASES: readonly (readonly [string, Script])[] = [
  ['silent tunnel', tunnel('/ws')],
  ['server with ws h1', tunnel('/h1/ws')],
  ["without timeout tunnel, the server's time", tunnel('/short/ws')],
  ["without timeout tunnel, the client's time", tunnel('/long/ws')],
  ['bytes of the client', tunnel('/ws', 50, '\x81\x85\0\0\0\0hello', 100, '\x88\x80\0\0\0\0')],
  ['bytes right behind the response', tunnel('/early')],
  ['the client ends', { send: [get('/ws', ws), 100], after: 'fin' }],
  ['the client breaks off', { send: [get('/ws', ws), 100], after: 'rst' }],
  ['wrong accept', tunnel('/wrong-accept')],
  ['no accept', tunnel('/no-accept')],
  ['no upgrade in the answer', tunnel('/no-upgrade')],
  ['another protocol in the answer', tunnel('/other')],
  ['refused by the server', { send: get('/refused', ws) }],
  ['not a tunnel yet', { send: get('/hang', ws), after: 'close' }],
  [
    'without a key',
    { send: get('/ws', asking('Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13')) },
  ],
  ['an empty key', { send: get('/ws', asking('Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Key: ')) }],
  ['a short key', { send: get('/ws', asking('Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Key: abc')) }],
  ['two keys', { send: get('/ws', `${ws}Sec-WebSocket-Key: ${KEY}\r\n`), after: 'close' }],
  [
    'without a version',
    {
      send: get('/ws', asking('Connection: Upgrade', 'Upgrade: websocket', `Sec-WebSocket-Key: ${KEY}`)),
      after: 'close',
    },
  ],
  [
    'other letters',
    {
      send: get('/ws', asking('connection: keep-alive, UPGRADE', 'upgrade: WebSocket', `sec-websocket-key: ${KEY}`)),
      after: 'close',
    },
  ],
  [
    'one of several protocols',
    {
      send: get('/ws', asking('Connection: Upgrade', 'Upgrade: foo, websocket')),
      after: 'close',
    },
  ],
  [
    'upgrade without websocket',
    { send: get('/other', asking('Connection: Upgrade', 'Upgrade: other')), after: 'close' },
  ],
  ['websocket without Connection: upgrade', { send: get('/refused', asking('Upgrade: websocket')) }],
  ['HTTP/1.0', { send: get('/refused', ws, '1.0'), after: 'close' }],
  [
    'HTTP/1.0 without a key',
    { send: get('/refused', asking('Connection: Upgrade', 'Upgrade: websocket'), '1.0'), after: 'close' },
  ],
  [
    'POST without a key',
    {
      send: `POST /refused HTTP/1.1\r\nHost: x\r\n${asking('Connection: Upgrade', 'Upgrade: websocket')}Content-Length: 2\r\n\r\nhi`,
      after: 'close',
    },
  ],
];

describe.skipIf(lacks('haproxy'))('beside the real haproxy', () => {
  let both: Differential;
  beforeAll(async () => {
    both = await Differential.start(CONFIG, TABLE);
  });

  test.each(CASES)('%s', async (name, script) => {
    const { ours, real } = await both.observe(name, script);
    expect(ours).toEqual(real);
  });
});
