import { beforeAll, describe, expect, test } from 'vitest';
import { lacks } from '../support/installed.js';
import { sends, sendsAndCloses } from '../support/origin.js';
import { get } from '../support/raw-client.js';
import { Differential, type Script } from './differential.js';

/** Tunnels after a 101: who ends them, when, and what the log says. */

const OPENS = 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n';

const TIMEOUTS: Readonly<Record<string, string>> = {
  'client first': 'timeout client 400\n timeout server 800',
  'server first': 'timeout client 800\n timeout server 400',
  'both': 'timeout client 400\n timeout server 400',
  'client first, server-fin': 'timeout client 400\n timeout server 2s\n timeout server-fin 300',
  'of its own': 'timeout client 2s\n timeout server 2s\n timeout tunnel 500',
  'of its own, server-fin': 'timeout client 2s\n timeout server 2s\n timeout tunnel 1s\n timeout server-fin 300',
}; // prettier-ignore

const ask = (path: string): string => get(path, 'connection: upgrade\r\nupgrade: x\r\n');

const CASES: readonly (readonly [string, Script])[] = [
  ['nothing moves', { send: ask('/opens'), after: 'close', lines: 1 }],
  ['the client ends', { send: [ask('/opens'), 50], after: 'fin', lines: 1 }],
  ['the client says something', { send: [ask('/opens'), 200, 'hello'], after: 'close', lines: 1 }],
  ['the server ends', { send: ask('/ends'), after: 'close', lines: 1 }],
];

describe.skipIf(lacks('haproxy')).each(Object.entries(TIMEOUTS))('timeouts: %s', (_name, timeouts) => {
  let both: Differential;
  beforeAll(async () => {
    both = await Differential.start(
      `defaults
 mode http
 log global
 option httplog
 timeout connect 1s
 ${timeouts}
frontend f
 bind 127.0.0.1:{web}
 default_backend b
backend b
 server s 127.0.0.1:{origin}
`,
      { '/opens': sends(OPENS), '/ends': sendsAndCloses(`${OPENS}last words`) },
    );
  }, 20_000);

  test.each(CASES)('%s', async (name, script) => {
    const { ours, real } = await both.observe(name, script);
    expect(ours).toEqual(real);
  });
});
