import type { Socket } from 'node:net';

/** Servers for checks, told by what they say. A case is run against tsproxy and against the real haproxy. */
export interface CheckCase {
  readonly name: string;
  /** Lines of the backend, `option log-health-checks` and the server line not included. */
  readonly lines: readonly string[];
  /** undefined = nobody listens. */
  readonly serve: ((socket: Socket) => void) | undefined;
}

type Serve = (socket: Socket) => void;

const silent: Serve = (socket) => void socket.resume();
const says =
  (text: string | Buffer): Serve =>
  (socket) => {
    socket.resume();
    socket.write(text);
  };
const saysAndEnds =
  (text: string): Serve =>
  (socket) => {
    socket.resume();
    socket.end(text, 'latin1');
  };
const closes: Serve = (socket) => void socket.resume().end();
/** Answers the first bytes. */
const replies =
  (text: string | Buffer, end = false): Serve =>
  (socket) => {
    socket.once('data', () => (end ? socket.end(text) : socket.write(text)));
    socket.on('data', () => {});
  };
const resets: Serve = (socket) => void socket.once('data', () => socket.resetAndDestroy());
/** One text per turn, the first one at once. */
const talks =
  (...turns: readonly string[]): Serve =>
  (socket) => {
    let turn = 0;
    const next = (): void => void (turn < turns.length && socket.write(turns[turn++]));
    next();
    socket.on('data', next);
  };
/** Turns of several texts each, which arrive apart. */
const talksSlowly =
  (...turns: readonly (readonly string[])[]): Serve =>
  (socket) => {
    let turn = 0;
    const next = (): void => {
      for (const [index, text] of (turns[turn++] ?? []).entries()) setTimeout(() => socket.write(text), 20 * index);
    };
    next();
    socket.on('data', next);
  };
const hex = (digits: string): Buffer => Buffer.from(digits, 'hex');
/** A frame: 65 = agent's hello, 66 = agent's disconnection; FIN is the last bit of the flags. */
const frame = (payload: string): string => (payload.length / 2).toString(16).padStart(8, '0') + payload;
const [VERSION, SIZE] = ['0776657273696f6e 0803322e30', '0e6d61782d6672616d652d73697a65 03'].map((digits) =>
  digits.replace(' ', ''),
);
const CAPABILITIES = '0c6361706162696c69746965730800';
const SPOP_ANSWERS: Readonly<Record<string, string>> = {
  ok: frame(`65000000010000${VERSION}${SIZE}fcf006${CAPABILITIES}`),
  unknown: frame(`65000000010000${VERSION}${SIZE}fcf006${CAPABILITIES}03666f6f0803626172`),
  trailing: `${frame(`65000000010000${VERSION}${SIZE}fcf006`)}00`,
  noversion: frame(`65000000010000${SIZE}fcf006${CAPABILITIES}`),
  nosize: frame(`65000000010000${VERSION}${CAPABILITIES}`),
  old: frame('650000000100000776657273696f6e0803312e30'),
  smallest: frame(`65000000010000${VERSION}${SIZE}f001`),
  small: frame(`65000000010000${VERSION}${SIZE}ff00`),
  large: frame(`65000000010000${VERSION}${SIZE}fcf106`),
  fragment: frame(`65000000000000${VERSION}`),
  type: frame('67000000010000'),
  cut: frame('6500000001'),
  value: frame('650000000100000776657273696f6e0305'),
  empty: '00000000',
  timeout: frame('660000000100000b7374617475732d636f64650302'),
  goodbye: frame('66000000010000'),
};
const answers = (status: string, body = '', fields = ''): Serve =>
  replies(`HTTP/1.1 ${status}\r\n${fields}content-length: ${body.length}\r\n\r\n${body}`, true);

const http = (name: string, lines: readonly string[], serve: CheckCase['serve']): CheckCase => ({
  name,
  lines: ['option httpchk', ...lines],
  serve,
});
const tcp = (name: string, lines: readonly string[], serve: CheckCase['serve']): CheckCase => ({
  name,
  lines: ['option tcp-check', ...lines],
  serve,
});
const option = (name: string, line: string, serve: CheckCase['serve']): CheckCase => ({ name, lines: [line], serve });

/** A MySQL packet. */
function packet(sequence: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUIntLE(payload.length, 0, 3);
  head[3] = sequence;
  return Buffer.concat([head, payload]);
}
const greeting = packet(0, Buffer.concat([Buffer.from('\x0a5.5.5-10.11\0'), Buffer.alloc(40, 1)]));
const refusal = (sequence: number): Buffer =>
  packet(sequence, Buffer.concat([hex('ff1504'), Buffer.from('#28000Access denied')]));
const login =
  (answer: Buffer): Serve =>
  (socket) => {
    socket.write(greeting);
    socket.once('data', () => socket.write(answer));
    socket.on('data', () => {});
  };

export const CASES: readonly CheckCase[] = [
  { name: 'plain', lines: [], serve: silent },
  { name: 'refused', lines: [], serve: undefined },
  http('h200', [], answers('200 OK')),
  http('h302', [], answers('302 Found')),
  http('h500', [], answers('500 Internal Server Error')),
  http('hnoreason', [], answers('500')),
  http('h404', ['http-check disable-on-404'], answers('404 Not Found')),
  http('hquote', [], answers('500 a"b&c\x01<d>')),
  http('hempty', [], replies('', true)),
  http('hreset', [], resets),
  http('hgarbage', [], saysAndEnds('garbage\r\n\r\n')),
  http('hhang', [], silent),
  http('hhalf', [], says('HTTP/1.1 200 OK\r\n')),
  http('hcut', [], saysAndEnds('HTTP/1.1 200 OK\r\n')),
  http('h100', [], replies('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n', true)),
  http('hrefused', ['http-check connect', 'http-check send uri /x'], undefined),
  http('estatus', ['http-check expect status 200,201,300-310'], answers('204 No Content')),
  http('enot', ['http-check expect ! status 200'], answers('200 OK')),
  http('erstatus', ['http-check expect rstatus ^5'], answers('200 OK')),
  http('estring', ['http-check expect string foo'], answers('200 OK', 'bar')),
  http('estringok', ['http-check expect string bar'], answers('200 OK', 'xbarx')),
  http('estringnot', ['http-check expect ! string bar'], answers('200 OK', 'bar')),
  http('erstring', ['http-check expect rstring f.o'], answers('200 OK', 'bar')),
  http('enobody', ['http-check expect string foo'], answers('200 OK')),
  http(
    'echunked',
    ['http-check expect string abcdef'],
    replies('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n', true),
  ),
  http('elate', ['http-check expect string foo'], replies('HTTP/1.1 200 OK\r\n\r\nba')),
  http('ehdr', ['http-check expect hdr name x-a value b'], answers('200 OK', '', 'X-A: b, c\r\n')),
  http('ehdrno', ['http-check expect hdr name x-a value y'], answers('200 OK', '', 'X-A: b, c\r\n')),
  http('efhdr', ['http-check expect fhdr name x-a value b'], answers('200 OK', '', 'X-A: b, c\r\n')),
  http('ehdrreg', ['http-check expect hdr name -m reg ^X-[A-Z]$ value c'], answers('200 OK', '', 'X-A: b, c\r\n')),
  http(
    'evar',
    [
      'http-check expect status 200',
      'http-check set-var(check.a) res.fhdr(x-a)',
      'http-check set-var-fmt(check.b) %[var(check.a)]c',
      'http-check unset-var(check.a)',
      'http-check expect hdr name x-b value-lf %[var(check.a)]%[var(check.b)]',
    ],
    answers('200 OK', '', 'X-A: b\r\nX-B: bc\r\n'),
  ),
  http('efhdrbeg', ['http-check expect fhdr name -m beg X- value -m sub ,'], answers('200 OK', '', 'X-A: b, c\r\n')),
  http('ecomment', ['http-check expect comment why status 201'], answers('200 OK')),
  http('eerror', ['http-check expect error-status L7OKC status 201'], answers('200 OK')),
  http('eok', ['http-check expect ok-status L7OKC status 200'], answers('200 OK')),
  http('etout', ['http-check expect tout-status L6TOUT status 200'], silent),
  http('eonerror', ['http-check expect on-error bad status 201'], answers('200 OK')),
  http('eonsuccess', ['http-check expect on-success fine status 200'], answers('200 OK')),
  http('efetch', ['http-check expect on-success %[res.hdr(x-a)] status 200'], answers('200 OK', '', 'x-a: yes\r\n')),
  http(
    'twosteps',
    [
      'http-check connect',
      'http-check send uri /a',
      'http-check expect status 200',
      'http-check connect',
      'http-check send uri /b',
      'http-check expect status 201',
    ],
    answers('200 OK'),
  ),
  tcp('tnone', [], silent),
  tcp('tnonerefused', [], undefined),
  tcp('tconnect', ['tcp-check connect'], silent),
  tcp('tconnectrefused', ['tcp-check connect comment cc'], undefined),
  tcp('thang', ['tcp-check expect string abc'], silent),
  tcp('tempty', ['tcp-check expect string abc'], closes),
  tcp('tmiss', ['tcp-check expect string abc'], saysAndEnds('xyzxyz')),
  tcp('twait', ['tcp-check expect string abc'], says('xyzxyz')),
  tcp('tmatch', ['tcp-check expect string abc'], says('xabcx')),
  tcp('tnot', ['tcp-check expect ! string abc'], says('xabcx')),
  tcp('tregex', ['tcp-check expect rstring a.c'], saysAndEnds('xyzxyz')),
  tcp('tregexhang', ['tcp-check expect comment hello rstring a.c'], silent),
  tcp('tbinary', ['tcp-check expect binary 6162'], saysAndEnds('xyzxyz')),
  tcp('tbinaryhang', ['tcp-check expect binary 6162ff'], silent),
  tcp('trbinary', ['tcp-check expect rbinary 6162'], saysAndEnds('xyzxyz')),
  tcp(
    'tredis',
    ['tcp-check send PING\\r\\n', 'tcp-check expect string +PONG', 'tcp-check send QUIT\\r\\n'],
    replies('+PONG\r\n'),
  ),
  tcp('tminrecv', ['tcp-check send-binary 4142', 'tcp-check expect min-recv 3 string +PONG'], replies('+PxGxxxx\r\n')),
  tcp('treset', ['tcp-check send PING\\r\\n', 'tcp-check expect string +PONG'], resets),
  tcp(
    'tcomment',
    ['tcp-check comment one', 'tcp-check connect', 'tcp-check comment two', 'tcp-check expect string +PONG'],
    closes,
  ),
  tcp('tonerror', ['tcp-check expect on-error why%[res.len] error-status L4CON string +PONG'], saysAndEnds('zzzzzz')),
  tcp('tonsuccess', ['tcp-check expect on-success good%[res.len] ok-status L6OK string z'], saysAndEnds('zzzz')),
  tcp('ttwo', ['tcp-check expect string ab', 'tcp-check expect string zz'], saysAndEnds('ab')),
  tcp('tcode', ['tcp-check expect ok-status L7OK status-code int(42) string ab'], saysAndEnds('ab')),
  option('redisok', 'option redis-check', replies('+PONG\r\n')),
  option('rediswrong', 'option redis-check', replies('-ERR operation not permitted\r\n', true)),
  option('redisempty', 'option redis-check', replies('', true)),
  option('smtpok', 'option smtpchk', talks('220 x\r\n', '250 a\r\n', '221 bye\r\n')),
  option('smtpehlo', 'option smtpchk EHLO dom', talks('220 x\r\n', '250-a\r\n250 c\r\n', '221 bye\r\n')),
  option(
    'smtplines',
    'option smtpchk EHLO dom',
    talksSlowly(['220 x\r\n'], ['250-a\r\n', '250 c\r\n'], ['221 bye\r\n']),
  ),
  ...Object.entries(SPOP_ANSWERS).map(([name, answer]) =>
    option(`spop${name}`, 'option spop-check', replies(hex(answer))),
  ),
  option('spopclosed', 'option spop-check', replies('', true)),
  option('smtpbusy', 'option smtpchk', says('421 busy\r\n')),
  option('smtpgarbage', 'option smtpchk', says('hello\r\n')),
  option('smtpempty', 'option smtpchk', closes),
  option('smtpquit', 'option smtpchk', talks('220 x\r\n', '250 a\r\n', '500 a\r\n')),
  option('pgok', 'option pgsql-check user bob', replies(hex('52000000080000000000'))),
  option('pgerror', 'option pgsql-check user bob', replies('E\0\0\0\x20SFATAL\0C28000\0Mno such role\0\0')),
  option('pgunknown', 'option pgsql-check user bob', replies('hello world whatever')),
  option('pgempty', 'option pgsql-check user bob', replies('', true)),
  option('myok', 'option mysql-check user h', login(packet(2, hex('00000002000000')))),
  option('mydenied', 'option mysql-check user h', login(refusal(2))),
  option('myblocked', 'option mysql-check user h', says(refusal(0))),
  option('mynouser', 'option mysql-check', says(greeting)),
  option('mynouserblocked', 'option mysql-check', says(refusal(0))),
  option('mygarbage', 'option mysql-check', says('garbage garbage garbage')),
  option('ldapok', 'option ldap-check', replies(hex('300c02010161070a010004000400'))),
  option('ldaplong', 'option ldap-check', replies(hex('3084000000100201016184000000070a010004000400'))),
  option('ldapinvalid', 'option ldap-check', replies(hex('300c02010161070a013104000400'))),
  option('ldapgarbage', 'option ldap-check', replies('hello this is no ldap at all')),
  option('ldapempty', 'option ldap-check', replies('', true)),
  option('sslok', 'option ssl-hello-chk', replies(hex('160301000a02000006'))),
  option('sslalert', 'option ssl-hello-chk', replies(hex('15030100020228'))),
  option('sslgarbage', 'option ssl-hello-chk', replies('nohello nohello')),
  option('sslhang', 'option ssl-hello-chk', silent),
];

/** Cases that matter for the bytes sent: what the peer received first. */
export const REQUESTS: readonly (readonly [name: string, lines: readonly string[]])[] = [
  ['default', ['option httpchk']],
  ['uri', ['option httpchk /uri']],
  ['method', ['option httpchk HEAD /uri']],
  ['version', ['option httpchk OPTIONS * HTTP/1.1', 'http-check send hdr Host www']],
  ['legacy', ['option httpchk GET /x HTTP/1.1\\r\\nHost:\\ h']],
  ['legacybody', ['option httpchk GET /x HTTP/1.1\\r\\nHost:\\ h\\r\\n\\r\\nbody']],
  ['override', ['option httpchk GET /x HTTP/1.1\\r\\nHost:\\ a\\r\\nX-B:\\ c', 'http-check send meth POST hdr host h']],
  ['post', ['option httpchk', 'http-check send meth POST']],
  ['length', ['option httpchk', 'http-check send body abc hdr Content-Length 7 hdr Connection keep-alive']],
  ['authority', ['option httpchk GET http://abc:80/x HTTP/1.1', 'http-check send hdr host zz']],
  ['body', ['option httpchk', 'http-check send meth POST uri /p ver HTTP/1.1 hdr Host h hdr X-Y z body hello']],
  ['state', ['option httpchk', 'http-check send hdr host h ver HTTP/1.1', 'http-check send-state']],
  ['connect', ['option httpchk GET /x', 'http-check connect', 'http-check send hdr host h']],
  ['nouri', ['option httpchk', 'http-check send uri-lf %[var(check.nothing)] ver HTTP/1.1']],
  ['sendlf', ['option tcp-check', 'tcp-check send-lf %[int(7)]x\\r\\n', 'tcp-check send-binary 4142']],
  ['mysql', ['option mysql-check user haproxy']],
  ['mysqlold', ['option mysql-check user haproxy pre-41']],
  ['pgsql', ['option pgsql-check user bob']],
  ['redis', ['option redis-check']],
  ['ldap', ['option ldap-check']],
  ['spop', ['option spop-check']],
  ['smtpfoo', ['option smtpchk FOO dom']],
  ['ssl', ['option ssl-hello-chk']],
];
