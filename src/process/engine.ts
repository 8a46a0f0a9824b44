import type { TransportProvider } from '../core/transport.js';
import { type Engine, ProcessRate } from '../session/engine.js';
import { Silence } from '../session/silence.js';
import type { CompiledRuntime } from '../state/compile.js';
import { ThreadedRate } from '../state/figures.js';

/** The smaller of two limits of which undefined and 0 mean none; 0 = none. */
function smallestLimit(a = 0, b = 0): number {
  return a === 0 || b === 0 ? Math.max(a, b) : Math.min(a, b);
}

/** What the sessions of a thread share, with HAProxy's `tune.*` defaults. */
export function createEngine(runtime: CompiledRuntime, transports: TransportProvider): Engine {
  const { tune, maxconnrate, maxsessrate } = runtime.model.global;
  const bufferSize = tune.get('tune.bufsize') ?? 16384;
  const maxHeadSize = bufferSize - (tune.get('tune.maxrewrite') ?? Math.min(1024, bufferSize / 2));
  const maxHeaders = tune.get('tune.http.maxhdr') ?? 101;
  return {
    transports,
    process: runtime.process,
    bufferSize,
    processRate: new ProcessRate(new ThreadedRate(runtime.arena), smallestLimit(maxconnrate, maxsessrate)),
    silence: new Silence(),
    logUriLength: tune.get('tune.http.logurilen') ?? 1024,
    strictHead: { acceptInvalid: false, maxHeaders, maxHeadSize },
    relaxedHead: { acceptInvalid: true, maxHeaders, maxHeadSize },
  };
}
