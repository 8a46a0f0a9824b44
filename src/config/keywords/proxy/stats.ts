import { Registry } from '../../../base/registry.js';
import type { Cursor } from '../../cursor.js';
import type { KeywordFacts, ParseContext, ProxyKeyword } from '../../keyword.js';
import type { ProxyModel, StatsModel } from '../../model.js';
import { nextOf } from '../suggest.js';
import { duration, required } from '../values.js';
import { ignoreExtra, proxyKeyword } from './define.js';

interface StatsKeyword extends KeywordFacts {
  parse(words: Cursor, stats: StatsModel, proxy: ProxyModel, context: ParseContext): void;
}

const stats = (name: string, summary: string, parse: StatsKeyword['parse']): StatsKeyword => ({
  name,
  summary,
  manual: '4.2',
  parse,
});

/** The rest of the line as one text: HAProxy joins words by single spaces. */
const restOfLine = (words: Cursor): string =>
  words
    .rest()
    .map((word) => word.text)
    .join(' ');

/** What may follow `stats` in a proxy. Each of them switches the page on, as in HAProxy. */
export const statsKeywords = new Registry<StatsKeyword>([
  stats('enable', 'shows the page, at its default place', () => undefined),
  stats('uri', 'where the page is', (words, model) => {
    model.uri = required(words, "'uri' needs an URI prefix.").text;
  }),
  stats('realm', 'what the browser shows when it asks for a password', (words, model) => {
    model.realm = required(words, "'realm' needs an realm name.").text;
  }),
  stats('auth', 'user and password', (words, model) => {
    const { text } = required(words, "'auth' needs a user:password account.");
    const colon = text.indexOf(':');
    model.auth.push({
      user: colon < 0 ? text : text.slice(0, colon),
      password: colon < 0 ? '' : text.slice(colon + 1),
    });
  }),
  stats('refresh', 'how often the browser asks again', (words, model) => {
    words.label = 'argument to stats refresh interval';
    const interval = duration(words, "'refresh' needs an interval.", 's');
    model.refresh = Math.ceil(interval / 1000);
  }),
  stats('scope', 'which proxies are shown', (words, model) => {
    model.scope.push(required(words, "'scope' needs a proxy name.").text);
  }),
  stats('hide-version', "does not show HAProxy's version", (_words, model) => {
    model.hideVersion = true;
  }),
  stats('show-legends', 'shows addresses, algorithms and more in tooltips', (_words, model) => {
    model.showLegends = true;
  }),
  stats('show-modules', 'shows the counters of modules', (_words, model) => {
    model.showModules = true;
  }),
  stats('show-desc', 'shows a description', (words, model) => {
    model.showDesc = restOfLine(words);
  }),
  stats('show-node', 'shows the name of the node', (words, model) => {
    model.showNode = words.more() ? words.next('').text : '';
  }),
  stats('admin', 'who may change the state of servers', (words, model, proxy) => {
    if (proxy.kind === 'defaults') words.fail("'stats admin' not allowed in 'defaults' section.", words.keyword);
    const word = words.peek();
    if (word?.text !== 'if' && word?.text !== 'unless') {
      words.fail("'stats admin' requires either 'if' or 'unless' followed by a condition.", word ?? words.endSpan);
    }
    model.admin.push({ span: words.lineSpan, words: words.words });
    words.rest();
  }),
  stats('http-request', 'who may see the page', (words, model, proxy) => {
    if (proxy.kind === 'defaults') words.fail("'stats' not allowed in 'defaults' section.", words.keyword);
    const action = words.peek();
    if (action === undefined || !['allow', 'deny', 'auth'].includes(action.text)) {
      words.fail(
        `'stats http-request' expects 'allow', 'deny' or 'auth' (got '${action?.text ?? ''}').`,
        action ?? words.endSpan,
      );
    }
    model.httpRequest.push({ span: words.lineSpan, words: words.words });
    words.rest();
  }),
]);

const EXPECTS =
  "expects 'admin', 'uri', 'realm', 'auth', 'scope', 'enable', 'hide-version', 'show-node', 'show-desc' or 'show-legends'.";

export const statsKeyword: ProxyKeyword = proxyKeyword({
  name: 'stats',
  manual: '4.2',
  summary: 'the statistics page',
  side: 'both',
  defaults: true,
  parse(words, proxy, context) {
    const { found } = nextOf(statsKeywords, words, (got) =>
      got === '' ? `missing keyword in 'stats', ${EXPECTS}` : `unknown stats parameter '${got}', ${EXPECTS}`,
    );
    words.label = `stats ${found.name}`;
    const model = copyStats(proxy.stats);
    found.parse(words, model, proxy, context);
    ignoreExtra(words);
    proxy.stats = model;
  },
});

/** Proxies share what `defaults` said until they say something of their own. */
function copyStats(from: StatsModel | undefined): StatsModel {
  if (from === undefined) {
    return {
      enabled: true,
      uri: '/haproxy?stats',
      realm: undefined,
      auth: [],
      refresh: 0,
      hideVersion: false,
      showLegends: false,
      showModules: false,
      showDesc: undefined,
      showNode: undefined,
      scope: [],
      admin: [],
      httpRequest: [],
    };
  }
  const { auth, scope, admin, httpRequest } = from;
  return {
    ...from,
    enabled: true,
    auth: [...auth],
    scope: [...scope],
    admin: [...admin],
    httpRequest: [...httpRequest],
  };
}
