import { addressProblem, parseBindAddresses, type AddressRules } from '../address.js';
import { spanOf, type Cursor } from '../cursor.js';
import type { ParseContext, SectionKeyword } from '../keyword.js';
import { newBind, parseBind } from '../keywords/bind/line.js';
import { bindParameters } from '../keywords/bind/index.js';
import { logKeywordParse } from '../keywords/proxy/logging.js';
import { parseParameters } from '../keywords/parameters.js';
import { duration, integer } from '../keywords/values.js';
import type { BindModel, LogForwardModel } from '../model.js';
import { namedSection } from './named.js';

/** HAProxy's default (manual 3.10). */
const DEFAULT_MAXCONN = 10;
const KIND = 'log-forward';

type Draft = { -readonly [Key in keyof LogForwardModel]: LogForwardModel[Key] };

function keyword(
  name: string,
  summary: string,
  parse: SectionKeyword<Draft>['parse'],
  more: Partial<SectionKeyword<Draft>> = {},
): SectionKeyword<Draft> {
  return { name, summary, manual: '3.10', parse, ...more };
}

const DATAGRAM: AddressRules = { port: 'required', range: true, transport: 'dgram' };

/** `dgram-bind <address>[,…] [parameters]`: as in HAProxy, those that mean nothing over UDP are read over. */
function datagramBind(words: Cursor, context: ParseContext): BindModel {
  const word = words.next('an address');
  const addresses = parseBindAddresses(word, context.env, DATAGRAM);
  if (!Array.isArray(addresses)) {
    return words.fail(`'dgram-bind ${word.text}' : ${addresses.why}`, addresses.word, addresses.hint);
  }
  for (const address of addresses) {
    const problem = address.kind === 'unix' ? 'Node.js opens no UNIX datagram sockets' : addressProblem(address, false);
    if (problem !== undefined || address.kind === 'fd') {
      context.notDone(word, `dgram-bind ${address.text}`, problem ?? 'a descriptor cannot be received from', 'refused');
    }
  }
  const bind = newBind(spanOf(words.words), addresses, context);
  const name = `'dgram-bind ${word.text}' in section '${KIND}'`;
  parseParameters(words, bindParameters, bind, context, `${name} : `, `${name}: `);
  return bind;
}

/** Parameters that mean something in HAProxy here and are not carried out. */
function reportIdle(words: Cursor, bind: BindModel, context: ParseContext): void {
  if (bind.acceptProxy || bind.acceptNetscalerCip !== undefined) {
    context.notDone(words.keyword, 'log-forward: bind … accept-proxy', 'lines begin with the first byte', 'refused');
  }
  if (bind.maxconn !== undefined) {
    context.notDone(words.keyword, 'log-forward: bind … maxconn', "the section's own maxconn counts", 'served');
  }
}

const HOST_MODES = ['replace', 'fill', 'keep', 'append'] as const;

const keywords: readonly SectionKeyword<Draft>[] = [
  keyword('backlog', "length of the kernel's queue", (words, section) => {
    section.backlog = integer(words);
    words.end();
  }),
  keyword('bind', 'where lines are received over TCP', (words, section, context) => {
    const bind = parseBind(words, KIND, context);
    reportIdle(words, bind, context);
    section.binds = [...section.binds, bind];
  }),
  keyword('dgram-bind', 'where lines are received over UDP', (words, section, context) => {
    section.datagramBinds = [...section.datagramBinds, datagramBind(words, context)];
  }),
  keyword('log', 'where lines go', logKeywordParse, { negatable: true }),
  keyword('maxconn', 'most connections', (words, section) => {
    section.maxconn = integer(words);
    words.end();
  }),
  keyword(
    'option',
    'how lines are understood',
    (words, section, context) => {
      const option = words.oneOf('option', ['assume-rfc6587-ntf', 'dont-parse-log', 'host']);
      if (option === 'dont-parse-log') section.parsed = context.negated;
      else if (option === 'assume-rfc6587-ntf') section.assumeLines = !context.negated;
      else section.hostMode = context.negated ? undefined : words.oneOf('host option', HOST_MODES);
      words.end();
    },
    { negatable: true },
  ),
  keyword('timeout', 'time of silent clients', (words, section) => {
    words.oneOf('timeout', ['client']);
    words.label = 'timeout client';
    section.timeoutClient = duration(words, 'missing timeout client value.');
    words.end();
  }),
];

/** Receivers of log lines (manual 3.10). */
export const logForwardSection = namedSection<Draft>({
  name: KIND,
  manual: '3.10',
  summary: 'receives log lines and passes them on',
  keywords,
  missing: 'missing name for log-forward section.',
  unknown: (name) => `unknown keyword '${name}' in log-forward section.`,
  duplicate: (name, place) =>
    `log-forward section '${name}' has the same name as another log-forward section declared at ${place}.`,
  all: ({ model }) => model.logForwards,
  create(name, span, { model }) {
    const section: Draft = {
      name,
      span,
      binds: [],
      datagramBinds: [],
      logs: [],
      logGlobal: false,
      maxconn: DEFAULT_MAXCONN,
      backlog: undefined,
      timeoutClient: undefined,
      parsed: true,
      hostMode: undefined,
      assumeLines: false,
    };
    model.logForwards.push(section);
    return section;
  },
  close({ name, span }, { model, diagnostics }) {
    const namesake = model.proxies.find((proxy) => proxy.name === name && proxy.kind !== 'backend');
    if (namesake === undefined) return;
    const { source } = namesake.span;
    diagnostics.alert(
      span,
      `log forward section '${name}' has the same name as proxy '${name}' declared at ${source.file}:${source.line}.`,
    );
  },
});
