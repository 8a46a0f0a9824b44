import { describe, expect, test } from 'vitest';
import { Stage, get, ok } from '../testing.js';

/** Rules of the time before 2.1 (`reqrep`, `rspdeny`…): what they do to messages. */

const config = (rules: string): string => `
defaults
  mode http
  log stdout format raw local0
  option httplog
  timeout connect 1s
  timeout client 30s
  timeout server 20s
frontend f
  bind :80
  acl yes always_true
  acl no always_false
${rules
  .split('; ')
  .map((rule) => `  ${rule}`)
  .join('\n')}
  default_backend b
backend b
  server s 192.0.2.10:8080
backend other
  server t 192.0.2.11:8080
`;

/** Head that the server receives, without its end; the status when it receives none. */
function request(rules: string, text: string): string {
  const stage = new Stage(config(rules));
  const client = stage.ask(text);
  const seen =
    stage.servers.length > 0 ? stage.upstream.received.replace('\r\n\r\n', '') : client.received.slice(9, 12);
  client.fail();
  for (const server of stage.servers) server.fail();
  stage.settle();
  stage.close();
  return seen.replaceAll('\r\n', '|');
}

function response(rules: string, fields: string): string {
  const stage = new Stage(config(rules));
  const client = stage.ask(get('/'));
  stage.answer(ok('', fields));
  const seen = client.received.replace(/\r\n\r\n[^]*/, '').replaceAll('\r\n', '|');
  client.fail();
  stage.upstream.fail();
  stage.settle();
  stage.close();
  return seen;
}

describe('requests', () => {
  test.each([
    // as real files have them
    [String.raw`reqrep ^([^\ ]*\ /)httpbin[/]?(.*) \1\2`, get('/httpbin/x'), 'GET /x HTTP/1.1|host: a'],
    [String.raw`reqirep ^([^\ ].*)poa/core[/]?(.*) \1\2 if yes`, get('/POA/core/x'), 'GET /x HTTP/1.1|host: a'],
    [String.raw`reqirep ^([^\ ].*)poa/core[/]?(.*) \1\2 if no`, get('/poa/core'), 'GET /poa/core HTTP/1.1|host: a'],
    [String.raw`reqirep ^Host: Host:\ b.example`, get('/'), 'GET / HTTP/1.1|host: b.example'],
    [
      String.raw`reqirep ^Host:\ www.(.*)$ Host:\ \1`,
      get('/').replace('host: a', 'Host: www.x'),
      'GET / HTTP/1.1|host: x',
    ],
    [String.raw`reqrep ^([^\ :]*)\ /files/(.*) \1\ /\2`, get('/files/1'), 'GET /1 HTTP/1.1|host: a'],
    [String.raw`reqrep ^GET\ (.*)\ HTTP PUT\ \1\ HTTP/1.1`, get('/x'), 'PUT /x HTTP/1.1|host: a'],
    [String.raw`reqrep ^GET nothing`, get('/x'), '400'],
    // a matching first line keeps the headers out of it
    [String.raw`reqirep .*a.* X:\ y`, get('/b', 'c: a\r\n'), 'GET /b HTTP/1.1|x: y|x: y'],
    [String.raw`reqdel ^X-Two:`, get('/', 'x-one: 1\r\nx-two: 2\r\n'), 'GET / HTTP/1.1|host: a|x-one: 1'],
    [String.raw`reqidel ^x-.*:`, get('/', 'X-One: 1\r\nX-Two: 2\r\ny: 1\r\n'), 'GET / HTTP/1.1|host: a|y: 1'],
    [String.raw`reqdel S=1`, get('/', 'cookie: S=1\r\ncookie: S=2\r\n'), 'GET / HTTP/1.1|host: a|cookie: S=2'],
    [String.raw`reqdel ^.*-One:`, get('/', 'x-one: 1\r\n'), 'GET / HTTP/1.1|host: a'],
    [String.raw`reqadd X-P:\ 100%; reqidel ^X-P`, get('/', 'x-p: 1\r\n'), 'GET / HTTP/1.1|host: a|x-p: 100%'],
    [String.raw`reqdeny ^GET\ /x`, get('/x'), '403'],
    [String.raw`reqdeny ^GET\ /x`, get('/y'), 'GET /y HTTP/1.1|host: a'],
    [String.raw`reqideny ^User-Agent:.*BOT`, get('/', 'user-agent: a bot\r\n'), '403'],
    [
      String.raw`reqdeny ^User-Agent:.*BOT`,
      get('/', 'user-agent: a bot\r\n'),
      'GET / HTTP/1.1|host: a|user-agent: a bot',
    ],
    [String.raw`reqdeny ^GET unless yes`, get('/'), 'GET / HTTP/1.1|host: a'],
    [String.raw`reqallow ^GET; reqdeny ^Host; reqadd X:\ y`, get('/'), 'GET / HTTP/1.1|host: a|x: y'],
    [String.raw`reqiallow ^POST; reqideny ^host`, get('/'), '403'],
    [String.raw`reqpass ^Host:\ a; reqideny a$`, get('/'), 'GET / HTTP/1.1|host: a'],
    [String.raw`reqpass ^Host:\ a; reqideny a$`, get('/', 'x: a\r\n'), '403'],
    [String.raw`reqtarpit ^GET; timeout tarpit 0`, get('/'), '500'],
    [String.raw`reqdeny ^GET; http-request allow`, get('/'), '403'],
    [String.raw`http-request return status 404; block if yes`, get('/'), '403'],
    [String.raw`reqdeny [`, get('/'), 'refused'],
  ])('%s', (rules, text, expected) => {
    if (expected === 'refused') expect(() => request(rules, text)).toThrow("regex '[' is invalid");
    else expect(request(rules, text)).toBe(expected);
  });

  test('reqsetbe', () => {
    const stage = new Stage(config(String.raw`use_backend b if yes; reqsetbe ^GET\ /x other`));
    const [there, here] = [stage.ask(get('/x')), stage.ask(get('/y'))];
    expect(stage.specs.map(({ address }) => address)).toEqual(['192.0.2.11', '192.0.2.10']);
    for (const transport of [there, here, ...stage.servers]) transport.fail();
    stage.settle();
    stage.close();
  });
});

test.each([
  [String.raw`rspdel ^Server:`, 'server: x\r\n', 'HTTP/1.1 200 OK|content-length: 0'],
  [String.raw`rspidel ^x-.*:`, 'X-a: 1\r\nX-b: 2\r\n', 'HTTP/1.1 200 OK|content-length: 0'],
  [String.raw`rsprep ^Location:\ http://(.*) Location:\ https://\1`, 'location: http://a/\r\n', 'HTTP/1.1 200 OK|location: https://a/|content-length: 0'],
  [String.raw`rspirep ^HTTP/1.1\ 200\ OK HTTP/1.1\ 404\ Gone`, '', 'HTTP/1.1 404 Gone|content-length: 0'],
  [String.raw`rsprep ^Server:(.*) X-Server:\1`, 'server: x\r\n', 'HTTP/1.1 200 OK|content-length: 0|x-server: x'],
  [String.raw`rspideny ^x-secret:`, 'x-secret: 1\r\n', 'HTTP/1.1 502 Bad Gateway|content-length: 107|cache-control: no-cache|content-type: text/html'],
  [String.raw`rspadd Strict-Transport-Security:\ max-age=1`, '', 'HTTP/1.1 200 OK|content-length: 0|strict-transport-security: max-age=1'],
])('responses: %s', (rules, fields, expected) => {
  expect(response(rules, fields)).toBe(expected);
}); // prettier-ignore
