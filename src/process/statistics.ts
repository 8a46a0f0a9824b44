import { Checkpoint } from '../language/checkpoint.js';
import type { RuleService } from '../core/service.js';
import { compileAccessRules } from '../observe/stats/access-rules.js';
import type { ServerAdmin } from '../observe/stats/admin.js';
import type { ProcessGauges } from '../observe/stats/gauges.js';
import { createPrometheusExporter } from '../observe/prometheus/service.js';
import { createStatsService } from '../observe/stats/service.js';
import type { ServiceName } from '../rules/services.js';
import { compileConditionLines } from '../rules/lines.js';
import type { CompiledProxy, CompiledRuntime } from '../state/compile.js';

/** Gives proxies with `stats` lines their statistics page (manual 4.2 `stats enable`), and rules their services. */
export function addStatistics(runtime: CompiledRuntime, gauges: ProcessGauges, admin: ServerAdmin): void {
  const services = { 'prometheus-exporter': createPrometheusExporter(runtime, gauges) } satisfies Record<
    ServiceName,
    RuleService
  >;
  for (const [name, service] of Object.entries(services)) runtime.environment.services.set(name, service);
  for (const proxy of runtime.proxies) addPage(proxy, runtime, gauges, admin);
}

function addPage(
  { model, frontend, backend, scopes }: CompiledProxy,
  runtime: CompiledRuntime,
  gauges: ProcessGauges,
  admin: ServerAdmin,
): void {
  const { stats } = model;
  const half = frontend ?? backend;
  if (stats === undefined || !stats.enabled || model.mode !== 'http' || half === undefined) return;
  const places =
    (frontend === undefined ? 0 : Checkpoint.FrontendRequestHeader) |
    (backend === undefined ? 0 : Checkpoint.BackendRequestHeader);
  const scope = scopes.at(places);
  const service = createStatsService(runtime, model, stats, {
    gauges,
    adminConditions: compileConditionLines(stats.admin, scope, places),
    accessRules: compileAccessRules(stats.httpRequest, scope),
    admin,
    errorReplies: half.errorReplies,
  });
  if (frontend !== undefined) frontend.services = [service];
  if (backend !== undefined) backend.services = [service];
}
