import { beforeAll, describe, expect, test } from 'vitest';
import { lacks } from '../support/installed.js';
import { type Behaviour, closes, hangs, resets, sends, sendsAndCloses } from '../support/origin.js';
import { get } from '../support/raw-client.js';
import { Differential, type Script } from './differential.js';

/** `retry-on`: which answers are asked for again, how often, and what the client and the log are told. */

const CAUSES: Readonly<Record<string, string>> = {
  'all-retryable-errors': 'all',
  'empty-response': 'empty',
  'junk-response': 'junk',
  'response-timeout': 'timeout',
  '0rtt-rejected': 'early',
  'none': 'none',
  'conn-failure': 'conn',
  '404 425 501 503': 'codes',
}; // prettier-ignore

const CONFIG = `defaults
 mode http
 log global
 option httplog
 retries 2
 timeout connect 1s
 timeout client 5s
 timeout server 300
frontend f
 bind 127.0.0.1:{web}
 use_backend %[req.hdr(x-to)]
${Object.entries(CAUSES)
  .map(
    ([causes, name]) => `backend ${name}
 retry-on ${causes}
 server s 127.0.0.1:{origin}
backend ${name}-down
 timeout connect 100
 retry-on ${causes}
 server s 127.0.0.1:1
`,
  )
  .join('')}backend moves
 retry-on 503
 option redispatch 1
 balance roundrobin
 server s 127.0.0.1:{origin}
 server t 127.0.0.1:{origin}
`;

/** Closing: which connection 2.6 uses for the repetition is not the point here. */
const answer = (status: number): string =>
  `HTTP/1.1 ${status} Whatever\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`;

/** By path: what goes wrong. */
const FAULTS: Readonly<Record<string, Behaviour>> = {
  '/closes': closes,
  '/resets': resets,
  '/junk': sendsAndCloses('SMTP ready\r\n\r\n'),
  '/half': sendsAndCloses('HTTP/1.1 200 O'),
  '/hangs': hangs,
  '/cut': sendsAndCloses('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc'),
  ...Object.fromEntries(
    [404, 408, 425, 500, 501, 502, 503, 504].map((status) => [`/${status}`, sends(answer(status))]),
  ),
};

const post = (path: string, to: string, body: string): string =>
  `POST ${path} HTTP/1.1\r\nhost: test\r\nx-to: ${to}\r\ncontent-length: 10\r\n\r\n${body}`;

const CASES: readonly (readonly [string, Script])[] = [
  ...Object.values(CAUSES).flatMap((to) =>
    Object.keys(FAULTS)
      .filter((path) => path !== '/cut')
      .map((path): [string, Script] => [`${to} ${path}`, { send: get(path, `x-to: ${to}\r\n`) }]),
  ),
  ['a body that is cut', { send: get('/cut', 'x-to: all\r\n'), after: 'close', lines: 1 }],
  ...Object.values(CAUSES).map((to): [string, Script] => [
    `${to}: no connection`,
    { send: get('/', `x-to: ${to}-down\r\n`) },
  ]),
  ['a request with a body', { send: post('/503', 'all', '0123456789') }],
  ['the body comes later', { send: [post('/503', 'all', ''), 50, '0123456789'] }],
  ['another server', { send: get('/503', 'x-to: moves\r\n') }],
];

describe.skipIf(lacks('haproxy'))('as HAProxy', () => {
  let both: Differential;
  beforeAll(async () => {
    both = await Differential.start(CONFIG, FAULTS);
  }, 20_000);

  test.each(CASES)('%s', async (name, script) => {
    const { ours, real } = await both.observe(name, script);
    expect(ours).toEqual(real);
  });

  test('counters', async () => {
    const { ours, real } = await both.counters();
    expect(ours).toEqual(real);
  });
});
