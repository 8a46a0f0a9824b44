import { BE, SV } from '../core/counters.js';

/**
 * The one table that turns a failure into what the client sees and the log says (manual 8.5 "Session state at
 * disconnection", management manual 9.1 for the counters). Nobody else writes a status of failure.
 */
export type Failure =
  | 'bad-request'
  | 'request-timeout'
  | 'client-abort'
  | 'client-timeout'
  | 'no-backend'
  | 'no-server'
  | 'queue-timeout'
  | 'queue-full'
  | 'connect-refused'
  | 'connect-timeout'
  | 'no-port'
  | 'resource'
  | 'server-closed'
  | 'server-reset'
  | 'bad-response'
  | 'server-timeout'
  | 'body-malformed'
  | 'denied'
  | 'response-denied'
  | 'killed'
  | 'rewrite-failed'
  | 'internal';

export interface Rescue {
  /** Status of the error page; 0 = close without a word. */
  readonly status: number;
  /** First termination character: who is at fault. The second is the phase the stream was in. */
  readonly cause: string;
  readonly backendCounter?: BE;
  readonly serverCounter?: SV;
  /** A server had the request and gave no proper response: what `http_fail_cnt` of stick-tables counts. */
  readonly serverFailed?: true;
}

export const RESCUE: Readonly<Record<Failure, Rescue>> = {
  'bad-request': { status: 400, cause: 'P' },
  'request-timeout': { status: 408, cause: 'c' },
  'client-abort': { status: 400, cause: 'C', backendCounter: BE.cliAbrt, serverCounter: SV.cliAbrt },
  'client-timeout': { status: 408, cause: 'c' },
  'no-backend': { status: 503, cause: 'S' },
  'no-server': { status: 503, cause: 'S', backendCounter: BE.econ },
  'queue-timeout': { status: 503, cause: 's', backendCounter: BE.econ },
  'queue-full': { status: 503, cause: 'S', backendCounter: BE.econ },
  'connect-refused': { status: 503, cause: 'S', backendCounter: BE.econ, serverCounter: SV.econ },
  'connect-timeout': { status: 503, cause: 's', backendCounter: BE.econ, serverCounter: SV.econ },
  'no-port': { status: 503, cause: 'P', backendCounter: BE.econ },
  resource: { status: 503, cause: 'R', backendCounter: BE.econ },
  'server-closed': { status: 502, cause: 'S', backendCounter: BE.eresp, serverCounter: SV.eresp, serverFailed: true },
  'server-reset': { status: 502, cause: 'S', backendCounter: BE.eresp, serverCounter: SV.eresp, serverFailed: true },
  'bad-response': { status: 502, cause: 'P', backendCounter: BE.eresp, serverCounter: SV.eresp, serverFailed: true },
  'server-timeout': { status: 504, cause: 's', backendCounter: BE.eresp, serverCounter: SV.eresp, serverFailed: true },
  'body-malformed': { status: 400, cause: 'P' },
  denied: { status: 403, cause: 'P' },
  'response-denied': { status: 502, cause: 'P', backendCounter: BE.dresp, serverCounter: SV.dresp },
  killed: { status: 503, cause: 'K' },
  'rewrite-failed': { status: 500, cause: 'P' },
  internal: { status: 500, cause: 'I' },
};
