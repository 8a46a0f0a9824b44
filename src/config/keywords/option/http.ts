import { isIP } from 'node:net';
import type { Cursor } from '../../cursor.js';
import type { ParseContext, ProxyKeyword } from '../../keyword.js';
import type { ForwardforModel, ProxyModel } from '../../model.js';
import { flag, option, warnRemoved } from './define.js';

type ConnectionMode = ProxyModel['httpConnection'];

/** `httpclose`, `http-server-close` and `http-keep-alive` exclude each other: the last one counts. */
function connectionMode(name: string, mode: ConnectionMode, summary: string): ProxyKeyword {
  return option({
    name,
    side: 'both',
    summary,
    negatable: true,
    parse: (_words, proxy, context) => setConnectionMode(proxy, mode, context),
  });
}

function setConnectionMode(proxy: ProxyModel, mode: ConnectionMode, context: ParseContext): void {
  if (!context.negated && context.restoresDefault !== true) proxy.httpConnection = mode;
  else if (proxy.httpConnection === mode) proxy.httpConnection = 'keep-alive';
}

const forwardfor = option({
  name: 'forwardfor',
  side: 'both',
  summary: "adds X-Forwarded-For with the client's address",
  parse(words, proxy) {
    proxy.forwardfor = forwarded(
      words,
      "'option forwardfor' only supports optional values: 'except', 'header' and 'if-none'.",
      true,
    );
  },
});

const originalto = option({
  name: 'originalto',
  side: 'both',
  summary: 'adds X-Original-To with the address the client connected to',
  parse(words, proxy) {
    proxy.originalto = forwarded(
      words,
      "'option originalto' only supports optional values: 'except' and 'header'.",
      false,
    );
  },
});

function forwarded(words: Cursor, supports: string, ifNoneAllowed: boolean): ForwardforModel {
  let except: string | undefined;
  let header: string | undefined;
  let ifNone = false;
  while (words.more()) {
    const word = words.next('');
    const value = words.peek();
    if (word.text === 'except') {
      if (value === undefined || !isNetwork(value.text)) {
        words.fail(`'${words.label} except' expects <address>[/mask] as argument.`, value ?? words.endSpan);
      }
      except = words.next('').text;
    } else if (word.text === 'header') {
      if (value === undefined) words.fail(`'${words.label} header' expects <header_name> as argument.`, words.endSpan);
      header = words.next('').text;
    } else if (word.text === 'if-none' && ifNoneAllowed) {
      ifNone = true;
    } else {
      words.fail(supports, word);
    }
  }
  return { except, header, ifNone };
}

/** `192.168.0.0/16`, `10.0.0.0/255.0.0.0`, `::1/128`, without a mask too. */
function isNetwork(text: string): boolean {
  const [address, mask] = text.split('/');
  const version = isIP(address);
  if (version === 0) return false;
  if (mask === undefined || (version === 4 && isIP(mask) === 4)) return true;
  return /^\d+$/.test(mask) && Number(mask) <= (version === 4 ? 32 : 128);
}

const RESTRICT = ['preserve', 'reject', 'delete'] as const;

const restrictNames = option({
  name: 'http-restrict-req-hdr-names',
  side: 'both',
  summary: 'what to do with header names beyond letters, digits and dash',
  parse(words: Cursor, proxy) {
    const word = words.peek();
    const expects = "option 'http-restrict-req-hdr-names' expects 'preserve', 'reject' or 'delete' option.";
    if (word === undefined) words.fail(`missing parameter. ${expects}`, words.endSpan);
    const policy = RESTRICT.find((candidate) => candidate === word.text);
    if (policy === undefined) words.fail(`invalid parameter '${word.text}'. ${expects}`, word);
    words.next('');
    proxy.restrictRequestHeaderNames = policy;
  },
});

export const httpOptions: readonly ProxyKeyword[] = [
  connectionMode('httpclose', 'close', 'closes both connections after each response'),
  connectionMode('http-server-close', 'server-close', 'closes the server connection after each response'),
  connectionMode('http-keep-alive', 'keep-alive', 'keeps both connections'),
  forwardfor,
  originalto,
  option({
    name: 'forwarded',
    side: 'backend',
    summary: 'adds the Forwarded header of RFC 7239',
    since: '2.8',
    negatable: true,
    parse(words, proxy, context) {
      const given = words.rest();
      proxy.forwarded = context.negated ? undefined : [...given];
      if (!context.negated)
        context.notDone(words.words[1], 'option forwarded', 'the Forwarded header is not added', 'served');
    },
  }),
  restrictNames,
  flag('abortonclose', 'both', 'drops requests whose client has gone'),
  flag('accept-invalid-http-request', 'frontend', 'relays requests that break the grammar'),
  flag('accept-invalid-http-response', 'backend', 'relays responses that break the grammar'),
  alias('accept-unsafe-violations-in-http-request', 'accept-invalid-http-request', 'frontend'),
  alias('accept-unsafe-violations-in-http-response', 'accept-invalid-http-response', 'backend'),
  flag('checkcache', 'backend', 'blocks cacheable responses that set cookies'),
  flag('disable-h2-upgrade', 'frontend', 'no implicit switch to HTTP/2'),
  flag('h1-case-adjust-bogus-client', 'frontend', 'header names in the case of the h1-case-adjust table'),
  flag('h1-case-adjust-bogus-server', 'backend', 'header names in the case of the h1-case-adjust table'),
  flag('http-buffer-request', 'both', "waits for the request's body before going on"),
  flag('http-drop-request-trailers', 'backend', 'drops the trailers of requests', {
    since: '2.9',
    served: 'trailers of requests are relayed',
  }),
  flag('http-drop-response-trailers', 'frontend', 'drops the trailers of responses', { since: '2.9' }),
  flag('http-ignore-probes', 'frontend', 'closes silently on timeouts of empty connections'),
  flag('http-no-delay', 'both', 'sends every piece at once', { served: 'pieces are always sent at once' }),
  flag('http-pretend-keepalive', 'backend', 'tells the server that the connection is kept'),
  flag('http-use-proxy-header', 'frontend', 'reads Proxy-Connection in place of Connection', {
    served: 'the Connection header decides',
  }),
  flag('idle-close-on-response', 'frontend', 'on a soft stop, idle connections close after their next response'),
  flag('use-small-buffers', 'both', 'keeps waiting requests in small buffers', {
    since: '3.3',
    served: 'buffers have one size',
  }),
  option({
    name: 'forceclose',
    side: 'both',
    summary: "old name of 'option httpclose'",
    removed: '2.0',
    negatable: true,
    parse(words, proxy, context) {
      setConnectionMode(proxy, 'close', context);
      warnRemoved(words, '2.0', 'option httpclose');
    },
  }),
  option({
    name: 'http-tunnel',
    side: 'frontend',
    summary: 'tunnel after the first response',
    removed: '2.1',
    negatable: true,
    parse(words, _proxy, context) {
      warnRemoved(words, '2.1', undefined);
      if (!context.negated) context.notDone(words.words[1], 'option http-tunnel', 'every request is handled', 'served');
    },
  }),
  option({
    name: 'http-use-htx',
    side: 'both',
    summary: 'chose the HTTP engine of 1.9',
    removed: '2.2',
    negatable: true,
    parse: (words) => warnRemoved(words, '2.2', undefined),
  }),
  flag('http_proxy', 'both', 'connects to the address in the URI', {
    removed: '2.5',
    refused: "requests would go to a server instead of the address in their URI; use 'http-request set-dst'",
  }),
];

/** The names that 3.x gives to `accept-invalid-…`. */
function alias(
  name: string,
  sets: 'accept-invalid-http-request' | 'accept-invalid-http-response',
  side: 'frontend' | 'backend',
): ProxyKeyword {
  return option({
    name,
    side,
    summary: `the name of '${sets}' since HAProxy 3.0`,
    since: '3.0',
    negatable: true,
    parse(_words, proxy, context) {
      if (context.restoresDefault === true) delete proxy.options[sets];
      else proxy.options[sets] = !context.negated;
    },
  });
}
