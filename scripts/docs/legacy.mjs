// What the program says about directives that HAProxy has removed, found by giving them to it.
import { cell, code, page, table } from './markdown.mjs';

const TIMEOUTS = '    timeout connect 5s\n    timeout client 30s\n    timeout server 30s\n';

/** Where the line goes, and the line. */
const LINES = [
  ['defaults', 'contimeout 5000'],
  ['defaults', 'clitimeout 50000'],
  ['defaults', 'srvtimeout 50000'],
  ['defaults', 'redispatch'],
  ['defaults', 'option forceclose'],
  ['defaults', 'option http-tunnel'],
  ['defaults', 'option http-use-htx'],
  ['global', 'nbproc 1'],
  ['global', 'nbproc 4'],
  ['global', 'debug'],
  ['global', 'tune.chksize 32768'],
  ['open', 'listen web 127.0.0.1:80'],
  ['proxy', 'bind-process 1'],
  ['proxy', 'mode health'],
  ['proxy', 'monitor-net 192.168.0.0/16'],
  ['proxy', 'block if { path /x }'],
  ['proxy', 'reqadd X-Via:\\ proxy'],
  ['proxy', 'rspadd X-Via:\\ proxy'],
  ['proxy', 'reqidel ^X-Forwarded-For:'],
  ['proxy', 'rspidel ^Server:'],
  ['proxy', 'reqrep ^([^\\ :]*)\\ /static/(.*) \\1\\ /\\2'],
  ['proxy', 'rspirep ^Location:\\ http://(.*) Location:\\ https://\\1'],
  ['proxy', 'reqideny ^Host:\\ bad'],
  ['proxy', 'reqitarpit ^User-Agent:\\ bad'],
  ['proxy', 'reqisetbe ^Host:\\ img images'],
  ['proxy', 'option httpchk GET /x HTTP/1.1\\r\\nHost:\\ www'],
  ['proxy', 'option http_proxy'],
  ['proxy', 'appsession JSESSIONID len 32 timeout 1h'],
  ['proxy', 'dispatch 127.0.0.1:8081'],
  ['proxy', 'transparent'],
  ['proxy', 'grace 3s'],
];

function configuration(place, line) {
  const at = (name, text) => (place === name ? text : '');
  return [
    ...(place === 'global' ? ['global', `    ${line}`] : []),
    'defaults',
    `    mode http\n${TIMEOUTS}${at('defaults', `    ${line}`)}`,
    place === 'open' ? line : 'listen web\n    bind 127.0.0.1:80',
    at('proxy', `    ${line}`),
    '    server s 127.0.0.1:8081 check',
    '',
  ].join('\n');
}

function row({ load }, [place, line]) {
  const text = configuration(place, line);
  const { list } = load([{ path: 'x.cfg', text }], { env: {}, offline: false }).diagnostics;
  const serious = list.filter(({ severity }) => severity === 'alert' || severity === 'warning');
  const unknown = serious.find(({ message }) => /unknown/.test(message));
  if (unknown !== undefined) throw new Error(`'${line}': ${unknown.message}`);
  const refused = serious.some(({ severity }) => severity === 'alert');
  const advice = serious.flatMap(({ hint, message }) => hint ?? /is not implemented: (.*)/s.exec(message)?.[1] ?? []);
  const fate = refused ? 'refused' : serious.length > 0 ? 'runs, with a warning' : 'runs';
  return [code(line), fate, [...new Set(advice)].map(advised).join('; ')];
}

/** `write 'x'` with the line as code. */
const advised = (hint) =>
  cell(hint).replaceAll(/'([^']*(?:'[^' ][^']*)*)'/g, (_, text) =>
    /[\\^*_]| /.test(text) ? code(text) : `\`${text}\``,
  );

export function legacyPage(program) {
  return page(
    'Old directives',
    'Lines of older HAProxy versions, what happens to them here, and what the program advises. See [migrating](../migrating.md).',
    '',
    table(
      ['Line', 'Here', 'Advice'],
      LINES.map((one) => row(program, one)),
    ),
  );
}
