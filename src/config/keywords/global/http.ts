import type { Cursor } from '../../cursor.js';
import type { GlobalKeyword, ParseContext } from '../../keyword.js';
import { globalKeyword, globalServed } from './define.js';

const NO_CLIENT = 'no rule makes requests of its own';
const NO_DEVICES = 'devices are not recognised';
const LOWER_CASE = 'header names are sent in lower case';

const httpClient = [
  'httpclient.resolvers.disabled',
  'httpclient.resolvers.id',
  'httpclient.resolvers.prefer',
  'httpclient.retries',
  'httpclient.ssl.ca-file',
  'httpclient.ssl.verify',
  'httpclient.timeout.connect',
];

const deviceDetection = [
  '51degrees-allow-unmatched',
  '51degrees-cache-size',
  '51degrees-data-file',
  '51degrees-difference',
  '51degrees-drift',
  '51degrees-performance-profile',
  '51degrees-property-name-list',
  '51degrees-property-separator',
  '51degrees-use-performance-graph',
  '51degrees-use-predictive-graph',
  'deviceatlas-json-file',
  'deviceatlas-log-level',
  'deviceatlas-properties-cookie',
  'deviceatlas-separator',
  'wurfl-cache-size',
  'wurfl-data-file',
  'wurfl-engine-mode',
  'wurfl-information-list',
  'wurfl-information-list-separator',
  'wurfl-patch-file',
  'wurfl-useragent-priority',
];

/** HTTP at large, paths, variables and what other libraries would do. */
export const httpKeywords: readonly GlobalKeyword[] = [
  globalServed('h1-accept-payload-with-any-method', 0, 'bodies of all methods are relayed'),
  globalServed('h1-do-not-close-on-insecure-transfer-encoding', 0, 'such connections are closed', { since: '3.2' }),
  globalServed('h1-case-adjust', 2, LOWER_CASE),
  globalServed('h1-case-adjust-file', 1, LOWER_CASE),
  globalServed('h2-workaround-bogus-websocket-clients', 0, 'clients learn that websockets can go over HTTP/2'),
  globalServed('harden.reject-privileged-ports.tcp', 1, 'clients of all ports are served', { since: '2.8' }),
  globalServed('harden.reject-privileged-ports.quic', 1, 'QUIC is not spoken', { since: '2.8' }),
  globalServed('http-err-codes', 1, "counters follow HAProxy's own idea of an error", { since: '3.1' }),
  globalServed('http-fail-codes', 1, "counters follow HAProxy's own idea of a failure", { since: '3.1' }),
  globalServed('pp2-never-send-local', 0, 'the PROXY header is not sent yet'),
  ...httpClient.map((name) => globalServed(name, 1, NO_CLIENT)),
  ...deviceDetection.map((name) => globalServed(name, 1, NO_DEVICES)),
  globalKeyword({
    name: 'set-var',
    summary: 'a variable of the whole process',
    parse: (words, _global, context) => processVariable(words, context, 'set-var', 'a sample expression'),
  }),
  globalKeyword({
    name: 'set-var-fmt',
    summary: 'a variable of the whole process, from a format',
    parse: (words, _global, context) => processVariable(words, context, 'set-var-fmt', 'a log-format string'),
  }),
  globalKeyword({
    name: 'default-path',
    summary: 'where relative file names begin',
    parse(words, _global, context) {
      const mode = words.next('a mode');
      const modes = ['current', 'config', 'parent', 'origin'];
      if (!modes.includes(mode.text)) {
        words.fail(
          `unsupported default-path mode '${mode.text}' for 'default-path', supported modes include 'current', 'config', 'parent', and 'origin'.`,
          mode,
        );
      }
      if (mode.text === 'origin') words.next('a directory');
      if (mode.text !== 'current')
        context.notDone(mode, `default-path ${mode.text}`, 'file names begin in the current directory', 'refused');
    },
  }),
  globalKeyword({
    name: 'unix-bind',
    summary: 'permissions and prefix of UNIX listeners',
    parse(words, _global, context) {
      while (words.more()) {
        const word = words.next('');
        if (!['prefix', 'mode', 'uid', 'gid', 'user', 'group'].includes(word.text)) {
          words.fail("'unix-bind' only supports the 'prefix', 'mode', 'uid', 'gid', 'user' and 'group' options.", word);
        }
        words.next('a value');
        if (word.text === 'prefix')
          context.notDone(word, 'unix-bind prefix', 'paths of UNIX sockets stay as written', 'refused');
        else context.notDone(word, `unix-bind ${word.text}`, "set it on the 'bind' line", 'served');
      }
    },
  }),
];

function processVariable(words: Cursor, context: ParseContext, name: string, value: string): void {
  const variable = words.peek();
  if (variable === undefined || !/^proc\.\w/.test(variable.text) || words.peek(1) === undefined) {
    words.fail(
      `'${name}' requires a process-wide variable name ('proc.<name>') and ${value}.`,
      variable ?? words.endSpan,
    );
  }
  words.rest();
  context.notDone(words.keyword, name, 'process-wide variables do not exist yet', 'refused');
}
