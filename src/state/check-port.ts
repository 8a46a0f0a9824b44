import type { ProxyModel, RuleModel, ServerModel } from '../config/model.js';

/** Types of check that consist of steps, an unwritten `connect` the first of them. */
const STEPLESS = new Set(['tcp', 'tcp-check', 'external']);

const ANYWHERE = new Set(['', '0.0.0.0', '::']);

/**
 * What is wrong with where a server's checks connect to: without a port on its line, every `connect` step must name one
 * (manual 4.2 `tcp-check connect`, 5.2 `port`).
 * @returns HAProxy's words behind `server 'x' `; undefined when all is well
 */
export function checkPortProblem(server: ServerModel, { check }: ProxyModel): string | undefined {
  const { address } = server;
  // no address at all is a place to be filled in later (an empty variable, a dynamic one): HAProxy takes it
  const placed = address.kind === 'ip' && !ANYWHERE.has(address.host) && !address.host.startsWith('_');
  const portless = placed && (address.port === 0 || address.portOffset);
  if (!server.check || !portless || server.checkPort !== undefined || (server.checkAddress?.port ?? 0) > 0) {
    return undefined;
  }
  const steps = check.rules.filter(({ words }) => isStep(words[0]?.text, words[1]?.text ?? '', check.type));
  const nothing = 'has neither service port nor check port';
  if (steps.length === 0 && STEPLESS.has(check.type)) return `${nothing}.`;
  if (steps.length === 0 || !isConnect(steps[0]) || !namesPort(steps[0])) {
    return `${nothing} nor tcp_check rule 'connect' with port information.`;
  }
  const all = steps.filter(isConnect).every(namesPort);
  return all ? undefined : `${nothing}, and a tcp_check rule 'connect' with no port information.`;
}

function isStep(family: string | undefined, action: string, type: ProxyModel['check']['type']): boolean {
  if (!(family === 'http-check' && type === 'http') && !(family === 'tcp-check' && type === 'tcp-check')) return false;
  return !/^(?:comment|(?:un)?set-var|disable-on-404|send-state)/.test(action);
}

const isConnect = ({ words }: RuleModel): boolean => words[1]?.text === 'connect';

const namesPort = ({ words }: RuleModel): boolean =>
  words.some(({ text }, at) => {
    const before = words[at - 1]?.text;
    return before === 'port' || (before === 'addr' && /:\d+$/.test(text));
  });
