import type { TransportProvider } from '../core/transport.js';
import { type Engine, ProcessRate } from '../session/engine.js';
import { messageLimits } from '../protocol/message-limits.js';
import { frontLimits } from '../protocol/h2/limits.js';
import { Silence } from '../session/silence.js';
import type { CompiledRuntime } from '../state/compile.js';
import { ThreadedRate } from '../state/figures.js';

/** What the sessions of a thread share, with HAProxy's `tune.*` defaults. */
export function createEngine(runtime: CompiledRuntime, transports: TransportProvider): Engine {
  const { tune } = runtime.model.global;
  const { bufferSize, maxHeaders, maxHeadSize } = messageLimits(tune);
  return {
    transports,
    process: runtime.process,
    bufferSize,
    processRate: new ProcessRate(new ThreadedRate(runtime.arena), runtime.process),
    silence: new Silence(),
    h2Front: frontLimits(tune),
    logUriLength: tune.get('tune.http.logurilen') ?? 1024,
    strictHead: { acceptInvalid: false, maxHeaders, maxHeadSize },
    relaxedHead: { acceptInvalid: true, maxHeaders, maxHeadSize },
  };
}
