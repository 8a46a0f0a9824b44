import { addressProblem, parseBindAddresses } from '../../address.js';
import { spanOf, type Cursor, type Word } from '../../cursor.js';
import type { ParseContext } from '../../keyword.js';
import type { AddressModel, BindModel } from '../../model.js';
import type { Span } from '../../diagnostics.js';
import { parseParameters } from '../parameters.js';
import { bindParameters } from './index.js';

/**
 * The addresses and parameters of a `bind` line, or of an old `listen NAME ADDRESS` line: what is left of `words`.
 * @param section kind of the section, for complaints
 * @returns a listener without addresses when none of them can be listened on (QUIC)
 * @throws ConfigError
 */
export function parseBind(words: Cursor, section: string, context: ParseContext): BindModel {
  const word = words.peek();
  if (word === undefined) {
    return words.fail(
      "'bind' expects {<path>|[addr1]:port1[-end1]}{,[addr]:port[-end]}... as arguments.",
      words.endSpan,
    );
  }
  const start = words.peek(-1) ?? word;
  const addresses = bindAddresses(words, context);
  const bind = newBind(spanOf([start, ...words.words.slice(words.words.indexOf(start))]), addresses, context);
  const name = `'bind ${word.text}' in section '${section}'`;
  parseParameters(words, bindParameters, bind, context, `${name} : `, `${name}: `);
  const [idle] = bind.ssl ? [] : bind.tls;
  if (idle !== undefined) words.warn(`${name} : '${idle.keyword.text}' means nothing without 'ssl'`, idle.keyword);
  return bind;
}

/** Takes the word with the addresses. */
function bindAddresses(words: Cursor, context: ParseContext): AddressModel[] {
  const word = words.next('an address');
  const result = parseBindAddresses(word, context.env);
  if (!Array.isArray(result)) return words.fail(`'bind' : ${result.why}`, result.word, result.hint);
  for (const address of result) reportKind(word, address, context);
  // where QUIC is offered, TCP is too: its clients come over that
  return result.filter((address) => address.transport !== 'quic').map((address) => prefixed(address, context));
}

/** `unix-bind prefix` (manual 3.1). */
function prefixed(address: AddressModel, { model }: ParseContext): AddressModel {
  const { prefix } = model.global.unixBind;
  return address.kind === 'unix' && prefix !== '' ? { ...address, host: prefix + address.host } : address;
}

function reportKind(word: Word, address: AddressModel, context: ParseContext): void {
  if (address.transport === 'quic')
    context.notDone(word, `bind ${address.text}`, 'QUIC is not spoken, clients come over TCP', 'served');
  const problem = addressProblem(address, false);
  if (problem !== undefined) context.notDone(word, `bind ${address.text}`, problem, 'refused');
}

/** A listener with HAProxy's defaults. */
export function newBind(span: Span, addresses: readonly AddressModel[], { model }: ParseContext): BindModel {
  const { mode, user, group, uid, gid } = model.global.unixBind;
  return {
    span,
    addresses,
    name: undefined,
    id: undefined,
    maxconn: undefined,
    backlog: undefined,
    v6only: false,
    v4v6: false,
    nice: 0,
    level: undefined,
    severityOutput: undefined,
    exposeFd: undefined,
    acceptProxy: false,
    acceptNetscalerCip: undefined,
    deferAccept: false,
    transparent: false,
    tfo: false,
    interface: undefined,
    namespace: undefined,
    mode,
    user,
    group,
    uid,
    gid,
    process: undefined,
    thread: undefined,
    shards: undefined,
    proto: undefined,
    mss: undefined,
    tcpUserTimeout: undefined,
    ssl: false,
    tls: [],
  };
}
