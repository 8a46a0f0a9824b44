import type { Backend } from '../../state/backend.js';
import type { Frontend } from '../../state/frontend.js';

export type ConnectionMode = 'keep-alive' | 'server-close' | 'close';
const STRENGTH: Readonly<Record<ConnectionMode, number>> = { 'keep-alive': 0, 'server-close': 1, close: 2 };

/** The stricter of both proxies' connection modes wins (manual 4, "option httpclose" and following). */
export function connectionMode(frontend: Frontend, backend: Backend): ConnectionMode {
  const a = frontend.model.httpConnection;
  const b = backend.model.httpConnection;
  return STRENGTH[a] >= STRENGTH[b] ? a : b;
}
