import { connectStep, defineCheckType } from '../plan.js';

/** The default: the server is up when it accepts a connection. */
export const tcp = defineCheckType({
  name: 'tcp',
  manual: '5.2',
  summary: 'connects to the server',
  parse: () => [connectStep()],
});
