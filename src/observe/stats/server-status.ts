import { Admin, ServerState, type Server } from '../../state/server.js';

/** What the statistics say of a server's state (management manual 9.1, `status`). */
type ShownState =
  | 'down'
  | 'going-up'
  | 'up'
  | 'going-down'
  | 'nolb'
  | 'nolb-going-down'
  | 'drain'
  | 'drain-going-down'
  | 'no check'
  | 'down-agent'
  | 'drain-agent';

/** The server whose checks decide: itself, or the end of its `track` chain. */
export function checkedBy(server: Server): Server {
  let reference = server;
  while (reference.tracked !== undefined) reference = reference.tracked;
  return reference;
}

/** State apart from maintenance. */
function shownState(server: Server): ShownState {
  const reference = checkedBy(server);
  const healthy = reference.health >= reference.rise + reference.fall - 1;
  const { agent } = reference;
  if (server.state === ServerState.Stopped && agent?.down === true) return 'down-agent';
  if (server.state === ServerState.Stopped) return reference.checked && reference.health > 0 ? 'going-up' : 'down';
  const failing = reference.checked && !healthy;
  if (server.state === ServerState.Stopping) return failing ? 'nolb-going-down' : 'nolb';
  if ((server.admin & Admin.AnyDrain) !== 0 && agent?.enabled === true) return 'drain-agent';
  if ((server.admin & Admin.AnyDrain) !== 0) return failing ? 'drain-going-down' : 'drain';
  if (failing) return 'going-down';
  return reference.checked ? 'up' : 'no check';
}

/** The `status` column: `UP`, `UP 1/3`, `DOWN 1/2`, `MAINT (via b/s)`, `no check`… */
export function statusText(server: Server): string {
  return maintenanceText(server) ?? stateText(server);
}

function maintenanceText(server: Server): string | undefined {
  if (!server.inMaintenance) return undefined;
  if ((server.admin & Admin.ResolveMaint) !== 0) return 'MAINT (resolution)';
  const via = checkedBy(server);
  if ((server.admin & Admin.InheritedMaint) !== 0 && via !== server)
    return `MAINT (via ${via.backend.name}/${via.name})`;
  return 'MAINT';
}

function stateText(server: Server): string {
  const { health, rise, fall } = checkedBy(server);
  const state = shownState(server);
  if (state === 'going-up') return `DOWN ${health}/${rise}`;
  return state.endsWith('going-down') ? `${WORDS[state]} ${Math.max(0, health - rise + 1)}/${fall}` : WORDS[state];
}

const WORDS: Readonly<Record<ShownState, string>> = {
  down: 'DOWN',
  'going-up': 'DOWN',
  up: 'UP',
  'going-down': 'UP',
  nolb: 'NOLB',
  'nolb-going-down': 'NOLB',
  drain: 'DRAIN',
  'drain-going-down': 'DRAIN',
  'no check': 'no check',
  'down-agent': 'DOWN (agent)',
  'drain-agent': 'DRAIN (agent)',
};

/** Whether `;up` leaves the server out: in maintenance, or down and not about to come back. */
export function hiddenByUp(server: Server): boolean {
  return server.inMaintenance || (server.state === ServerState.Stopped && !(server.checked && server.health > 0));
}
