import { performance, type EventLoopUtilization } from 'node:perf_hooks';
import { FE } from '../../core/counters.js';
import type { Runtime } from '../../state/runtime.js';

/** Figures of the whole process, each of a moment: what `show info` and the head of the page say about it. */
export interface ProcessFigures {
  readonly connectionRate: number;
  readonly maxConnectionRate: number;
  readonly sessionRate: number;
  readonly maxSessionRate: number;
  /** TLS connections of clients, and those that took a private key. */
  readonly tlsRate: number;
  readonly maxTlsRate: number;
  readonly tlsKeyRate: number;
  readonly maxTlsKeyRate: number;
  readonly totalBytesOut: number;
  /** Bytes per second sent to clients. */
  readonly bytesOutRate: number;
  /** Percentage of the last second in which the event loop had nothing to do. */
  readonly idlePercent: number;
}

/** Milliseconds between two samples. */
const INTERVAL = 1000;

/**
 * Samples what no counter holds: the idle time of the event loop, bytes per second, the greatest rates of the process.
 * One timer a second that keeps no process alive.
 */
export class ProcessGauges {
  readonly #runtime: Runtime;
  readonly #now: () => number;
  #timer: NodeJS.Timeout | undefined;
  #utilization: EventLoopUtilization;
  #sampledAt: number;
  #bytesOut: number;
  #bytesOutRate = 0;
  #idlePercent = 100;
  #maxConnectionRate = 0;
  #maxSessionRate = 0;
  #maxTlsRate = 0;
  #maxTlsKeyRate = 0;

  /** @param now monotonic ms of the clock that feeds the rate counters */
  constructor(runtime: Runtime, now: () => number) {
    this.#runtime = runtime;
    this.#now = now;
    this.#utilization = performance.eventLoopUtilization();
    this.#sampledAt = now();
    this.#bytesOut = this.#totalBytesOut();
  }

  start(): void {
    this.#timer ??= setInterval(() => this.sample(), INTERVAL).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Called by the timer. */
  sample(): void {
    this.#runtime.process.publishLostLogs();
    const now = this.#now();
    const seconds = (now - this.#sampledAt) / 1000;
    this.#noteRates(now);
    if (seconds <= 0) return;
    const bytesOut = this.#totalBytesOut();
    this.#bytesOutRate = Math.round((bytesOut - this.#bytesOut) / seconds);
    const utilization = performance.eventLoopUtilization();
    const busy = performance.eventLoopUtilization(utilization, this.#utilization).utilization;
    this.#idlePercent = Math.round(100 * (1 - busy));
    this.#bytesOut = bytesOut;
    this.#utilization = utilization;
    this.#sampledAt = now;
  }

  read(): ProcessFigures {
    const now = this.#now();
    this.#noteRates(now);
    return {
      connectionRate: this.#connectionRate(now),
      maxConnectionRate: this.#maxConnectionRate,
      sessionRate: this.#sessionRate(now),
      maxSessionRate: this.#maxSessionRate,
      tlsRate: this.#runtime.process.tlsRate.read(now),
      maxTlsRate: this.#maxTlsRate,
      tlsKeyRate: this.#runtime.process.tlsKeyRate.read(now),
      maxTlsKeyRate: this.#maxTlsKeyRate,
      totalBytesOut: this.#totalBytesOut(),
      bytesOutRate: this.#bytesOutRate,
      idlePercent: this.#idlePercent,
    };
  }

  /** `clear counters`. */
  clearMaxima(): void {
    this.#maxConnectionRate = 0;
    this.#maxSessionRate = 0;
    this.#maxTlsRate = 0;
    this.#maxTlsKeyRate = 0;
  }

  #noteRates(now: number): void {
    this.#maxConnectionRate = Math.max(this.#maxConnectionRate, this.#connectionRate(now));
    this.#maxSessionRate = Math.max(this.#maxSessionRate, this.#sessionRate(now));
    const { tlsRate, tlsKeyRate } = this.#runtime.process;
    this.#maxTlsRate = Math.max(this.#maxTlsRate, tlsRate.read(now));
    this.#maxTlsKeyRate = Math.max(this.#maxTlsKeyRate, tlsKeyRate.read(now));
  }

  #connectionRate(now: number): number {
    return this.#runtime.frontends.reduce((sum, frontend) => sum + frontend.connectionRate.read(now), 0);
  }

  #sessionRate(now: number): number {
    return this.#runtime.frontends.reduce((sum, frontend) => sum + frontend.sessionRate.read(now), 0);
  }

  #totalBytesOut(): number {
    return this.#runtime.frontends.reduce((sum, frontend) => sum + frontend.figures.sum(FE.bout), 0);
  }
}
