import { ConfigError } from '../../config/diagnostics.js';
import { defineCheckType } from '../plan.js';
import { refuseArguments } from './option.js';

/** Not steps but a program: see external-run.ts. */
export const external = defineCheckType({
  name: 'external',
  manual: '4.2',
  summary: 'a program says by its exit status how the server is',
  parse(context) {
    refuseArguments(context);
    const { externalCommand, externalPath } = context.model;
    if (externalCommand === undefined) {
      throw new ConfigError(
        context.span,
        `Proxy '${context.proxy}' : 'option external-check' unable to find required 'external-check command'.`,
      );
    }
    if (!externalCommand.startsWith('/') && externalPath === undefined) {
      throw new ConfigError(
        context.span,
        `Proxy '${context.proxy}': 'external-check command' does not have a leading '/' and 'external-check path' is not set.`,
      );
    }
    return [];
  },
});
