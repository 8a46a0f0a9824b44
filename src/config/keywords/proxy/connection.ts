import type { Cursor } from '../../cursor.js';
import { parseAddress, SOURCE_ADDRESS } from '../../address.js';
import type { Span } from '../../diagnostics.js';
import type { ProxyKeyword } from '../../keyword.js';
import type { AddressModel, ServerModel } from '../../model.js';
import { newServerSettings } from '../server/settings.js';
import { parseSource } from '../source.js';
import { duration, integer, required } from '../values.js';
import { proxyKeyword } from './define.js';

/** What the log shows in the place of a server's name. */
const NO_SERVER = '<NOSRV>';
const REUSE = ['never', 'safe', 'aggressive', 'always'] as const;
const STATE_SOURCES = ['none', 'global', 'local'] as const;

/** `clitcpka-cnt` and its like: the kernel's keep-alive probes. */
function probes(name: string, side: 'frontend' | 'backend', unit: 'count' | 'time'): ProxyKeyword {
  return proxyKeyword({
    name,
    manual: '4.2',
    summary:
      unit === 'count' ? 'TCP keep-alive probes before giving up' : 'pause before or between TCP keep-alive probes',
    side,
    defaults: true,
    ignored: (proxy) => `${name} will be ignored because ${proxy.kind} '${proxy.name}' has no ${side} capability`,
    parse(words, _proxy, context) {
      const missing = `'${name}' expects an integer value`;
      if (unit === 'count') integer(words, { min: 0 }, missing);
      else duration(words, missing, 's');
      context.notDone(words.keyword, name, "the system's own pace of keep-alive probes applies", 'served');
    },
  });
}

/** `clitcpka-idle` and `srvtcpka-idle`: silence before the first probe. */
function probesAfter(option: 'clitcpka' | 'srvtcpka', side: 'frontend' | 'backend'): ProxyKeyword {
  const name = `${option}-idle`;
  return proxyKeyword({
    name,
    manual: '4.2',
    summary: 'silence before the first TCP keep-alive probe',
    side,
    defaults: true,
    ignored: (proxy) => `${name} will be ignored because ${proxy.kind} '${proxy.name}' has no ${side} capability`,
    parse: (words, proxy) => (proxy.keepAliveIdle[option] = duration(words, `'${name}' expects an integer value`, 's')),
  });
}

const source = proxyKeyword({
  name: 'source',
  manual: '4.2',
  summary: 'address to connect to servers from',
  side: 'backend',
  defaults: true,
  parse(words, proxy, context) {
    const expects = "'source' expects <addr>[:<port>], and optionally 'usesrc' <addr>, and 'interface' <name>.";
    proxy.source = parseSource(words, { ...SOURCE_ADDRESS, range: false }, expects, context);
    if (words.more()) words.fail("'source' only supports optional keywords 'interface' and 'usesrc'.");
  },
});

/** What connections are made to where there is no server. */
function standIn(span: Span, address: AddressModel): ServerModel {
  return { ...newServerSettings(), name: NO_SERVER, span, address, id: undefined, guid: undefined };
}

/** The stand-in of `option transparent`: no address, no port, so that the client's own destination counts. */
export function anywhere(span: Span): ServerModel {
  const text = '0.0.0.0';
  const place = { kind: 'ip', family: 4, host: text, port: 0, portEnd: 0, portOffset: false, fd: -1 } as const;
  return standIn(span, { ...place, transport: 'stream', text, span });
}

const dispatch = proxyKeyword({
  name: 'dispatch',
  manual: '4.2',
  summary: 'one address in place of servers',
  side: 'backend',
  defaults: false,
  parse(words: Cursor, proxy, context) {
    const word = words.next('an address');
    const result = parseAddress(word, { port: 'required', transport: 'stream' }, context.env);
    if (!result.ok) words.fail(`'dispatch' : ${result.why}`, word, result.hint);
    proxy.dispatch = standIn(words.lineSpan, result.address);
  },
});

/** How servers are reached. */
export const connectionKeywords: readonly ProxyKeyword[] = [
  source,
  dispatch,
  proxyKeyword({
    name: 'http-reuse',
    manual: '4.2',
    summary: 'which idle server connections may be shared',
    side: 'backend',
    defaults: true,
    parse(words: Cursor, proxy) {
      const word = words.peek();
      const mode = REUSE.find((candidate) => candidate === word?.text);
      if (mode === undefined) {
        words.fail("'http-reuse' only supports 'never', 'safe', 'aggressive', 'always'.", word ?? words.endSpan);
      }
      words.next('');
      proxy.httpReuse = mode;
    },
  }),
  proxyKeyword({
    name: 'http-send-name-header',
    manual: '4.2',
    summary: 'a header that tells the server its name',
    side: 'backend',
    defaults: true,
    extraIgnored: true,
    parse(words, proxy) {
      const word = required(words, "'http-send-name-header' requires a header string.");
      if (['host', 'content-length', 'transfer-encoding', 'connection'].includes(word.text.toLowerCase())) {
        words.warn(
          `'http-send-name-header' should not be set to '${word.text}': it carries the meaning of the message`,
          word,
        );
      }
      proxy.sendName = word.text;
    },
  }),
  proxyKeyword({
    name: 'load-server-state-from-file',
    manual: '4.2',
    summary: 'whether servers begin in the state of the last run',
    side: 'backend',
    defaults: true,
    extraIgnored: true,
    parse(words: Cursor, proxy) {
      const word = words.peek();
      const from = STATE_SOURCES.find((candidate) => candidate === word?.text);
      if (from === undefined) {
        words.fail(
          `'load-server-state-from-file' expects 'global', 'local' or 'none'. Got '${word?.text ?? ''}'`,
          word ?? words.endSpan,
        );
      }
      words.next('');
      proxy.loadServerState = from;
    },
  }),
  proxyKeyword({
    name: 'server-state-file-name',
    manual: '4.2',
    summary: 'the file of load-server-state-from-file local',
    side: 'backend',
    defaults: true,
    parse(words, proxy) {
      // Without a name it is that of the backend, which a `defaults` section does not know yet.
      proxy.serverStateFileName = words.more() ? words.next('').text : undefined;
    },
  }),
  probes('clitcpka-cnt', 'frontend', 'count'),
  probesAfter('clitcpka', 'frontend'),
  probes('clitcpka-intvl', 'frontend', 'time'),
  probes('srvtcpka-cnt', 'backend', 'count'),
  probesAfter('srvtcpka', 'backend'),
  probes('srvtcpka-intvl', 'backend', 'time'),
];
