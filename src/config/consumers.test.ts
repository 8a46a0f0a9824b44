import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { bindParameters } from './keywords/bind/index.js';
import { globalKeywords } from './keywords/global/index.js';
import { globalStatsKeywords } from './keywords/global/stats.js';
import { options } from './keywords/option/index.js';
import { filters } from './keywords/proxy/filters.js';
import { proxyKeywords } from './keywords/proxy/index.js';
import { statsKeywords } from './keywords/proxy/stats.js';
import { timeouts } from './keywords/proxy/timeouts.js';
import { serverParameters } from './keywords/server/index.js';
import { newProxy, readGlobal, readProxy } from './keywords/testing.js';
import { readConfiguration } from './read.js';
import { initialGlobal } from './sections/global.js';
import { sections } from './sections/index.js';

/**
 * The promise: a directive is acted on, or accepted with a warning that says what is not done and why, or refused; never
 * parsed and forgotten. For every keyword a line is read that uses it. It must say something, or fill a field of the
 * model that is read outside of config/.
 *
 * A new keyword needs an entry here only when none of ARGUMENTS fits it (then: SAMPLES), or when its field is read in
 * a way that `isRead` does not see (then: READ_BY).
 */
const ARGUMENTS = ['', '1', 'on', '2048', '1s', '10.0.0.1', 'x', '/x', 'x 1', 'x 127.0.0.1:80', 'if TRUE', 'x if TRUE'];

/** Lines for keywords that want something particular; the keyword itself included. */
const SAMPLES: Readonly<Record<string, readonly string[]>> = {
  'global h1-case-adjust': ['h1-case-adjust x X'],
  'global h1-case-adjust-file': ['h1-case-adjust-file /dev/null'],
  'global user': ['user root'],
  'global group': ['group root'],
  'global nbthread': ['nbthread 4'],
  'global log': ['log 127.0.0.1 local0'],
  'global stats': ['stats socket /x'],
  'global set-var': ['set-var proc.x int(1)'],
  'global set-var-fmt': ['set-var-fmt proc.x %[int(1)]'],
  'global default-path': ['default-path config'],
  'global unix-bind': ['unix-bind prefix /x', 'unix-bind mode 600'],
  'global ssl-server-verify': ['ssl-server-verify none'],
  'global ssl-default-bind-options': ['ssl-default-bind-options no-tls-tickets'],
  'global ssl-default-server-options': ['ssl-default-server-options no-tls-tickets'],
  'global ssl-load-extra-files': ['ssl-load-extra-files none'],
  'bind ssl-max-ver': ['ssl-max-ver TLSv1.2'],
  'bind ssl-min-ver': ['ssl-min-ver TLSv1.2'],
  'bind verify': ['verify none'],
  'server ssl-max-ver': ['ssl-max-ver TLSv1.2'],
  'server ssl-min-ver': ['ssl-min-ver TLSv1.2'],
  'global tune.h2.header-table-size': ['tune.h2.header-table-size 4096'],
  'global tune.h2.max-frame-size': ['tune.h2.max-frame-size 16384'],
  'proxy mode': ['mode tcp', 'mode health', 'mode log'],
  'proxy default-server': ['default-server weight 3'],
  'proxy server-template': ['server-template s 2 127.0.0.1:80'],
  'proxy balance': ['balance leastconn'],
  'proxy hash-type': ['hash-type consistent'],
  'proxy hash-preserve-affinity': ['hash-preserve-affinity maxconn'],
  'proxy timeout': ['timeout client 1s'],
  'proxy rate-limit': ['rate-limit sessions 1'],
  'proxy retry-on': ['retry-on empty-response'],
  'proxy http-reuse': ['http-reuse never'],
  'proxy load-server-state-from-file': ['load-server-state-from-file global'],
  'proxy server-state-file-name': ['server-state-file-name states'],
  'proxy stick-table': ['stick-table type ip size 1m'],
  'proxy stick': ['stick on src'],
  'proxy persist': ['persist rdp-cookie'],
  'proxy reqadd': ['reqadd x:1'],
  'proxy rspadd': ['rspadd x:1'],
  'proxy option': ['option httplog'],
  'proxy http-check': ['http-check expect status 200'],
  'proxy tcp-check': ['tcp-check connect'],
  'proxy external-check': ['external-check command /x', 'external-check path /x'],
  'proxy tcp-request': [
    'tcp-request connection accept',
    'tcp-request session accept',
    'tcp-request content accept',
    'tcp-request inspect-delay 1s',
  ],
  'proxy tcp-response': ['tcp-response content accept', 'tcp-response inspect-delay 1s'],
  'proxy monitor': ['monitor fail if TRUE'],
  'proxy redirect': ['redirect location /x'],
  'proxy filter': ['filter compression'],
  'proxy compression': ['compression algo gzip'],
  'proxy errorfile': ['errorfile 503 /x'],
  'proxy errorloc': ['errorloc 503 /x'],
  'proxy errorloc302': ['errorloc302 503 /x'],
  'proxy errorloc303': ['errorloc303 503 /x'],
  'proxy http-error': ['http-error status 503'],
  'proxy stats': ['stats enable'],
  'proxy log': ['log global', 'log 127.0.0.1 local0'],
  'proxy capture': ['capture cookie x len 8', 'capture request header x len 8', 'capture response header x len 8'],
  'proxy declare': ['declare capture request len 8'],
  'proxy email-alert': ['email-alert level info'],
  'proxy time-histograms': ['time-histograms server 5ms 1s'],
  'option http-keep-alive': ['http-server-close', 'http-keep-alive'],
  'option http-restrict-req-hdr-names': ['http-restrict-req-hdr-names reject'],
  'option pgsql-check': ['pgsql-check user x'],
  'stats http-request': ['http-request deny'],
  'server check-proto': ['check-proto h2'],
  'server observe': ['observe layer7'],
  'server on-error': ['on-error mark-down'],
  'server on-marked-down': ['on-marked-down shutdown-sessions'],
  'server on-marked-up': ['on-marked-up shutdown-backup-sessions'],
  'server resolve-opts': ['resolvers r resolve-opts allow-dup-ip'],
  'server resolve-prefer': ['resolvers r resolve-prefer ipv4'],
  'server proto': ['proto h2'],
  'server ws': ['ws h2'],
  'server log-proto': ['log-proto legacy'],
  'server proxy-v2-options': ['send-proxy-v2 proxy-v2-options crc32c'],
  'server set-proxy-v2-tlv-fmt': ['send-proxy-v2 set-proxy-v2-tlv-fmt(0x20) x'],
  'server agent-addr': ['agent-check agent-addr x'],
  'server agent-port': ['agent-check agent-port 1'],
  'server agent-inter': ['agent-check agent-inter 1s'],
  'server agent-send': ['agent-check agent-send x'],
  'server verify': ['verify none'],
  'server usesrc': ['source 10.0.0.1 usesrc client'],
  'bind proto': ['proto h2'],
  'bind level': ['level admin'],
  'bind severity-output': ['severity-output none'],
  'bind expose-fd': ['expose-fd listeners'],
};

/** What nobody has to read later, with the reason why it is not forgotten. */
const NEEDS_NO_READER: Readonly<Record<string, string>> = {
  'global h1-case-adjust-file': "fills the same table as 'h1-case-adjust', from a file that is empty here",
  'global strict-limits': "holds anyhow; 'no strict-limits' is read where limits are raised",
  'global setenv': 'the environment that later lines see',
  'global presetenv': 'the environment that later lines see',
  'global unsetenv': 'the environment that later lines see',
  'global resetenv': 'the environment that later lines see',
  'proxy enabled': "undoes 'disabled'",
  'bind level': 'means something on a runtime socket only, as in HAProxy',
  'bind severity-output': 'means something on a runtime socket only, as in HAProxy',
  'bind expose-fd': 'means something on a runtime socket only, as in HAProxy',
  ...Object.fromEntries(
    ['no-backup', 'stick', 'no-check', 'no-check-send-proxy', 'enabled', 'no-agent-check', 'no-tfo', 'no-send-proxy']
      .concat(['no-send-proxy-v2', 'no-send-proxy-v2-ssl', 'no-send-proxy-v2-ssl-cn', 'no-ssl', 'no-check-ssl'])
      .concat(['no-verifyhost'])
      .map((name) => [`server ${name}`, 'undoes another parameter']),
  ),
};

/** Fields that are read in ways that `isRead` does not see: the file, and what stands there. */
const READ_BY: Readonly<Record<string, readonly [file: string, text: string]>> = {
  unixBind: ['config/keywords/bind/line.ts', 'model.global.unixBind'],
  defaultServer: ['config/keywords/proxy/servers.ts', 'readServer(words, proxy.name, proxy.defaultServer, context)'],
  'tune.tune.http.cookielen': ['config/keywords/proxy/logging.ts', "tune.get('tune.http.cookielen')"],
};

const SOURCES = fileURLToPath(new URL('..', import.meta.url));
const readers = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .filter((file) => !/^config\b|(?:\.test|testing|\.generated)\.ts$|\.d\.ts$/.test(file))
  .map((file) => readFileSync(SOURCES + file, 'utf8'));

const OWNERS = 'model|global|proxy|bind|server|stats|check|timeouts|options';
const MODELS = 'ProxyModel|GlobalModel|ServerModel|BindModel|StatsModel|CheckModel|ConfigModel';

/** Whether some file outside of config/ takes the field out of a model. */
function isRead(field: string): boolean {
  const name = field.replace(/^\w+\./, '');
  const quoted = name.replaceAll(/[.$-]/g, String.raw`\$&`);
  const access = new RegExp(
    String.raw`\b(?:${OWNERS})\??\.${quoted}\b|(?:options|timeouts)\??\.?\['${quoted}'\]|ms\('${quoted}'\)|'${quoted}'` +
      String.raw`|\{[^{}]*\b${quoted}\b[^{}]*\}\s*(?::\s*(?:Pick<)?(?:${MODELS})|=\s*(?:[\w.]+\.)?(?:${OWNERS})\b)`,
  );
  return readers.some((text) => access.test(text));
}

interface Kind {
  readonly kind: string;
  readonly names: readonly string[];
  readonly read: (line: string) => Outcome;
  readonly untouched: () => unknown;
}
interface Outcome {
  readonly error: string | undefined;
  readonly said: readonly string[];
  readonly model: unknown;
}

const global = (line: string): Outcome => {
  const { error, warnings, notDone, model } = readGlobal(line);
  return { error, said: [...warnings, ...notDone], model };
};
const proxy = (line: string, part: (model: ReturnType<typeof newProxy>) => unknown = (model) => model): Outcome => {
  const { error, warnings, notDone, model } = readProxy(line, newProxy('listen'), { offline: true });
  return { error, said: [...warnings, ...notDone], model: error === undefined ? part(model) : undefined };
};
const serverOf = (line: string): Outcome => proxy(`server s 127.0.0.1:80 ${line}`, ({ servers }) => servers[0]);
const bindOf = (line: string): Outcome => proxy(`bind :80 ${line}`, ({ binds }) => binds[0]);

const KINDS: readonly Kind[] = [
  { kind: 'global', names: globalKeywords.names(), read: global, untouched: initialGlobal },
  {
    kind: 'global stats',
    names: globalStatsKeywords.names(),
    read: (line) => global(`stats ${line}`),
    untouched: initialGlobal,
  },
  { kind: 'proxy', names: proxyKeywords.names(), read: (line) => proxy(line), untouched: () => newProxy('listen') },
  {
    kind: 'option',
    names: options.names(),
    read: (line) => proxy(`option ${line}`),
    untouched: () => newProxy('listen'),
  },
  {
    kind: 'timeout',
    names: timeouts.names(),
    read: (line) => proxy(`timeout ${line}`),
    untouched: () => newProxy('listen'),
  },
  {
    kind: 'stats',
    names: statsKeywords.names(),
    read: (line) => proxy(`stats ${line}`, ({ stats }) => stats),
    untouched: () => proxy('stats enable', ({ stats }) => ({ ...stats, enabled: false })).model,
  },
  {
    kind: 'filter',
    names: filters.names(),
    read: (line) => proxy(`filter ${line}`),
    untouched: () => newProxy('listen'),
  },
  { kind: 'server', names: serverParameters.names(), read: serverOf, untouched: () => serverOf('').model },
  { kind: 'bind', names: bindParameters.names(), read: bindOf, untouched: () => bindOf('').model },
];

/** Containers whose members are looked at one by one. */
const NESTED = new Set(['options', 'timeouts', 'check', 'tune', 'keepAliveIdle']);

/** Names of the fields in which two models differ; places in the file do not count. */
function changes(before: unknown, after: unknown, prefix = ''): string[] {
  const [a, b] = [entriesOf(before), entriesOf(after)];
  return [...new Set([...a.keys(), ...b.keys()])].flatMap((key) => {
    const [was, is] = [a.get(key), b.get(key)];
    if (prefix === '' && NESTED.has(key)) return changes(was, is, `${key}.`);
    return plain(was) === plain(is) ? [] : [prefix + key];
  });
}

function entriesOf(value: unknown): Map<string, unknown> {
  if (value instanceof Map) return value as Map<string, unknown>;
  return new Map(Object.entries((value ?? {}) as Record<string, unknown>));
}

const plain = (value: unknown): string =>
  JSON.stringify(value, (key, inner: unknown) => {
    if (key === 'span') return undefined;
    return inner instanceof Map ? [...inner] : inner;
  }) ?? 'undefined';

describe.each(KINDS)('$kind', ({ kind, names, read, untouched }) => {
  test.each(names)('%s', (name) => {
    const key = `${kind} ${name}`;
    const lines = SAMPLES[key] ?? [
      ARGUMENTS.map((more) => `${name} ${more}`.trim()).find((line) => read(line).error === undefined),
    ];
    let filled = 0;
    for (const line of lines) {
      if (line === undefined) throw new Error(`'${key}' needs a line in SAMPLES: ${read(`${name} x`).error}`);
      const { error, said, model } = read(line);
      expect(error === undefined ? '' : `${line}: ${error}`).toBe('');
      if (said.length > 0) {
        filled++;
        continue;
      }
      const fields = NEEDS_NO_READER[key] === undefined ? changes(untouched(), model) : [];
      filled += fields.length;
      for (const field of fields)
        expect(READ_BY[field] !== undefined || isRead(field), `${line}: nobody reads '${field}'`).toBe(true);
    }
    expect(filled > 0 || NEEDS_NO_READER[key] !== undefined, `'${lines.join("', '")}' is read and forgotten`).toBe(
      true,
    );
  });
});

test.each(Object.entries(READ_BY))('%s is read where it is said to be', (_field, [file, text]) => {
  expect(readFileSync(SOURCES + file, 'utf8')).toContain(text);
});

test('every other section says what is not done', () => {
  const acted = new Set(
    'global defaults frontend backend listen userlist http-errors peers program resolvers ring log-forward mailers'.split(
      ' ',
    ),
  );
  for (const { name } of sections.all().filter((section) => !acted.has(section.name))) {
    const { diagnostics } = readConfiguration([{ path: 'x.cfg', text: `${name} x\n` }], { env: {}, offline: false });
    expect(`${name}: ${diagnostics.list.map(({ message }) => message).join('\n')}`).toMatch(
      /is not implemented|cannot handle unexpected argument/,
    );
  }
});
