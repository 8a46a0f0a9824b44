import { Check } from '../checks/index.js';
import { systemClock } from '../checks/timing.js';
import { agentPlan } from '../checks/types/agent.js';
import type { TransportProvider } from '../core/transport.js';
import type { Backend } from '../state/backend.js';
import type { CheckScheduler } from '../state/check-scheduler.js';
import type { Health } from '../state/health.js';
import { HealthObserver } from '../state/health-observe.js';

/** Health checks, agent checks and `observe` of a backend's servers (manual 5.2). */
export function addChecks(
  backend: Backend,
  scheduler: CheckScheduler,
  health: Health,
  provider: TransportProvider,
): void {
  const { checkPlan } = backend;
  if (checkPlan !== undefined) scheduler.add(backend, new Check(checkPlan, { provider, clock: systemClock }));
  for (const server of backend.servers) {
    const { agent } = server;
    if (agent === undefined) continue;
    const plan = agentPlan(() => agent.send);
    scheduler.addAgent(server, agent, new Check(plan, { provider, clock: systemClock }));
  }
  if (backend.servers.some((server) => server.model.observe !== undefined)) {
    const observer = new HealthObserver(health, (server) => scheduler.hurry(server));
    backend.onTraffic = (server, ok, layer) => observer.report(server, ok, layer);
  }
}
