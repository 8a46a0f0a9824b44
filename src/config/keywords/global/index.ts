import { Registry } from '../../../base/registry.js';
import type { GlobalKeyword } from '../../keyword.js';
import { environmentKeywords } from './environment.js';
import { httpKeywords } from './http.js';
import { limitKeywords } from './limits.js';
import { loggingKeywords } from './logging.js';
import { processKeywords } from './process.js';
import { statsKeyword } from './stats.js';
import { tlsKeywords } from './tls.js';
import { newerTuneKeywords } from './tune-newer.js';
import { tuneKeywords } from './tune.js';

/** Keywords of the global section (manual 3). */
export const globalKeywords = new Registry<GlobalKeyword>([
  ...processKeywords,
  ...environmentKeywords,
  ...loggingKeywords,
  ...limitKeywords,
  statsKeyword,
  ...httpKeywords,
  ...tlsKeywords,
  ...tuneKeywords,
  ...newerTuneKeywords,
]);
