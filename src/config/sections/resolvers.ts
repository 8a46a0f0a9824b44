import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { Registry } from '../../base/registry.js';
import { NAMESERVER_ADDRESS, parseAddress } from '../address.js';
import type { Cursor, Word } from '../cursor.js';
import type { Span } from '../diagnostics.js';
import type { ParseContext, SectionKeyword } from '../keyword.js';
import type { AddressModel, HeldStatus, ResolversModel } from '../model.js';
import { duration, integer } from '../keywords/values.js';
import { checkName, dispatch, refuseRest, type SectionDefinition } from './define.js';

/** The section while it is read. */
type Draft = ResolversModel;

const MANUAL = '5.3.2';
const HELD: readonly HeldStatus[] = ['nx', 'refused', 'timeout', 'other', 'valid', 'obsolete'];
const DNS_PORT = 53;
/** A head alone, and what a UDP datagram can carry, in bytes. */
const SMALLEST_ANSWER = 12;
const LARGEST_ANSWER = 65_535;
const SYSTEM_FILE = '/etc/resolv.conf';

/** HAProxy's defaults, times in ms. */
export function newResolvers(name: string, span: Span): ResolversModel {
  return {
    name,
    span,
    nameservers: [],
    payloadSize: 512,
    retries: 3,
    timeouts: { resolve: 1000, retry: 1000 },
    hold: { nx: 30_000, refused: 30_000, timeout: 30_000, other: 30_000, valid: 10_000, obsolete: 0 },
  };
}

const nameserver: SectionKeyword<Draft> = {
  name: 'nameserver',
  manual: MANUAL,
  summary: 'a name server, over UDP or (tcp@) TCP',
  parse(words, section, context) {
    const [name, word] = [words.peek(), words.peek(1)];
    if (name === undefined || word === undefined) {
      return words.fail("'nameserver' expects <name> and <addr>[:<port>] as arguments.", words.endSpan);
    }
    words.next('');
    checkName(words, 'nameserver', name);
    const other = section.nameservers.find((server) => server.name === name.text);
    if (other !== undefined) {
      const where = `(declared at ${place(other.address.span)})`;
      words.fail(`nameserver '${name.text}' has same name as another nameserver ${where}.`, name);
    }
    words.next('');
    section.nameservers.push({ name: name.text, address: addressOf(words, word, name.text, context) });
    parameters(words, context);
  },
};

const place = ({ source }: Span): string => `${source.file}:${source.line}`;

function addressOf(words: Cursor, word: Word, name: string, context: ParseContext): AddressModel {
  const result = parseAddress(word, NAMESERVER_ADDRESS, context.env);
  const prefix = `'nameserver ${name}' : `;
  if (!result.ok) return words.fail(prefix + result.why, word, result.hint);
  const { address } = result;
  if (address.kind !== 'ip') return words.fail(`${prefix}a name server is asked over UDP or TCP`, word);
  return address;
}

/** Servers over TCP take parameters of 'server' lines. */
function parameters(words: Cursor, context: ParseContext): void {
  for (const word of words.rest()) {
    const secure = word.text === 'ssl';
    const why = secure ? 'name servers are not spoken to over TLS' : 'one connection carries all questions';
    context.notDone(word, `nameserver … ${word.text}`, why, secure ? 'refused' : 'served');
  }
}

const parseResolvConf: SectionKeyword<Draft> = {
  name: 'parse-resolv-conf',
  manual: MANUAL,
  summary: "takes the system's name servers",
  parse(words, section, context) {
    words.end();
    if (context.offline) return;
    let text = '';
    try {
      text = readFileSync(SYSTEM_FILE, 'utf8');
    } catch {
      words.fail(`failed to open ${SYSTEM_FILE}.`, words.keyword);
    }
    addSystemServers(section, text, words.keyword.span);
  },
};

/** The `nameserver` lines of a resolv.conf(5). */
export function addSystemServers(section: ResolversModel, text: string, span: Span): void {
  for (const [, host] of text.matchAll(/^nameserver[ \t]+(\S+)/gm)) {
    if (isIP(host) === 0 || section.nameservers.some(({ name }) => name === host)) continue;
    const address = parseAddress({ text: `${host}:${DNS_PORT}`, span }, NAMESERVER_ADDRESS);
    if (address.ok) section.nameservers.push({ name: host, address: address.address });
  }
}

const keywords: readonly SectionKeyword<Draft>[] = [
  {
    name: 'accepted_payload_size',
    manual: MANUAL,
    summary: 'largest answer over UDP, in bytes',
    parse(words, section) {
      const word = words.peek();
      const value = integer(words, {}, "'accepted_payload_size' expects <nb> as argument.");
      if (value < SMALLEST_ANSWER || value > LARGEST_ANSWER) {
        const range = `${SMALLEST_ANSWER} and ${LARGEST_ANSWER} inclusive`;
        words.fail(`'accepted_payload_size' must be between ${range} (was ${value}).`, word);
      }
      section.payloadSize = value;
      words.end();
    },
  },
  {
    name: 'hold',
    manual: MANUAL,
    summary: 'how long an answer of a kind is kept',
    parse(words, section) {
      if (words.peek(1) === undefined) {
        words.fail("'hold' expects an <event> and a <time> as arguments.", words.endSpan);
      }
      const status = words.oneOf('event', HELD);
      section.hold[status] = duration(words);
      words.end();
    },
  },
  nameserver,
  parseResolvConf,
  {
    name: 'resolve_retries',
    manual: MANUAL,
    summary: 'how often a question is repeated',
    parse(words, section) {
      section.retries = integer(words, { min: 0 }, "'resolve_retries' expects <nb> as argument.");
      words.end();
    },
  },
  {
    name: 'timeout',
    manual: MANUAL,
    summary: 'time between questions',
    parse(words, section) {
      if (words.peek(1) === undefined) {
        words.fail("'timeout' expects 'retry' or 'resolve' and <time> as arguments.", words.endSpan);
      }
      const which = words.oneOf('event', ['retry', 'resolve'] as const);
      section.timeouts[which] = duration(words);
      words.end();
    },
  },
];

const registry = new Registry(keywords);

export const resolversSection: SectionDefinition = {
  name: 'resolvers',
  manual: MANUAL,
  summary: 'name servers that are asked at run time',
  keywords,
  open(words, reading) {
    const word = words.peek();
    if (word === undefined) words.diagnostics.alert(words.endSpan, 'missing name for resolvers section.');
    else {
      words.next('');
      checkName(words, 'resolvers', word);
    }
    const name = word?.text ?? '';
    refuseRest(words, 'resolvers');
    const sections = reading.context.model.resolvers;
    const other = sections.find((section) => section.name === name);
    if (other !== undefined) {
      const text = `resolvers '${name}' has same name as another resolvers (declared at ${place(other.span)}).`;
      words.diagnostics.alert(words.lineSpan, text);
    }
    const section = newResolvers(name, words.lineSpan);
    sections.push(section);
    return {
      title: name === '' ? 'resolvers' : name,
      line(line, context) {
        dispatch(registry, line, section, context, (known) => reading.unknown(line, 'resolvers', known));
      },
    };
  },
};
