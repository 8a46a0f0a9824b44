import { CHECK_STATUSES, type CheckStatus } from '../core/check.js';
import { agentAddress, agentPort } from './agent.js';
import type { Server } from './server.js';

/**
 * The lines of `show servers state` and of server-state files (management manual 9.3), format version 1: the only one
 * there is.
 */
const FIELDS =
  'be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight ' +
  'srv_time_since_last_change srv_check_status srv_check_result srv_check_health srv_check_state srv_agent_state ' +
  'bk_f_forced_id srv_f_forced_id srv_fqdn srv_port srvrecord srv_use_ssl srv_check_port srv_check_addr srv_agent_addr ' +
  'srv_agent_port';
export const STATE_FILE_HEADER = `1\n# ${FIELDS}\n`;

/** Outcomes of checks by their number; the gaps are no outcomes. */
// prettier-ignore
const CHECK_NUMBERS: readonly (CheckStatus | undefined)[] = [
  'UNK', 'INI', 'HCHK', undefined, 'HANA', 'SOCKERR', 'L4OK', 'L4TOUT', 'L4CON', 'L6OK', 'L6TOUT', 'L6RSP', 'L7TOUT',
  'L7RSP', undefined, 'L7OK', 'L7OKC', 'L7STS', 'PROCERR', 'PROCTOUT', 'PROCOK',
];
/** Results by their number; 1 is of another time. */
const RESULTS = { unknown: 0, failed: 2, passed: 3, conditional: 4 };

/** Bits of `srv_check_state`. */
export const enum CheckFlag {
  Running = 1,
  Configured = 2,
  Enabled = 4,
  Paused = 8,
  /** It is an agent's. */
  Agent = 16,
}

function checkState(server: Server): number {
  const { model, checkable, checked, checkInProgress } = server;
  const paused = server.inMaintenance && (checked || model.disabled);
  return (
    (checkInProgress ? CheckFlag.Running : 0) |
    (checkable ? CheckFlag.Configured : 0) |
    (checked ? CheckFlag.Enabled : 0) |
    (paused ? CheckFlag.Paused : 0)
  );
}

/** An agent is asked in maintenance too: it is never paused. */
function agentState({ agent }: Server): number {
  if (agent === undefined) return 0;
  return (
    CheckFlag.Agent |
    CheckFlag.Configured |
    (agent.inProgress ? CheckFlag.Running : 0) |
    (agent.enabled ? CheckFlag.Enabled : 0)
  );
}

/** @param now Unix time in seconds */
export function serverStateLine(server: Server, now: number): string {
  const { backend, model, checkResult, agent } = server;
  const { status } = checkResult;
  const fields: (string | number)[] = [
    backend.id,
    backend.name,
    server.id,
    server.name,
    server.path === '' ? server.address || '-' : '-',
    server.state,
    server.admin,
    server.userWeight,
    server.initialWeight,
    Math.max(0, now - server.lastChange),
    CHECK_NUMBERS.indexOf(status),
    RESULTS[CHECK_STATUSES[status].result],
    server.health,
    checkState(server),
    agentState(server),
    backend.model.id === undefined ? 0 : 1,
    model.id === undefined ? 0 : 1,
    server.hostname === '' ? '-' : server.hostname,
    server.port,
    server.service === '' ? '-' : server.service,
    tlsState(server),
    server.checkPort ?? 0,
    server.checkAddress ?? '-',
    (agent === undefined ? agentAddress(model) : agent.address) ?? '-',
    agent === undefined ? agentPort(model) : agent.port,
  ];
  return `${fields.join(' ')}\n`;
}

/** -1 = `no-ssl` was said, which goes before the `default-server` line. */
function tlsState({ tls, tlsSwitched, model }: Server): number {
  if (tlsSwitched) return tls === undefined ? 0 : 1;
  return model.ssl ? 1 : model.noSsl ? -1 : 0;
}

/** What a line of a state file says, as far as it is applied. */
export interface SavedServer {
  readonly backendId: number;
  readonly backendName: string;
  readonly id: number;
  readonly name: string;
  readonly address: string;
  readonly state: number;
  readonly admin: number;
  readonly userWeight: number;
  readonly initialWeight: number;
  readonly sinceChange: number;
  readonly checkStatus: CheckStatus;
  readonly checkState: number;
  readonly hostname: string;
  readonly port: number;
  /** Of its SRV records; '' = none. */
  readonly service: string;
  /** 0 = none */
  readonly checkPort: number;
  /** '' = none */
  readonly checkAddress: string;
  readonly agentState: number;
  /** 0 = none */
  readonly agentPort: number;
  /** '' = none */
  readonly agentAddress: string;
}

const FIELD_COUNT = FIELDS.split(' ').length;
/** Fields that older HAProxy did not write yet may be missing at the end of a line. */
const LEAST_FIELDS = 19;
const LARGEST_WEIGHT = 256;
const LARGEST_STATE = 3;

/** @returns the servers of a file, or why it cannot be used */
export function parseStateFile(text: string): SavedServer[] | string {
  const [version, ...lines] = text.split('\n');
  if (version.trim() !== '1') return `unsupported format version '${version}'`;
  return lines.filter((line) => line !== '' && !line.startsWith('#')).flatMap((line) => parseLine(line) ?? []);
}

function parseLine(line: string): SavedServer | undefined {
  const words = line.trim().split(/ +/);
  if (words.length < LEAST_FIELDS || words.length > FIELD_COUNT) return undefined;
  const number = (index: number): number => (/^\d+$/.test(words[index] ?? '0') ? Number(words[index] ?? 0) : NaN);
  const text = (index: number): string => (words[index] === undefined || words[index] === '-' ? '' : words[index]);
  const checkStatus = CHECK_NUMBERS[number(10)];
  const saved = {
    backendId: number(0),
    backendName: words[1],
    id: number(2),
    name: words[3],
    address: text(4),
    state: number(5),
    admin: number(6),
    userWeight: number(7),
    initialWeight: number(8),
    sinceChange: number(9),
    checkState: number(13),
    agentState: number(14),
    hostname: text(17),
    port: number(18),
    service: text(19),
    checkPort: number(21),
    checkAddress: text(22),
    agentAddress: text(23),
    agentPort: number(24),
  };
  const numbers = Object.values(saved).filter((value) => typeof value === 'number');
  const valid =
    checkStatus !== undefined &&
    !numbers.some(Number.isNaN) &&
    saved.state <= LARGEST_STATE &&
    saved.userWeight <= LARGEST_WEIGHT &&
    saved.initialWeight <= LARGEST_WEIGHT;
  return valid ? { ...saved, checkStatus } : undefined;
}
