import { Registry } from '../../base/registry.js';
import { parseAddress, SERVER_ADDRESS } from '../address.js';
import { Cursor } from '../cursor.js';
import type { ParseContext, SectionKeyword } from '../keyword.js';
import { newBind, parseBind } from '../keywords/bind/line.js';
import { bindParameters } from '../keywords/bind/index.js';
import { parseParameters } from '../keywords/parameters.js';
import { serverParameters } from '../keywords/server/index.js';
import { copyServerSettings, newServerSettings } from '../keywords/server/settings.js';
import type { AddressModel, PeersModel } from '../model.js';
import { parseStickTable } from '../stick-table.js';
import { checkName, dispatch, refuseRest, type SectionDefinition } from './define.js';

const MANUAL = '3.5';

const keyword = (
  name: string,
  summary: string,
  parse: SectionKeyword<PeersModel>['parse'],
): SectionKeyword<PeersModel> => ({ name, manual: MANUAL, summary, parse });

const EXPECTS_PEER = "'peer' expects <name> and <addr>[:<port>] as arguments.";

/** `peer` and `server` are two words for one thing; a `server` without an address is the local one. */
function parsePeer(words: Cursor, section: PeersModel, context: ParseContext): void {
  const name = words.peek();
  if (name === undefined) return words.fail(EXPECTS_PEER, words.endSpan);
  words.next('a name');
  const word = words.peek();
  let address: AddressModel | undefined;
  if (word !== undefined && !serverParameters.has(word.text)) {
    words.next('an address');
    const result = parseAddress(word, SERVER_ADDRESS, context.env);
    if (!result.ok) return words.fail(`'server ${name.text}' : ${result.why}`, word, result.hint);
    if (result.address.port === 0 && result.address.kind === 'ip')
      words.warn(`'server ${name.text}' : missing port number in '${word.text}': nobody can connect to it`, word);
    ({ address } = result);
  } else if (words.keyword.text === 'peer') words.fail(EXPECTS_PEER, word ?? words.endSpan);
  const other = section.peers.find((peer) => peer.name === name.text);
  if (other !== undefined) words.fail(`peers section '${section.name}': the peer '${name.text}' is there twice.`, name);
  const settings = copyServerSettings(section.defaultServer);
  parseParameters(words, serverParameters, settings, context, `'server ${name.text}' : `);
  const bind = newBind(words.lineSpan, address === undefined ? [] : [address], context);
  section.peers.push({ name: name.text, span: words.lineSpan, address, bind, settings });
}

const keywords: readonly SectionKeyword<PeersModel>[] = [
  keyword('bind', 'where this peer listens', (words, section, context) => {
    if (section.bind !== undefined) words.fail("'bind' : one listener for a peers section is enough.", words.keyword);
    section.bind = parseBind(words, 'peers', context);
    applyDefaults(section, words, context);
  }),
  keyword('default-bind', 'parameters of bind lines', (words, section, context) => {
    const bind = newBind(words.lineSpan, [], context);
    parseParameters(words, bindParameters, bind, context, "'default-bind' : ");
    section.defaultBind = words.words;
    if (section.bind !== undefined) applyDefaults(section, words, context);
  }),
  keyword('default-server', 'parameters of the peers', (words, section, context) => {
    parseParameters(words, serverParameters, section.defaultServer, context, "'default-server' : ", '');
  }),
  keyword('disabled', 'the section is read but does not run', (words, section) => {
    words.end();
    section.disabled = true;
  }),
  keyword('enabled', 'undoes disabled', (words, section) => {
    words.end();
    section.disabled = false;
  }),
  keyword('log', 'where the log goes', (words, _section, context) => {
    words.rest();
    context.notDone(words.keyword, 'log', 'connections of peers are not logged', 'served');
  }),
  keyword('peer', 'a peer and its address', parsePeer),
  keyword('server', 'a peer, with parameters as on server lines', parsePeer),
  keyword('shards', 'how many peers share the keys', (words, _section, context) => {
    words.integer('a number', { min: 1 });
    words.end();
    context.notDone(words.keyword, 'shards', 'every peer is told of every key', 'served');
  }),
  keyword('table', 'a stick-table', (words, section) => {
    const name = words.next('a name');
    if (section.tables.some((table) => table.name === name.text))
      words.fail(`stick-table name '${name.text}' is there twice in peers section '${section.name}'.`, name);
    section.tables.push({ name: name.text, table: parseStickTable(words) });
  }),
];

/** `default-bind` counts for the `bind` line of its section, whichever comes first. */
function applyDefaults(section: PeersModel, words: Cursor, context: ParseContext): void {
  if (section.bind === undefined || section.defaultBind === undefined) return;
  const [, ...parameters] = section.defaultBind;
  if (parameters.length === 0) return;
  const cursor = new Cursor(section.defaultBind, words.diagnostics);
  cursor.next('the keyword');
  parseParameters(cursor, bindParameters, section.bind, context, "'default-bind' : ");
}

const registry = new Registry(keywords);

export const peersSection: SectionDefinition = {
  name: 'peers',
  manual: MANUAL,
  summary: 'other proxies that share stick-tables',
  keywords,
  open(words, reading) {
    const word = words.peek();
    if (word === undefined) words.diagnostics.alert(words.endSpan, 'missing name for peers section.');
    else {
      words.next('');
      checkName(words, 'peers', word);
    }
    const name = word?.text ?? '';
    refuseRest(words, 'peers');
    const sections = reading.context.model.peers;
    const other = sections.find((section) => section.name === name);
    if (other !== undefined && name !== '') {
      const { source } = other.span;
      words.diagnostics.alert(
        words.lineSpan,
        `peers section '${name}' has the same name as another peers section declared at ${source.file}:${source.line}.`,
      );
    }
    const section: PeersModel = {
      name,
      span: words.lineSpan,
      disabled: false,
      bind: undefined,
      defaultBind: undefined,
      defaultServer: newServerSettings(),
      peers: [],
      tables: [],
    };
    sections.push(section);
    return {
      title: name === '' ? 'peers' : name,
      line(line, context) {
        dispatch(registry, line, section, context, (known) => reading.unknown(line, 'peers', known));
      },
    };
  },
};
