import { Registry } from '../../../base/registry.js';
import { serverCheckParameters } from './check.js';
import { serverConnectionParameters } from './connection.js';
import type { ServerParameter } from './define.js';
import { serverQueueParameters } from './queue.js';
import { serverTlsParameters } from './tls.js';

export type { ServerParameter } from './define.js';

/** What may follow the address of a `server` line, or `default-server` (manual 5.2). */
export const serverParameters = new Registry<ServerParameter>([
  ...serverQueueParameters,
  ...serverCheckParameters,
  ...serverConnectionParameters,
  ...serverTlsParameters,
]);
