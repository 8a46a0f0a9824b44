import { Registry } from '../../../base/registry.js';
import type { ProxyKeyword } from '../../keyword.js';
import { legacyKeywords } from '../legacy/proxy.js';
import { rewriteKeywords } from '../legacy/rewrite.js';
import { optionKeyword } from '../option/index.js';
import { balanceKeywords } from './balance.js';
import { checkKeywords } from './checks.js';
import { connectionKeywords } from './connection.js';
import { cookieKeywords } from './cookie.js';
import { errorKeywords } from './errors.js';
import { filterKeywords } from './filters.js';
import { identityKeywords } from './identity.js';
import { limitKeywords } from './limits.js';
import { loggingKeywords } from './logging.js';
import { newerKeywords } from './newer.js';
import { persistenceKeywords } from './persistence.js';
import { ruleKeywords } from './rules.js';
import { serverKeywords } from './servers.js';
import { statsKeyword } from './stats.js';
import { timeHistogramsKeyword } from './time-histograms.js';
import { timeoutKeywords } from './timeouts.js';

/** Keywords of `defaults`, `frontend`, `backend` and `listen` sections (manual 4.2). */
export const proxyKeywords = new Registry<ProxyKeyword>([
  ...identityKeywords,
  ...serverKeywords,
  ...balanceKeywords,
  ...timeoutKeywords,
  ...limitKeywords,
  ...connectionKeywords,
  ...cookieKeywords,
  ...persistenceKeywords,
  optionKeyword,
  ...checkKeywords,
  ...ruleKeywords,
  ...filterKeywords,
  ...errorKeywords,
  statsKeyword,
  ...loggingKeywords,
  timeHistogramsKeyword,
  ...newerKeywords,
  ...legacyKeywords,
  ...rewriteKeywords,
]);
