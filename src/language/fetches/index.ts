import { Registry } from '../../base/registry.js';
import type { FetchDefinition } from '../definition.js';
import { absentFilters } from './absent.js';
import { auth } from './auth.js';
import { bodies } from './body.js';
import { certificates } from './certificates.js';
import { connection } from './connection.js';
import { constants } from './constants.js';
import { cookies } from './cookies.js';
import { counterFetches } from './counters.js';
import { digests } from './digests.js';
import { distcc } from './distcc.js';
import { facts } from './facts.js';
import { headers } from './headers.js';
import { hello } from './hello.js';
import { pendingFetches } from './pending.js';
import { processFetches } from './process.js';
import { proxies } from './proxies.js';
import { proxyHeaderFetches } from './proxy-header.js';
import { requestLine } from './request-line.js';
import { response } from './response.js';
import { tls } from './tls.js';

/** Every fetch under its own name, as the inventory lists them. */
export const fetchDefinitions: readonly FetchDefinition[] = [
  ...absentFilters,
  ...auth,
  ...bodies,
  ...certificates,
  ...connection,
  ...constants,
  ...cookies,
  ...counterFetches,
  ...digests,
  ...distcc,
  ...facts,
  ...headers,
  ...hello,
  ...pendingFetches,
  ...processFetches,
  ...proxies,
  ...proxyHeaderFetches,
  ...requestLine,
  ...response,
  ...tls,
];

/** The same by every name, aliases included. */
export const fetches = new Registry(
  fetchDefinitions.flatMap((definition) => [
    definition,
    ...(definition.aliases ?? []).map((alias) => ({ ...definition, name: alias })),
  ]),
);
