import { clock } from '../base/clock.js';
import type { StreamContext } from '../core/stream.js';
import { emptyLogFacts, NOWHERE } from '../language/idle-stream.js';
import type { CheckFacts } from './plan.js';

/** A check as the expression language sees it: a stream that has a backend, a server and a response, and no client. */
export function checkStream(facts: CheckFacts): StreamContext {
  const { backend } = facts.target;
  const frontend = { ...backendFacts(backend), maxconn: 0 };
  const now = clock.now();
  return {
    session: {
      source: NOWHERE,
      destination: NOWHERE,
      acceptDate: Date.now(),
      acceptTick: now,
      frontend,
      listener: { id: 0, name: '' },
      requestCount: 0,
      silent: false,
      vars: undefined,
    },
    frontend,
    backend,
    server: facts.target.server,
    request: undefined,
    get response() {
      const { response } = facts;
      if (response === undefined) return undefined;
      return { ...NO_BODY, status: response.status, reason: response.reason, headers: response.headers };
    },
    requestBuffer: '',
    get responseBuffer() {
      return facts.response?.body ?? facts.received;
    },
    requestComplete: true,
    timers: { accept: now, requestStart: -1, requestEnd: -1, queueEnd: -1, connectEnd: -1, responseHead: -1, end: -1 },
    log: emptyLogFacts(facts.target.name),
    txnVars: undefined,
    reqVars: undefined,
    resVars: undefined,
    checkVars: new Map(),
  };
}

const NO_BODY = { minor: 1, framing: 0, contentLength: -1 };

function backendFacts({ name, id, mode, currentConnections }: CheckFacts['target']['backend']): {
  name: string;
  id: number;
  mode: 'http' | 'tcp';
  currentConnections: number;
} {
  return { name, id, mode, currentConnections };
}
