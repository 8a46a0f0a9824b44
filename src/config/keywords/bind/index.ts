import { Registry } from '../../../base/registry.js';
import type { BindParameter } from './define.js';
import { bindSocketParameters, bindTuningParameters, bindUnixParameters } from './socket.js';
import { bindTlsParameters } from './tls.js';

export type { BindParameter } from './define.js';

/** What may follow the address of a `bind` line (manual 5.1). */
export const bindParameters = new Registry<BindParameter>([
  ...bindSocketParameters,
  ...bindUnixParameters,
  ...bindTuningParameters,
  ...bindTlsParameters,
]);
