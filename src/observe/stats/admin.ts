import type { Backend } from '../../state/backend.js';
import type { Runtime } from '../../state/runtime.js';
import type { Server } from '../../state/server.js';
import type { ActionStatus } from './request.js';

/** Actions of the admin form by the names that HAProxy's form sends, with what the page calls them. */
export const ADMIN_ACTIONS = {
  ready: 'Set state to READY',
  drain: 'Set state to DRAIN',
  maint: 'Set state to MAINT',
  dhlth: 'Health: disable checks',
  ehlth: 'Health: enable checks',
  hrunn: 'Health: force UP',
  hnolb: 'Health: force NOLB',
  hdown: 'Health: force DOWN',
  dagent: 'Agent: disable checks',
  eagent: 'Agent: enable checks',
  arunn: 'Agent: force UP',
  adown: 'Agent: force DOWN',
  shutdown: 'Kill Sessions',
} as const;
export type AdminAction = keyof typeof ADMIN_ACTIONS;

/**
 * What each action does to a server; it answers false when it does not apply to it (no check, no agent). The form offers
 * only the actions that are here.
 */
export type ServerAdmin = Readonly<Partial<Record<AdminAction, (server: Server) => boolean>>>;

/** The actions that can be carried out, in the order of the form. */
export function offeredActions(admin: ServerAdmin): AdminAction[] {
  return Object.keys(ADMIN_ACTIONS)
    .filter((name) => isAction(name))
    .filter((name) => admin[name] !== undefined);
}

/** Carries out a posted form: `s=s1&s=s2&action=drain&b=%234`, in any order. */
export function runAdminForm(body: string, runtime: Runtime, admin: ServerAdmin): ActionStatus {
  const fields = parseForm(body);
  const names = fields.filter(([key]) => key === 's').map(([, value]) => value);
  const backendName = fields.findLast(([key]) => key === 'b')?.[1];
  const actionName = fields.findLast(([key]) => key === 'action')?.[1];
  const backend = backendName === undefined ? undefined : findBackend(runtime, backendName);
  if (backendName !== undefined && backend === undefined) return 'ERRP';
  const action = actionName !== undefined && isAction(actionName) ? admin[actionName] : undefined;
  if (actionName !== undefined && action === undefined) return 'ERRP';
  if (backend === undefined || action === undefined || names.length === 0) return 'NONE';
  return applyTo(backend, names, action);
}

function applyTo(backend: Backend, names: readonly string[], action: (server: Server) => boolean): ActionStatus {
  let unknown = 0;
  let changed = 0;
  for (const name of names) {
    const found = backend.servers.filter((server) => server.name === name);
    // HAProxy does not guess between servers of one name.
    if (found.length !== 1) unknown++;
    else if (action(found[0])) changed++;
  }
  if (unknown > 0) return changed > 0 ? 'PART' : 'ERRP';
  return changed > 0 ? 'DONE' : 'NONE';
}

function isAction(name: string): name is AdminAction {
  return Object.hasOwn(ADMIN_ACTIONS, name);
}

/** By name, or by number as `#4`, which is what the form sends. */
function findBackend(runtime: Runtime, name: string): Backend | undefined {
  if (!name.startsWith('#')) return runtime.findBackend(name);
  return runtime.backends.find((backend) => `#${backend.id}` === name);
}

function parseForm(body: string): [string, string][] {
  return body.split('&').map((pair) => {
    const equals = pair.indexOf('=');
    return equals < 0 ? [pair, ''] : [pair.slice(0, equals), decodeField(pair.slice(equals + 1))];
  });
}

/** Decodes `+` and `%XX` to bytes; names in a configuration are compared byte by byte. */
function decodeField(text: string): string {
  return text
    .replaceAll('+', ' ')
    .replaceAll(/%([0-9a-f]{2})/gi, (_, digits: string) => String.fromCharCode(parseInt(digits, 16)));
}

/**
 * True when a browser sends the form from another site's page: its Origin names another host than the request does.
 * HAProxy does not look; a page that switches servers off should.
 * @param origin undefined = no Origin field, as from curl and old browsers
 */
export function isForeignOrigin(origin: string | undefined, host: string | undefined): boolean {
  if (origin === undefined) return false;
  const named = /^https?:\/\/([^/]+)$/i.exec(origin)?.[1];
  return named === undefined || host === undefined || named.toLowerCase() !== host.toLowerCase();
}
