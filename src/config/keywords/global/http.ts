import type { Cursor } from '../../cursor.js';
import type { GlobalKeyword } from '../../keyword.js';
import type { GlobalModel, UnixBindModel } from '../../model.js';
import { globalKeyword, globalServed } from './define.js';
import { headerCaseKeywords } from './header-case.js';

const NO_CLIENT = 'no rule makes requests of its own';
const NO_DEVICES = 'devices are not recognised';

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
  ...headerCaseKeywords,
  globalServed('h2-workaround-bogus-websocket-clients', 0, 'clients learn that websockets can go over HTTP/2'),
  globalServed('harden.reject-privileged-ports.tcp', 1, 'clients of all ports are served', { since: '2.8' }),
  globalServed('harden.reject-privileged-ports.quic', 1, 'QUIC is not spoken', { since: '2.8' }),
  globalServed('http-err-codes', 1, "counters follow HAProxy's own idea of an error", { since: '3.1' }),
  globalServed('http-fail-codes', 1, "counters follow HAProxy's own idea of a failure", { since: '3.1' }),
  globalServed('pp2-never-send-local', 0, 'version 2 headers of checks say LOCAL, as the protocol wants'),
  ...httpClient.map((name) => globalServed(name, 1, NO_CLIENT)),
  ...deviceDetection.map((name) => globalServed(name, 1, NO_DEVICES)),
  globalKeyword({
    name: 'set-var',
    summary: 'a variable of the whole process',
    parse: (words, global) => processVariable(words, global, false),
  }),
  globalKeyword({
    name: 'set-var-fmt',
    summary: 'a variable of the whole process, from a format',
    parse: (words, global) => processVariable(words, global, true),
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
    parse: (words, { unixBind }) => {
      while (words.more()) unixBindOption(words, unixBind);
    },
  }),
];

/** One word of `unix-bind` and its value (manual 3.1). */
function unixBindOption(words: Cursor, unixBind: UnixBindModel): void {
  const word = words.next('');
  switch (word.text) {
    case 'prefix':
    case 'user':
    case 'group':
      unixBind[word.text] = words.next('a value').text;
      break;
    case 'uid':
    case 'gid':
      unixBind[word.text] = words.integer('a number', { min: 0 });
      break;
    case 'mode': {
      const mode = words.next('a value');
      if (!/^[0-7]{1,4}$/.test(mode.text)) words.fail("'unix-bind' : 'mode' wants an octal number.", mode);
      unixBind.mode = Number.parseInt(mode.text, 8);
      break;
    }
    default:
      words.fail("'unix-bind' only supports the 'prefix', 'mode', 'uid', 'gid', 'user' and 'group' options.", word);
  }
}

function processVariable(words: Cursor, global: GlobalModel, format: boolean): void {
  const { keyword } = words;
  const name = words.peek();
  if (name === undefined || words.peek(1) === undefined) {
    const value = format ? 'a log-format string' : 'a sample expression';
    words.fail(
      `'${keyword.text}' requires a process-wide variable name ('proc.<name>') and ${value}.`,
      name ?? words.endSpan,
    );
  }
  words.next('');
  if (!name.text.startsWith('proc.')) {
    words.fail(
      `'${keyword.text}': cannot set variable '${name.text}', only scope 'proc' is permitted in the global section.`,
      name,
    );
  }
  const value = words.rest();
  global.variables.push({ keyword, name, value: format ? value.slice(0, 1) : value, format });
}
