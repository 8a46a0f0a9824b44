import { parseAddress } from '../../address.js';
import { spanOf, type Cursor } from '../../cursor.js';
import type { GlobalKeyword, ParseContext, SectionKeyword } from '../../keyword.js';
import { Registry } from '../../../base/registry.js';
import type { GlobalModel } from '../../model.js';
import { bindParameters } from '../bind/index.js';
import { newBind } from '../bind/line.js';
import { parseParameters } from '../parameters.js';
import { nextOf } from '../suggest.js';
import { duration, integer } from '../values.js';
import { globalKeyword } from './define.js';

const NO_HANDOVER = 'sockets are handed over beside a UNIX socket only';

/** `stats socket <address> [bind parameters]`: a runtime socket. */
function parseSocket(words: Cursor, global: GlobalModel, context: ParseContext): void {
  const rest = words.words.slice(2);
  const word = words.peek();
  if (word === undefined) {
    return words.fail("'stats socket' in global section expects an address or a path to a UNIX socket", words.endSpan);
  }
  words.next('');
  const result = parseAddress(word, { port: 'required', transport: 'stream' }, context.env);
  if (!result.ok) return words.fail(`'stats socket' : ${result.why}`, word, result.hint);
  const bind = newBind(spanOf(words.words), [result.address], context);
  parseParameters(words, bindParameters, bind, context, "'stats socket' : ");
  global.statsSockets.push({ span: words.lineSpan, bind, words: rest });
  if (bind.exposeFd !== undefined && result.address.kind !== 'unix')
    context.notDone(bind.exposeFd, 'stats socket … expose-fd', NO_HANDOVER, 'served');
  if (bind.ssl) context.notDone(word, 'stats socket … ssl', 'runtime sockets speak plain text only', 'refused');
  if (result.address.kind === 'abns' || result.address.kind === 'sockpair') {
    context.notDone(
      word,
      `stats socket ${word.text}`,
      `Node cannot listen on ${result.address.kind} sockets`,
      'refused',
    );
  }
}

/** What may follow `stats` in the global section. */
export const globalStatsKeywords = new Registry<SectionKeyword<GlobalModel>>([
  { name: 'socket', manual: '3.1', summary: 'a runtime socket', parse: parseSocket },
  {
    name: 'timeout',
    manual: '3.1',
    summary: 'longest silence on a runtime socket',
    parse(words, global) {
      global.statsTimeout = duration(words, "'stats timeout' expects a positive value");
    },
  },
  {
    name: 'maxconn',
    manual: '3.1',
    summary: 'most connections to runtime sockets',
    parse(words, global) {
      if (!/^[1-9]\d*$/.test(words.peek()?.text ?? '')) {
        words.fail("'stats maxconn' expects a positive value", words.peek() ?? words.endSpan);
      }
      global.statsMaxconn = integer(words);
    },
  },
  {
    name: 'bind-process',
    manual: '3.1',
    summary: 'processes that serve the runtime sockets',
    removed: '2.7',
    parse(words) {
      words.rest();
      words.warn(
        "'stats bind-process' is deprecated and will be removed in version 2.7.",
        words.keyword,
        'the line can be deleted',
      );
    },
  },
]);

export const statsKeyword: GlobalKeyword = globalKeyword({
  name: 'stats',
  summary: 'runtime sockets',
  parse(words, global, context) {
    const { found } = nextOf(
      globalStatsKeywords,
      words,
      (got) => `'stats' only supports 'socket', 'maxconn', 'bind-process' and 'timeout' (got '${got}')`,
    );
    words.label = `stats ${found.name}`;
    found.parse(words, global, context);
  },
});
