import { Registry } from '../../base/registry.js';
import type { Algorithm } from '../algorithm.js';
import { first } from './first.js';
import { hash } from './hash.js';
import { hdr } from './hdr.js';
import { leastconn } from './leastconn.js';
import { random } from './random.js';
import { rdpCookie } from './rdp-cookie.js';
import { roundrobin } from './roundrobin.js';
import { source } from './source.js';
import { staticRr } from './static-rr.js';
import { uri } from './uri.js';
import { urlParam } from './url-param.js';

/** What `balance` may be followed by. `log-hash` and `sticky` belong to `mode log`, which proxies here do not have. */
export const algorithms = new Registry<Algorithm>([
  roundrobin,
  staticRr,
  leastconn,
  first,
  source,
  uri,
  urlParam,
  hdr,
  random,
  rdpCookie,
  hash,
]);
