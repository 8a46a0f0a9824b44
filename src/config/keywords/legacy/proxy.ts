import type { ProxyKeyword } from '../../keyword.js';
import { proxyKeyword } from '../proxy/define.js';
import { wordsAt } from './words.js';

/** Keywords of proxies that HAProxy has removed and that are still understood (rewriting rules: rewrite.ts). */
export const legacyKeywords: readonly ProxyKeyword[] = [
  proxyKeyword({
    name: 'redispatch',
    manual: '4.2',
    summary: "old form of 'option redispatch'",
    removed: '2.1',
    side: 'backend',
    defaults: true,
    extraIgnored: true,
    parse(words, proxy) {
      proxy.redispatch = -1;
      words.warn(
        "keyword 'redispatch' directive is not supported anymore since HAProxy 2.1; it is accepted here.",
        words.keyword,
        "write 'option redispatch'",
      );
    },
  }),
  proxyKeyword({
    name: 'block',
    manual: '4.2',
    summary: "old form of 'http-request deny'",
    removed: '2.1',
    side: 'both',
    defaults: false,
    parse(words, proxy) {
      const condition = words.peek();
      if (condition?.text !== 'if' && condition?.text !== 'unless') {
        words.fail("'block' requires either 'if' or 'unless' followed by a condition.", condition ?? words.endSpan);
      }
      const rest = words.rest();
      const rule = wordsAt(words.keyword.span, ['http-request', 'deny']);
      proxy.blocks.push({ span: words.lineSpan, words: [...rule, ...rest] });
      words.warn(
        "The 'block' directive is not supported anymore since HAProxy 2.1; it is accepted here.",
        words.keyword,
        `write 'http-request deny ${rest.map((word) => word.text).join(' ')}'`,
      );
    },
  }),
  proxyKeyword({
    name: 'monitor-net',
    manual: '4.2',
    summary: 'addresses whose connections are answered OK',
    removed: '2.1',
    side: 'frontend',
    defaults: true,
    parse(words, proxy) {
      const network = words.next('a network');
      const text = ['http-request', 'return', 'status', '200', 'if', '{', 'src', network.text, '}'];
      proxy.httpRequest.unshift({ span: words.lineSpan, words: wordsAt(words.lineSpan, text) });
      words.warn(
        "'monitor-net' doesn't exist anymore; it is accepted here.",
        words.keyword,
        `write '${text.join(' ')}'`,
      );
    },
  }),
  proxyKeyword({
    name: 'transparent',
    manual: '4.2',
    summary: "old form of 'option transparent'",
    removed: '3.5',
    side: 'backend',
    defaults: true,
    parse(_words, proxy) {
      proxy.options.transparent = true;
    },
  }),
  proxyKeyword({
    name: 'bind-process',
    manual: '4.2',
    summary: 'processes that serve the section',
    removed: '2.7',
    side: 'both',
    defaults: true,
    parse(words) {
      words.rest();
      words.warn(
        "'bind-process' has no effect, is deprecated, and will be removed in version 2.7.",
        words.keyword,
        'the line can be deleted',
      );
    },
  }),
];
