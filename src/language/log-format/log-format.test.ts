import { describe, expect, test } from 'vitest';
import { FakeStream, fakeScope, fakeServer, wordOf, type FakeScopeOptions } from '../testing.js';
import { compileFormat } from './compile.js';
import { CLF_LOG_FORMAT, HTTP_LOG_FORMAT, HTTPS_LOG_FORMAT, TCP_LOG_FORMAT } from './defaults.js';

const backend = (name: string, mode: 'http' | 'tcp' = 'http') => ({
  name,
  id: 3,
  mode,
  currentConnections: 0,
  queued: 0,
  servers: [],
});

/** The stream of manual 8.2.3's example. */
function example(): FakeStream {
  const stream = new FakeStream();
  stream.session.source = { address: '10.0.1.2', port: 33317, family: 4 };
  stream.frontend = { ...stream.frontend, name: 'http-in' };
  stream.backend = backend('static');
  stream.server = fakeServer('srv1');
  Object.assign(stream.timers, {
    accept: 1000,
    requestStart: 1000,
    requestEnd: 1010,
    queueEnd: 1010,
    connectEnd: 1040,
    responseHead: 1109,
    end: 1109,
  });
  stream.log.requestCaptures = ['1wt.eu'];
  stream.log.responseCaptures = [undefined];
  return stream;
}

function format(text: string, stream: FakeStream, options: FakeScopeOptions & { early?: boolean } = {}): string {
  const { early = false, ...scope } = options;
  return compileFormat(wordOf(text), fakeScope(scope), { target: 'log', early })(stream);
}

const ONE_SLOT = { requestCaptures: [20], responseCaptures: [20] };

describe('the formats of options', () => {
  test('httplog (manual 8.2.3)', () => {
    expect(format(HTTP_LOG_FORMAT, example(), ONE_SLOT)).toMatch(
      /^10\.0\.1\.2:33317 \[\d\d\/Feb\/2009:\d\d:14:14\.655\] http-in static\/srv1 10\/0\/30\/69\/109 200 2750 - - ---- 1\/1\/1\/1\/0 0\/0 \{1wt\.eu\} \{\} "GET \/index\.html HTTP\/1\.1"$/,
    );
  });

  test('httplog without captures leaves no gap', () => {
    expect(format(HTTP_LOG_FORMAT, example())).toMatch(/ 1\/1\/1\/1\/0 0\/0 "GET \/index\.html HTTP\/1\.1"$/);
  });

  test('httplog of what was no request', () => {
    const stream = example();
    stream.backend = undefined;
    Object.assign(stream.timers, {
      requestStart: -1,
      requestEnd: -1,
      queueEnd: -1,
      connectEnd: -1,
      responseHead: -1,
      end: 1002,
    });
    Object.assign(stream.log, {
      requestLine: '',
      method: '',
      uri: '',
      version: '',
      status: 400,
      bytesOut: 0,
      termination: 'PR',
      serverName: '<NOSRV>',
      requestCaptures: undefined,
      responseCaptures: undefined,
      beConn: 0,
      srvConn: 0,
    });
    expect(format(HTTP_LOG_FORMAT, stream, ONE_SLOT)).toMatch(
      /http-in http-in\/<NOSRV> -1\/-1\/-1\/-1\/2 400 0 - - PR-- 1\/1\/0\/0\/0 0\/0 "<BADREQ>"$/,
    );
  });

  test('tcplog (manual 8.2.2)', () => {
    const stream = new FakeStream();
    stream.session.source = { address: '10.0.1.2', port: 33313, family: 4 };
    stream.frontend = { ...stream.frontend, name: 'fnt', mode: 'tcp' };
    stream.backend = backend('bck', 'tcp');
    Object.assign(stream.timers, {
      accept: 1000,
      requestStart: -1,
      requestEnd: -1,
      queueEnd: 1000,
      connectEnd: 1000,
      responseHead: -1,
      end: 6007,
    });
    Object.assign(stream.log, { bytesOut: 212, retries: 3, serverName: 'srv1' });
    expect(format(TCP_LOG_FORMAT, stream, { mode: 'tcp' })).toMatch(
      /^10\.0\.1\.2:33313 \[\d\d\/Feb\/2009:\d\d:14:14\.655\] fnt bck\/srv1 0\/0\/5007 212 -- 1\/1\/1\/1\/3 0\/0$/,
    );
  });

  test('httplog clf', () => {
    expect(format(CLF_LOG_FORMAT, example(), ONE_SLOT)).toBe(
      '10.0.1.2 - - [06/Feb/2009:11:14:14 +0000] "GET /index.html HTTP/1.1" 200 2750 "" "" 33317 655 "http-in" "static" "srv1" 10 0 30 69 109 ---- 1 1 1 1 0 0 0 "" "" "1wt.eu" ""',
    );
  });

  test('httpslog ends with the TLS fields', () => {
    const scope = fakeScope({ offline: true });
    expect(compileFormat(wordOf(HTTPS_LOG_FORMAT), scope, { target: 'log' })(example())).toMatch(
      / 0\/-\/-\/-\/0 -\/-\/-$/,
    );
  });
});

describe('encodings of 3.x', () => {
  const hexText = (text: string): string => Buffer.from(text, 'latin1').toString('hex').toUpperCase();

  test.each<[string, string]>([
    [
      '%{+json}o %(request)r %(custom_expr)[str(custom)]',
      '{"request": "GET /index.html HTTP/1.1", "custom_expr": "custom"}',
    ],
    ['%{+json}o text %ci %(status)ST %(port)cp %(up)[bool(1)]', '{"status": 200, "port": 33317, "up": true}'],
    ['%{+json}o %(n:str)[int(5)] %(s:sint)[str(7)] %(b:bool)[int(3)]', '{"n": "5", "s": 7, "b": true}'],
    ['%{+json}o %(q)[str("a\\"b")] %(none)[req.hdr(none)]', '{"q": "a\\"b", "none": null}'],
    ['x=%{+json}[str("a b")] y=%(:sint){+json}[str(5)]', 'x="a b" y=5'],
    [
      '%{+cbor}o %(a)[int(10)] %(b)[str(xy)] %(c)[int(-500)]',
      `BF${hexText('\x61a\x0a\x61b\x62xy\x61c\x39\x01\xf3')}FF`,
    ],
    ['%{+cbor,+bin}o %(t)[bool(0)] %(l)[int(4294967296)]', '\xbf\x61t\xf4\x61l\x1b\0\0\0\x01\0\0\0\0\xff'],
    ['%(name)ci %(:sint)cp', '10.0.1.2 33317'],
  ])('%s', (text, expected) => {
    expect(format(text, example())).toBe(expected);
  });

  test('a type that is none is refused', () => {
    expect(() => format('%(a:float)ci', example())).toThrow(/unexpected output type 'float'/);
  });
});

describe('variables', () => {
  test.each<[string, string]>([
    ['%%', '%'],
    ['a  b', 'a b'],
    [' %f ', 'http-in '],
    ['%HM %HU %HP %HQ %HV', 'GET /i?q=1 /i ?q=1 HTTP/1.1'],
    ['%{+Q}HM', '"GET"'],
    ['%{+Q}o %f %{-Q}b', ' "http-in" static'.trimStart()],
    ['%ci %{+X}ci %{+X}cp', '10.0.1.2 0A000102 8225'],
    ['%CC %{+Q}CC', '- ""'],
    ['%si:%sp %{+Q}si:%{+Q}sp', '-:- "":""'],
    ['%{+Q}ci %{+Q}cp %{+Q}ST %{+Q}ts', '"10.0.1.2" 33317 200 --'],
    ['%T', '06/Feb/2009:11:14:14 +0000'],
    ['%Ts %{+X}Ts %ms', '1233918854 498C1B86 655'],
    ['%Tq/%Ti/%Th/%Td/%Tt/%Tu', '10/0/0/0/109/109'],
    ['%U', '100'],
    ['%pid', '1234'],
    ['%H', 'testhost'],
    ['%tsc/%ts', '----/--'],
    ['%rc', '+2'],
    ['%hr %hs', '{1wt.eu|} {a#22b#7C#09}'],
    ['%hrl %{+Q}hrl', '1wt.eu - "1wt.eu" ""'],
    ['%[src]-%[res.hdr(x)]', '10.0.1.2--'],
    ["%{+E}[str('a\"b]')]", 'a\\"b\\]'],
    ["%{+Q,+E}[str('a\"b]')]", '"a\\"b\\]"'],
    ['%(name:sint)ST', '200'],
    ['%Ci:%st', '10.0.1.2:200'],
  ])('%s', (text, expected) => {
    const stream = example();
    Object.assign(stream.log, {
      uri: '/i?q=1',
      redispatched: true,
      retries: 2,
      requestCaptures: ['1wt.eu', undefined],
      responseCaptures: ['a"b|\t'],
    });
    expect(format(text, stream, { requestCaptures: [9, 9], responseCaptures: [9] })).toBe(expected);
  });

  test('logasap marks what may still grow', () => {
    expect(format('%B %Tt %Ta %Tr', example(), { early: true })).toBe('+2750 +109 +109 69');
  });

  test('the second request of a connection counts from the end of the first', () => {
    const stream = example();
    Object.assign(stream.timers, {
      accept: 3000,
      requestStart: 3500,
      requestEnd: 3501.9,
      queueEnd: 3502,
      connectEnd: 3502,
      responseHead: 3510,
      end: 3511,
    });
    expect(format('%Ti %TR/%Tw/%Tc/%Tr/%Ta %Tt', stream)).toBe('500 1/1/0/8/11 511');
    expect(format('%trg', stream)).toBe('06/Feb/2009:11:14:17 +0000');
  });

  test('control characters in headers made by rules are encoded', () => {
    const stream = new FakeStream();
    expect(compileFormat(wordOf('%[bin(410142)]%{+Q}[str(x)]'), fakeScope())(stream)).toBe('A%01Bx');
  });
});
