import { isIP } from 'node:net';
import type { CliOutput } from '../core/cli.js';
import type { Agent } from '../state/agent.js';
import { HealthAgent } from '../state/health-agent.js';
import type { Server } from '../state/server.js';
import { bareWarning, failure, info, warning, type AdminContext } from './context.js';
import { leadingInteger } from './numbers.js';
import { moveServer } from './server-address.js';
import { setWeight } from './server-weight.js';

/** `set server <b>/<s> <setting> …` (management manual 9.3). `word` gives the words behind the server's name. */

type Setting = (context: AdminContext, server: Server, word: (index: number) => string) => CliOutput;

const CAUSE = 'changed from CLI';
const LARGEST_PORT = 65_535;

const state: Setting = ({ admin }, server, word) => {
  switch (word(1)) {
    case 'ready':
      admin.setReady(server);
      return undefined;
    case 'drain':
      admin.setDrain(server);
      return undefined;
    case 'maint':
      admin.setMaintenance(server);
      return undefined;
    default:
      return failure("'set server <srv> state' expects 'ready', 'drain' and 'maint'.");
  }
};

const health: Setting = (context, server, word) => {
  if (server.tracked !== undefined) return failure('cannot change health on a tracking server.');
  const verdict = word(1);
  if (verdict !== 'up' && verdict !== 'stopping' && verdict !== 'down') {
    return failure("'set server <srv> health' expects 'up', 'stopping', or 'down'.");
  }
  context.health.force(server, verdict, CAUSE);
  return undefined;
};

const NO_CHECK = 'health checks are not enabled on this server';

const checkAddress: Setting = (_context, server, word) => {
  if (!isChecked(server)) return bareWarning(NO_CHECK);
  const address = word(1);
  if (address === '') return failure('set server <b>/<s> check-addr requires an address and optionally a port.');
  if (isIP(address) === 0) return bareWarning(`invalid addr '${address}'`);
  if (word(2) !== '' && word(2) !== 'port')
    return failure('set server <b>/<s> check-addr requires an address and optionally a port.');
  if (word(2) === 'port') {
    const problem = portProblem(word(3));
    if (problem !== undefined) return bareWarning(problem);
    server.checkPort = Number(word(3));
  }
  server.checkAddress = address;
  return undefined;
};

const checkPort: Setting = (_context, server, word) => {
  if (!isChecked(server)) return bareWarning(NO_CHECK);
  const problem = portProblem(word(1));
  if (problem !== undefined) return bareWarning(problem);
  server.checkPort = Number(word(1));
  return undefined;
};

const isChecked = (server: Server): boolean => server.checked;

function portProblem(text: string): string | undefined {
  if (!/^\d+$/.test(text)) return 'provided port is not an integer';
  const port = leadingInteger(text);
  return port > LARGEST_PORT ? 'provided port is invalid' : undefined;
}

const NO_AGENT = 'agent checks are not enabled on this server';

const agentOf = ({ agent }: Server): Agent | undefined => (agent?.enabled === true ? agent : undefined);

const agentState: Setting = ({ health: listener }, server, word) => {
  const agent = agentOf(server);
  const verdict = word(1);
  if (agent === undefined) return failure(`${NO_AGENT}.`);
  if (verdict !== 'up' && verdict !== 'down') return failure("'set server <srv> agent' expects 'up' or 'down'.");
  new HealthAgent(listener).force(server, agent, verdict === 'up', CAUSE);
  return undefined;
};

const agentAddress: Setting = (_context, server, word) => {
  const agent = agentOf(server);
  if (agent === undefined) return bareWarning(NO_AGENT);
  const address = word(1);
  if (address === '') return failure('set server <b>/<s> agent-addr requires an address and optionally a port.');
  if (isIP(address) === 0) return bareWarning(`invalid addr '${address}'`);
  if (word(2) === 'port') {
    const problem = portProblem(word(3));
    if (problem !== undefined) return bareWarning(problem);
    agent.port = Number(word(3));
  }
  agent.address = address;
  return undefined;
};

const agentPort: Setting = (_context, server, word) => {
  const agent = agentOf(server);
  if (agent === undefined) return bareWarning(NO_AGENT);
  if (word(1) === '') return failure('set server <b>/<s> agent-port requires a port.');
  const problem = portProblem(word(1));
  if (problem !== undefined) return bareWarning(problem);
  agent.port = Number(word(1));
  return undefined;
};

const agentSend: Setting = (_context, server, word) => {
  const agent = agentOf(server);
  if (agent === undefined) return failure(`${NO_AGENT}.`);
  agent.send = word(1);
  return undefined;
};

const fqdn: Setting = ({ names }, server, word) => {
  const name = word(1);
  if (name === '') return failure('set server <b>/<s> fqdn requires a FQDN.');
  const renaming = names.rename(server, name);
  return renaming.ok ? warning(renaming.text) : failure(renaming.why);
};

const tls: Setting = (context, server, word) => {
  if (server.dynamic) return failure("'set server <srv> ssl' not supported on dynamic servers");
  if (server.readyTls === undefined) {
    return failure("'set server <srv> ssl' cannot be set.  default-server should define ssl settings");
  }
  const wanted = word(1);
  if (wanted !== 'on' && wanted !== 'off') return failure("'set server <srv> ssl' expects 'on' or 'off'.");
  context.servers.switchTls(server, wanted === 'on');
  return info('server ssl setting updated.');
};

const SETTINGS: Readonly<Record<string, Setting>> = {
  addr: moveServer,
  agent: agentState,
  'agent-addr': agentAddress,
  'agent-port': agentPort,
  'agent-send': agentSend,
  'check-addr': checkAddress,
  'check-port': checkPort,
  fqdn,
  health,
  ssl: tls,
  state,
  weight: (context, server, word) => setWeight(context, server, word(1)),
};

export const setServer: Setting = (context, server, word) => {
  const setting = Object.hasOwn(SETTINGS, word(0)) ? SETTINGS[word(0)] : undefined;
  if (setting === undefined) {
    return failure(`usage: set server <backend>/<server> ${Object.keys(SETTINGS).join(' | ')}`);
  }
  return setting(context, server, word);
};
