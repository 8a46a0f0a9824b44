import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { BE, FE, LI, SV } from '../core/counters.js';
import { get, Stage } from './testing.js';

/** `option contstats`: who watches a long transfer sees it move. */

const DEFAULTS = `
defaults
  timeout connect 1s
  timeout client 60s
  timeout server 60s
`;
const RECOUNT = 5000;

let stage: Stage;

beforeAll(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance', 'Date'] });
  vi.advanceTimersByTime(10_000);
});
afterAll(() => void vi.useRealTimers());
afterEach(() => {
  for (const transport of [...stage.clients, ...stage.servers]) transport.fail();
  stage.settle();
  vi.advanceTimersByTime(200_000);
  stage.settle();
  expect(stage.leftovers()).toEqual({});
  stage.close();
});

/** Bytes of clients and of servers, as the frontend, its listener, the backend and the server tell them. */
function counted(): [number[], number[]] {
  const { counters, listeners } = stage.frontend();
  const back = stage.backend().counters;
  const server = stage.server().counters;
  return [
    [counters[FE.bin], listeners[0].counters[LI.bin], back[BE.bin], server[SV.bin]],
    [counters[FE.bout], listeners[0].counters[LI.bout], back[BE.bout], server[SV.bout]],
  ];
}

const four = (value: number): number[] => [value, value, value, value];

test.each([
  ['with it', '  option contstats', true],
  ['without', '', false],
])('TCP, %s', (_name, option, moves) => {
  stage = new Stage(`${DEFAULTS}
listen l
  mode tcp
  bind :80
${option}
  server s 192.0.2.10:80
`);
  const client = stage.ask('hello');
  stage.answer('answer');
  expect(counted()).toEqual([four(0), four(0)]);
  vi.advanceTimersByTime(RECOUNT);
  expect(counted()).toEqual(moves ? [four(5), four(6)] : [four(0), four(0)]);
  client.send('more');
  stage.settle();
  client.finish();
  stage.upstream.finish();
  stage.settle();
  // nothing is counted twice
  expect(counted()).toEqual([four(9), four(6)]);
});

/** Two requests on one connection, time passing in the midst of their bodies. @returns what is counted at each step */
function dialogue(option: string): [number[], number[]][] {
  stage = new Stage(`${DEFAULTS}
listen l
  mode http
  bind :80
${option}
  server s 192.0.2.10:80
`);
  const steps: [number[], number[]][] = [];
  const step = (): void => {
    vi.advanceTimersByTime(RECOUNT);
    steps.push(counted());
  };
  const client = stage.ask('POST /a HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\n12345');
  step();
  client.send('67890');
  stage.settle();
  step();
  stage.answer('HTTP/1.1 200 OK\r\ncontent-length: 20\r\n\r\n0123456789');
  step();
  stage.answer('0123456789');
  step();
  client.send(get('/b'));
  stage.settle();
  step();
  stage.answer('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
  step();
  return steps;
}

test('HTTP: bodies are counted on their way, and come to the same', () => {
  const moving = dialogue('  option contstats');
  const [[[first]], , [, [begun]]] = moving;
  expect(moving.slice(0, 4)).toEqual([
    [four(first), four(0)],
    [four(first + 5), four(0)],
    [four(first + 5), four(begun)],
    [four(first + 5), four(begun + 10)],
  ]);
  stage.close();
  const still = dialogue('');
  expect(still.slice(0, 3)).toEqual(Array.from({ length: 3 }, () => [four(0), four(0)]));
  expect([moving[3], moving[5]]).toEqual([still[3], still[5]]);
  expect(moving[4][0][0]).toBeGreaterThan(moving[3][0][0]);
});
