// What the program says about directives that it does not carry out, found by giving them to it.
import { cell, code, page, table } from './markdown.mjs';

const BEFORE = 'defaults\n    mode http\n    timeout connect 5s\n    timeout client 30s\n    timeout server 30s\n';

/** A configuration around lines of each place. */
function configuration({ global = '', section = '', bind = '', frontend = '', backend = '', server = '' }) {
  return [
    ...(global === '' ? [] : ['global', global]),
    ...(section === '' ? [] : [section]),
    `${BEFORE}frontend f`,
    `    bind 127.0.0.1:8080 ${bind}`,
    frontend,
    '    default_backend b',
    'backend b',
    backend,
    `    server s 127.0.0.1:8081 ${server}`,
    '',
  ].join('\n');
}

/** By subject: the name of a directive, and lines that use it. */
const SUBJECTS = [
  {
    subject: 'TLS',
    tries: [
      ['server … ssl', { server: 'ssl verify none' }],
      ['maxsslconn', { global: 'maxsslconn 1000' }],
    ],
  },
  {
    subject: 'HTTP/2, QUIC, FastCGI',
    tries: [
      ['bind … proto h2', { bind: 'proto h2' }],
      ['server … proto h2', { server: 'proto h2' }],
      ['server … ws h2', { server: 'ws h2' }],
      ['bind quic4@', { frontend: '    bind quic4@127.0.0.1:8443' }],
      ['use-fcgi-app', { backend: '    use-fcgi-app app' }],
    ],
  },
  {
    subject: 'Persistence',
    tries: [
      ['cookie', { backend: '    cookie SRV insert indirect' }],
      ['persist rdp-cookie', { backend: '    persist rdp-cookie' }],
      ['force-persist', { backend: '    force-persist if { path /x }' }],
    ],
  },
  {
    subject: 'PROXY protocol and socket options',
    tries: [
      ['bind … accept-proxy', { bind: 'accept-proxy' }],
      ['server … send-proxy', { server: 'send-proxy' }],
      ['source … usesrc', { backend: '    source 0.0.0.0 usesrc client' }],
      ['bind … transparent', { bind: 'transparent' }],
      ['bind … interface', { bind: 'interface lo' }],
      ['bind … tfo', { bind: 'tfo' }],
      ['http-request set-mark', { frontend: '    http-request set-mark 1' }],
    ],
  },
  {
    subject: 'Options and tuning',
    tries: [
      ['option contstats', { frontend: '    option contstats' }],
      ['option nolinger', { backend: '    option nolinger' }],
      ['option clitcpka', { frontend: '    option clitcpka' }],
      ['option srvtcpka', { backend: '    option srvtcpka' }],
      ['option splice-auto', { backend: '    option splice-auto' }],
      ['option independent-streams', { backend: '    option independent-streams' }],
      ['option checkcache', { backend: '    option checkcache' }],
      ['option http-ignore-probes', { frontend: '    option http-ignore-probes' }],
      ['option http-use-proxy-header', { frontend: '    option http-use-proxy-header' }],
      ['option http-drop-request-trailers', { backend: '    option http-drop-request-trailers' }],
      ['option http-restrict-req-hdr-names', { backend: '    option http-restrict-req-hdr-names reject' }],
      ['option http-pretend-keepalive', { backend: '    option http-pretend-keepalive' }],
      ['option idle-close-on-response', { frontend: '    option idle-close-on-response' }],
      ['option prefer-last-server', { backend: '    option prefer-last-server' }],
      ['option h1-case-adjust-bogus-client', { frontend: '    option h1-case-adjust-bogus-client' }],
      ['option forwarded', { backend: '    option forwarded' }],
      ['option tcplog clf', { frontend: '    option tcplog clf' }],
      ['http-send-name-header', { backend: '    http-send-name-header X-Server' }],
      ['max-keep-alive-queue', { backend: '    max-keep-alive-queue 4' }],
      ['tcp-response inspect-delay', { backend: '    tcp-response inspect-delay 5s' }],
      ['server … redir', { server: 'redir http://static.example' }],
      ['server … pool-low-conn', { server: 'pool-low-conn 4' }],
      ['tune.rcvbuf.client', { global: 'tune.rcvbuf.client 65536' }],
      ['tune.maxaccept', { global: 'tune.maxaccept 10' }],
    ],
  },
  {
    subject: 'Extensions',
    tries: [
      ['lua-load', { global: 'lua-load script.lua' }],
      ['filter spoe', { backend: '    filter spoe config spoe.cfg' }],
      ['filter compression', { backend: '    filter compression' }],
      ['compression', { backend: '    compression algo gzip' }],
      ['cache', { section: 'cache c\n    total-max-size 4' }],
      [
        'http-request cache-use',
        { section: 'cache c\n    total-max-size 4', frontend: '    http-request cache-use c' },
      ],
      ['use-service lua.…', { frontend: '    http-request use-service lua.hello' }],
    ],
  },
  {
    subject: 'Checks',
    tries: [
      ['agent-check', { server: 'agent-check agent-port 9000' }],
      [
        'option external-check',
        {
          global: 'external-check\ninsecure-fork-wanted',
          backend: '    option external-check\n    external-check command /bin/true',
          server: 'check',
        },
      ],
      ['option spop-check', { backend: '    option spop-check', server: 'check' }],
    ],
  },
  {
    subject: 'Names, state and mail',
    tries: [
      ['load-server-state-from-file', { backend: '    load-server-state-from-file global' }],
      ['email-alert', { backend: '    email-alert mailers m' }],
      ['program', { section: 'program p\n    command /bin/true' }],
    ],
  },
  {
    subject: 'Logs and error pages',
    tries: [
      ['log ring@', { section: 'ring r\n    size 1024', frontend: '    log ring@r local0' }],
      ['log-forward', { section: 'log-forward l\n    dgram-bind 127.0.0.1:1514' }],
      ['http-errors, errorfiles', { section: 'http-errors e', frontend: '    errorfiles e' }],
      ['http-error', { frontend: '    http-error status 503 content-type text/plain string "down"' }],
    ],
  },
  {
    subject: 'Process',
    tries: [
      ['stats socket', { global: 'stats socket /run/tsproxy.sock level admin' }],
      ['nbthread 4', { global: 'nbthread 4' }],
      ['master-worker', { global: 'master-worker' }],
      ['chroot', { global: 'chroot /var/empty' }],
      ['ulimit-n', { global: 'ulimit-n 10000' }],
      ['strict-limits', { global: 'strict-limits' }],
      ['maxconnrate', { global: 'maxconnrate 100' }],
      ['maxsessrate', { global: 'maxsessrate 100' }],
      ['close-spread-time', { global: 'close-spread-time 5s' }],
      ['server-state-file', { global: 'server-state-file global' }],
      ['localpeer', { global: 'localpeer a' }],
      ['cpu-map', { global: 'cpu-map 1 0' }],
      ['set-dumpable', { global: 'set-dumpable' }],
      ['set-var in global', { global: 'set-var proc.x int(1)' }],
      ['mode log', { section: 'backend l\n    mode log' }],
    ],
  },
];

/** What the program says about some lines: the gravest complaint. */
function verdict({ load }, lines) {
  const text = configuration(lines);
  const { diagnostics } = load([{ path: 'x.cfg', text }], { env: {}, offline: false });
  const { list } = diagnostics;
  const found =
    list.find(({ severity }) => severity === 'alert') ?? list.find(({ severity }) => severity === 'warning');
  if (found === undefined) return undefined;
  return { effect: found.severity === 'alert' ? 'refused' : 'warning', message: found.message, hint: found.hint };
}

/** @returns no row where the directive is carried out */
function rows(program, [name, lines]) {
  const found = verdict(program, lines);
  if (found === undefined) return [];
  if (!/not (?:implemented|supported)/.test(found.message)) throw new Error(`'${name}': ${found.message}`);
  const why = /is not implemented: (.*)/s.exec(found.message)?.[1] ?? found.hint ?? found.message;
  return [[code(name), found.effect, cell(why)]];
}

function subjectPart(program, { subject, tries }) {
  const found = tries.flatMap((one) => rows(program, one));
  return found.length === 0 ? '' : `## ${subject}\n\n${table(['Directive', 'Effect', 'Reason'], found)}`;
}

export function limitsPage(program) {
  return page(
    'Limits',
    "Directives that tsproxy reads but does not carry out. A **warning** means that traffic is served as you would expect without the directive; **refused** means that it would not be, so the program does not start. Under `-c --offline` both are warnings. The last column is the program's own reason.",
    '',
    ...SUBJECTS.map((one) => subjectPart(program, one)),
    'Fetches, converters and actions that are known but refused stand at the end of their pages: [fetches](fetches.md#known-but-refused), [converters](converters.md#known-but-refused), [actions](actions.md#known-but-refused).',
  );
}
