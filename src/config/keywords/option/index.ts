import { Registry } from '../../../base/registry.js';
import type { ProxyKeyword } from '../../keyword.js';
import { proxyKeyword } from '../proxy/define.js';
import { nextOf } from '../suggest.js';
import { checkOptions } from './check.js';
import { connectionOptions } from './connection.js';
import { httpOptions } from './http.js';
import { logOptions } from './log.js';

/** What may follow `option`. */
export const options = new Registry<ProxyKeyword>([
  ...httpOptions,
  ...logOptions,
  ...connectionOptions,
  ...checkOptions,
]);

export const optionKeyword = proxyKeyword({
  name: 'option',
  manual: '4.2',
  summary: 'an option of the proxy',
  side: 'both',
  defaults: true,
  negatable: true,
  parse(words, proxy, context) {
    const { found, word } = nextOf(options, words, (got) =>
      got === '' ? "'option' expects an option name." : `unknown option '${got}'.`,
    );
    words.label = `option ${found.name}`;
    if ((context.negated || context.restoresDefault === true) && found.negatable !== true) {
      words.fail(`negation/default is not supported for option '${found.name}'.`, word);
    }
    found.parse(words, proxy, context);
  },
});
