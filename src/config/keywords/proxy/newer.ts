import type { ProxyKeyword } from '../../keyword.js';
import { proxyKeyword } from './define.js';

/** Keywords of versions after 2.6 that belong to no family here. */
export const newerKeywords: readonly ProxyKeyword[] = [
  proxyKeyword({
    name: 'be-unpublished',
    manual: '4.2',
    summary: 'the backend is there but no rule chooses it',
    since: '3.3',
    side: 'backend',
    defaults: true,
    parse(words, _proxy, context) {
      words.rest();
      context.notDone(words.keyword, 'be-unpublished', 'rules choose it', 'served');
    },
  }),
  proxyKeyword({
    name: 'crt',
    manual: '4.2',
    summary: 'a certificate for all bind lines',
    since: '3.4',
    side: 'frontend',
    defaults: false,
    parse(words, _proxy, context) {
      words.next('a certificate');
      words.rest();
      context.notDone(words.keyword, 'crt', "write it on the 'bind' lines", 'refused');
    },
  }),
  proxyKeyword({
    name: 'quic-initial',
    manual: '4.2',
    summary: 'rules about new QUIC connections',
    since: '3.1',
    side: 'frontend',
    defaults: true,
    parse(words, _proxy, context) {
      words.next('an action');
      words.rest();
      context.notDone(words.keyword, 'quic-initial', 'QUIC is not spoken', 'served');
    },
  }),
  proxyKeyword({
    name: 'ssl-f-use',
    manual: '4.2',
    summary: 'a certificate for all bind lines',
    since: '3.3',
    side: 'frontend',
    defaults: false,
    parse(words, _proxy, context) {
      words.next('a certificate');
      words.rest();
      context.notDone(words.keyword, 'ssl-f-use', "write it on the 'bind' lines", 'refused');
    },
  }),
];
