import { expect, test } from 'vitest';
import { BE, FE } from '../../core/counters.js';
import { get, ok, Stage } from '../testing.js';

const BACKEND = `
 default_backend b
backend b
 mode http
 server s 192.0.2.1:80
`;
const FRONTEND = `defaults
 timeout connect 1s
 timeout client 1s
 timeout server 1s
frontend f
 mode tcp
 bind 127.0.0.1:80
`;
const SWITCHING = `${FRONTEND} tcp-request inspect-delay 1s
 tcp-request content switch-mode http if HTTP
 http-request set-header x-fe %[fe_name]${BACKEND}`;
const CHOOSING = `${FRONTEND}${BACKEND}`;

test.each([SWITCHING, CHOOSING])('a TCP frontend serves one request after the other', (config) => {
  const stage = new Stage(config);
  const client = stage.ask(get('/1'));
  stage.answer(ok('one'));
  client.send(get('/2'));
  stage.settle();
  stage.answer(ok('two'));
  expect(client.received).toBe(ok('one') + ok('two'));
  client.finish();
  stage.settle();
  expect(stage.leftovers()).toEqual({});
  expect(stage.backend().counters[BE.reqTot]).toBe(2);
  stage.close();
});

test('a backend that was chosen for nothing is left again', () => {
  const stage = new Stage(CHOOSING);
  stage.connect();
  stage.settle();
  expect(stage.backend().counters[BE.scur]).toBe(1);
  stage.clients[0].fail();
  stage.settle();
  expect(stage.leftovers()).toEqual({});
  expect([stage.backend().counters[BE.cliAbrt], stage.backend().counters[BE.reqTot]]).toEqual([1, 0]);
  stage.close();
});

test('what was paused while it was inspected goes on', () => {
  const stage = new Stage(SWITCHING);
  const body = 'x'.repeat(60_000);
  const client = stage.ask(`POST / HTTP/1.1\r\nhost: a\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
  expect(stage.upstream.received.endsWith(body)).toBe(true);
  stage.answer(ok());
  expect(client.received).toBe(ok());
  client.finish();
  stage.settle();
  expect(stage.leftovers()).toEqual({});
  stage.close();
});

test('what is no HTTP is served as TCP, where no rule says otherwise', () => {
  const stage = new Stage(SWITCHING.replace('mode http\n server', 'server'));
  const client = stage.ask('hello\r\n\r\n');
  stage.answer('hi');
  expect(client.received).toBe('hi');
  expect(stage.frontend().counters[FE.reqTot]).toBe(0);
  stage.close();
});

test('`proto none` keeps it TCP, which such a backend cannot serve', () => {
  const stage = new Stage(CHOOSING.replace(':80\n', ':80 proto none\n'));
  const client = stage.ask(get('/'));
  expect([client.received, stage.servers.length]).toEqual(['', 0]);
  client.fail();
  stage.settle();
  expect(stage.leftovers()).toEqual({});
  stage.close();
});
