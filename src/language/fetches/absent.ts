import { USES } from '../checkpoint.js';
import { defineFetch } from '../definition.js';

/** Caching and compression, which do not take place: what HAProxy answers for responses they had no part in. */
export const absentFilters = [
  defineFetch({
    name: 'res.cache_hit',
    args: [],
    out: 'bool',
    use: USES.server,
    manual: '7.3.6',
    summary: 'whether the response came from a cache',
    compile: () => () => false,
  }),
  defineFetch({
    name: 'res.cache_name',
    args: [],
    out: 'str',
    use: USES.server,
    manual: '7.3.6',
    summary: 'name of the cache the response came from',
    compile: () => () => undefined,
  }),
  defineFetch({
    name: 'res.comp',
    args: [],
    out: 'bool',
    use: USES.response,
    manual: '7.3.6',
    summary: 'whether the proxy compressed the response',
    compile: () => () => false,
  }),
  defineFetch({
    name: 'res.comp_algo',
    args: [],
    out: 'str',
    use: USES.response,
    manual: '7.3.6',
    summary: 'how the proxy compressed the response',
    compile: () => () => undefined,
  }),
];
