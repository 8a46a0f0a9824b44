import type { Cursor } from '../../cursor.js';
import type { ProxyKeyword } from '../../keyword.js';
import { parseStickTable } from '../../stick-table.js';
import { proxyKeyword } from './define.js';

function condition(words: Cursor, keyword: string): void {
  const word = words.peek();
  if (word?.text === 'if' || word?.text === 'unless') return;
  words.fail(`'${keyword}' requires either 'if' or 'unless' followed by a condition.`, word ?? words.endSpan);
}

function forceOrIgnore(name: 'force-persist' | 'ignore-persist', summary: string): ProxyKeyword {
  return proxyKeyword({
    name,
    manual: '4.2',
    summary,
    side: 'backend',
    defaults: false,
    parse(words, proxy) {
      condition(words, name);
      words.rest();
      proxy.persistRules.push({ span: words.lineSpan, words: words.words });
    },
  });
}

/** What keeps a client on its server, beside cookies. */
export const persistenceKeywords: readonly ProxyKeyword[] = [
  proxyKeyword({
    name: 'stick-table',
    manual: '4.2',
    summary: 'a table about clients',
    side: 'both',
    defaults: true,
    parse(words, proxy) {
      if (proxy.kind === 'defaults') words.fail("'stick-table' is not supported in 'defaults' section.", words.keyword);
      if (proxy.stickTable !== undefined) {
        const { source } = proxy.stickTable.span;
        const kind = proxy.kind === 'listen' ? 'proxy' : proxy.kind;
        words.fail(
          `stick-table name '${proxy.name}' conflicts with table declared in ${kind} '${proxy.name}' at ${source.file}:${source.line}.`,
          words.keyword,
        );
      }
      proxy.stickTable = parseStickTable(words);
    },
  }),
  proxyKeyword({
    name: 'stick',
    manual: '4.2',
    summary: "finds and remembers a client's server",
    side: 'backend',
    defaults: false,
    parse(words, proxy) {
      const what = words.peek();
      if (what === undefined || !/^(on|match|store-request|store-response)$/.test(what.text)) {
        words.fail("'stick' expects 'on', 'match', or 'store'.", what ?? words.endSpan);
      }
      words.next('');
      words.label = `stick ${what?.text}`;
      words.next('an expression');
      words.rest();
      proxy.stickRules.push({ span: words.lineSpan, words: words.words });
    },
  }),
  proxyKeyword({
    name: 'persist',
    manual: '4.2',
    summary: 'finds the server in an RDP cookie',
    side: 'backend',
    defaults: true,
    parse(words: Cursor, proxy) {
      const word = words.peek();
      if (word === undefined) words.fail('missing persist method.', words.endSpan);
      if (!/^rdp-cookie(\(.*\))?$/.test(word.text)) {
        const nameless = word.text.startsWith('rdp-cookie(');
        words.fail(
          nameless ? "persist rdp-cookie(name)' requires an rdp cookie name." : 'unknown persist method.',
          word,
        );
      }
      words.rest();
      proxy.persistRules.push({ span: words.lineSpan, words: words.words });
    },
  }),
  forceOrIgnore('force-persist', 'persistence even to a server that is down'),
  forceOrIgnore('ignore-persist', 'no persistence under a condition'),
  proxyKeyword({
    name: 'appsession',
    manual: '4.2',
    summary: "remembers the application's session cookie",
    removed: '1.6',
    side: 'backend',
    defaults: false,
    parse(words, _proxy, context) {
      const cookie = words.next('a cookie name').text;
      const rest = words.rest().map((word) => word.text);
      const given = (name: string, usual: string): string => rest[rest.indexOf(name) + 1 || rest.length] ?? usual;
      const [len, expire] = [given('len', '52'), given('timeout', '3h')];
      words.warn(
        "'appsession' is not supported anymore since HAProxy 1.6.",
        words.keyword,
        `write 'stick-table type string len ${len} size 1m expire ${expire}', 'stick store-response res.cook(${cookie})' and 'stick match req.cook(${cookie})'`,
      );
      context.notDone(words.keyword, 'appsession', 'a stick-table does this today', 'refused');
    },
  }),
];
