/**
 * Health checks: how a check type is written, and what it reports (manual 4.2 `option httpchk` and following, 5.2 `check`).
 * A check tests once and answers once; when to test and what the outcome means is the business of state/health.
 */

/** Outcomes by the name shown in `check_status` (management manual 9.1, field 36). */
export const CHECK_STATUSES = {
  UNK: { description: 'unknown', result: 'unknown', reason: '' },
  INI: { description: 'initializing', result: 'unknown', reason: '' },
  SOCKERR: { description: 'socket error', result: 'failed', reason: 'Socket error' },
  HCHK: { description: 'in progress', result: 'unknown', reason: 'Started, no result yet' },
  HANA: { description: 'health analyze', result: 'failed', reason: 'Health analyze' },
  L4OK: { description: 'layer4 check passed', result: 'passed', reason: 'Layer4 check passed' },
  L4TOUT: { description: 'layer4 timeout', result: 'failed', reason: 'Layer4 timeout' },
  L4CON: { description: 'layer4 connection problem', result: 'failed', reason: 'Layer4 connection problem' },
  L6OK: { description: 'layer6 check passed', result: 'passed', reason: 'Layer6 check passed' },
  L6TOUT: { description: 'layer6 timeout', result: 'failed', reason: 'Layer6 timeout' },
  L6RSP: { description: 'layer6 invalid response', result: 'failed', reason: 'Layer6 invalid response' },
  L7TOUT: { description: 'layer7 timeout', result: 'failed', reason: 'Layer7 timeout' },
  L7RSP: { description: 'layer7 invalid response', result: 'failed', reason: 'Layer7 invalid response' },
  L7OK: { description: 'layer7 check passed', result: 'passed', reason: 'Layer7 check passed' },
  L7OKC: {
    description: 'layer7 check conditionally passed',
    result: 'conditional',
    reason: 'Layer7 check conditionally passed',
  },
  L7STS: { description: 'layer7 response error', result: 'failed', reason: 'Layer7 wrong status' },
  CHECKED: { description: 'no status change', result: 'unknown', reason: 'No status change' },
  PROCERR: { description: 'external process error', result: 'failed', reason: 'External check error' },
  PROCTOUT: { description: 'external process timeout', result: 'failed', reason: 'External check timeout' },
  PROCOK: { description: 'external check passed', result: 'passed', reason: 'External check passed' },
} as const satisfies Record<
  string,
  { description: string; result: 'unknown' | 'passed' | 'failed' | 'conditional'; reason: string }
>;
export type CheckStatus = keyof typeof CHECK_STATUSES;

/** What an agent said (manual 5.2 `agent-check`), each part undefined when it said nothing about it. */
export interface AgentReply {
  /** `up`, `down`, `stopped`, `fail`, as it was written. */
  readonly operation: string | undefined;
  readonly admin: 'ready' | 'drain' | 'maint' | undefined;
  /** `50%` */
  readonly weight: string | undefined;
  /** What stands behind `maxconn:`. */
  readonly maxconn: string | undefined;
  /** The first word that means nothing. */
  readonly unknown: string | undefined;
  /** Text behind a `#`, '' = none. */
  readonly description: string;
}

export interface CheckResult {
  readonly status: CheckStatus;
  /** HTTP status, database error number…; 0 = none. */
  readonly code: number;
  /** What the server said or the system's error text: `Connection refused`, `HTTP status check returned code <500>`; '' = none. */
  readonly info: string;
  readonly durationMs: number;
  /** Only of agents that were understood. */
  readonly agent?: AgentReply;
}
