import { SV } from '../core/counters.js';
import type { Health } from './health.js';
import type { Server } from './server.js';

/** What traffic can find, in the words of HAProxy's log. */
export const TRAFFIC_ERRORS = {
  connect: 'L4 unsuccessful',
  status: 'Wrong http response',
  headers: 'Invalid http response (headers)',
  response: 'Invalid http response',
  read: 'Read error (http)',
  timeout: 'Read timeout (http)',
  closed: 'Close from server (http)',
} as const;

export type TrafficError = keyof typeof TRAFFIC_ERRORS;

/** Learns servers' health from traffic (manual 5.2 `observe`, `error-limit`, `on-error`). */
export class HealthObserver {
  /** @param hurry advances the server's next check (`fastinter`) */
  constructor(
    readonly health: Health,
    readonly hurry: (server: Server) => void,
  ) {}

  /**
   * A connection or a response was good or bad. Cheap when the server does not observe this layer.
   * @param error what was wrong, for the log
   */
  report(server: Server, ok: boolean, layer: 'layer4' | 'layer7', error?: TrafficError): void {
    if (server.model.observe !== layer || server.inMaintenance) return;
    if (ok) {
      server.consecutiveErrors = 0;
      return;
    }
    if (++server.consecutiveErrors < server.model.errorLimit) return;
    const count = server.consecutiveErrors;
    server.consecutiveErrors = 0;
    server.counters[SV.hanafail]++;
    const last = TRAFFIC_ERRORS[error ?? (layer === 'layer4' ? 'connect' : 'status')];
    this.#act(server, `Detected ${count} consecutive errors, last one was: ${last}`);
    this.hurry(server);
  }

  #act(server: Server, info: string): void {
    const { rise, model } = server;
    switch (model.onError) {
      case 'fastinter':
        return;
      case 'sudden-death':
        // One more failure is fatal.
        if (server.health > rise) server.health = rise + 1;
        break;
      case 'mark-down':
        server.health = rise;
        break;
      case 'fail-check':
        break;
    }
    this.health.analysed(server, info);
  }
}
