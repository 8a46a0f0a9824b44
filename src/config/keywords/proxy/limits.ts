import type { Cursor } from '../../cursor.js';
import type { ProxyKeyword } from '../../keyword.js';
import type { ProxyModel } from '../../model.js';
import { ignoredText, proxyKeyword, type ProxyKeywordDraft } from './define.js';
import { integer } from '../values.js';

/** A keyword with one positive number. */
function count(
  facts: Omit<ProxyKeywordDraft, 'parse' | 'manual'> & { readonly set: (proxy: ProxyModel, value: number) => void },
): ProxyKeyword {
  const { set, ...rest } = facts;
  return proxyKeyword({
    ...rest,
    manual: '4.2',
    parse: (words, proxy) => set(proxy, integer(words)),
  });
}

export const limitKeywords: readonly ProxyKeyword[] = [
  count({
    name: 'maxconn',
    summary: 'most concurrent connections of a frontend; the rest waits in the kernel',
    side: 'frontend',
    defaults: true,
    ignored: (proxy) => `${ignoredText('maxconn', proxy)} Maybe you want 'fullconn' instead ?`,
    set: (proxy, value) => (proxy.maxconn = value),
  }),
  count({
    name: 'fullconn',
    summary: "load of a backend at which its servers' minconn has grown to maxconn",
    side: 'backend',
    defaults: true,
    ignored: (proxy) => `${ignoredText('fullconn', proxy)} Maybe you want 'maxconn' instead ?`,
    set: (proxy, value) => (proxy.fullconn = value),
  }),
  count({
    name: 'backlog',
    summary: 'length of the queue of connections that the kernel holds for a listener',
    side: 'frontend',
    defaults: true,
    set: (proxy, value) => (proxy.backlog = value),
  }),
  count({
    name: 'max-keep-alive-queue',
    summary: 'queue length beyond which a kept-alive client may change servers',
    side: 'backend',
    defaults: true,
    ignored: (proxy) =>
      `max-keep-alive-queue will be ignored because ${proxy.kind} '${proxy.name}' has no backend capability`,
    set: (proxy, value) => (proxy.maxKeepAliveQueue = value),
  }),
  proxyKeyword({
    name: 'rate-limit',
    manual: '4.2',
    summary: 'most new sessions a second of a frontend',
    side: 'frontend',
    defaults: true,
    ignored: (proxy) =>
      `rate-limit sessions will be ignored because ${proxy.kind} '${proxy.name}' has no frontend capability`,
    parse(words, proxy) {
      const what = words.peek()?.text ?? '';
      if (!words.take('sessions'))
        words.fail(`'rate-limit' only supports 'sessions' (got '${what}')`, words.peek() ?? words.endSpan);
      words.label = 'rate-limit sessions';
      proxy.rateLimitSessions = integer(words, { min: 0 }, "'rate-limit sessions' expects a maximum rate.");
    },
  }),
  proxyKeyword({
    name: 'max-session-srv-conns',
    manual: '4.2',
    summary: 'most idle server connections that one client connection may keep',
    side: 'frontend',
    defaults: true,
    parse(words, _proxy, context) {
      integer(words);
      context.notDone(
        words.keyword,
        'max-session-srv-conns',
        'idle server connections are bounded per server',
        'served',
      );
    },
  }),
  proxyKeyword({
    name: 'retries',
    manual: '4.2',
    summary: 'how often a failed connection to a server is tried again',
    side: 'backend',
    defaults: true,
    parse: (words, proxy) =>
      (proxy.retries = integer(words, { min: 0 }, "'retries' expects an integer argument (dispatch counts for one).")),
  }),
  proxyKeyword({
    name: 'retry-on',
    manual: '4.2',
    summary: 'which failures make a request be tried again',
    side: 'both',
    defaults: true,
    parse(words, proxy) {
      if (proxy.kind === 'frontend')
        words.fail("'retry-on' only available in backend or listen section", words.keyword);
      proxy.retryOn = retryConditions(words);
    },
  }),
];

const RETRY_CONDITIONS = new Set([
  'none',
  'all-retryable-errors',
  'conn-failure',
  'empty-response',
  'junk-response',
  'response-timeout',
  '0rtt-rejected',
  '401',
  '403',
  '404',
  '408',
  '421',
  '425',
  '429',
  '500',
  '501',
  '502',
  '503',
  '504',
]);

function retryConditions(words: Cursor): string[] {
  const first = words.peek();
  if (first === undefined) words.fail("'retry-on' needs at least one keyword to specify when to retry", words.endSpan);
  const given = words.rest();
  const none = given.find((word) => word.text === 'none');
  if (none !== undefined && given.length > 1) words.fail("'retry-on' 'none' keyword only usable alone", none);
  for (const word of given) {
    if (!RETRY_CONDITIONS.has(word.text)) words.fail(`'retry-on': unknown keyword '${word.text}'`, word);
  }
  return given.map((word) => word.text);
}
