import type { Ruleset } from './definition.js';

/** A service that `use-service` can name: the inventory and the checks; whoever starts the proxy provides the code. */
export interface ServiceDefinition {
  readonly name: string;
  /** As complaints call it. */
  readonly title: string;
  readonly rulesets: readonly Ruleset[];
}

export const services = [
  { name: 'prometheus-exporter', title: 'Prometheus exporter', rulesets: ['http-request'] },
] as const satisfies readonly ServiceDefinition[];

export type ServiceName = (typeof services)[number]['name'];
