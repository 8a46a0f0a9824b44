import type { CliOutput } from '../core/cli.js';
import { followsWeights } from '../state/health-weight.js';
import type { Server } from '../state/server.js';
import { bareFailure, failure, info, type AdminContext } from './context.js';

const LARGEST_WEIGHT = 256;

/** `get weight`: the one in effect, and the configured one. */
export function shownWeights(server: Server): CliOutput {
  return info(`${server.userWeight} (initial ${server.initialWeight})`);
}

/** `set weight`, absolute or as a percentage of the configured one (management manual 9.3). */
export function setWeight({ health }: AdminContext, server: Server, word: string): CliOutput {
  if (word === '') return failure('Require <weight> or <weight%>.');
  const found = /^[ \t]*([+-]?\d+)(.*)$/.exec(word);
  if (found === null) return bareFailure('Empty weight string empty or preceded by garbage');
  const number = Number(found[1]);
  const relative = found[2] === '%';
  if (relative && number < 0) return failure('Relative weight must be positive.');
  if (!relative && (number < 0 || number > LARGEST_WEIGHT)) {
    return failure('Absolute weight can only be between 0 and 256 inclusive.');
  }
  if (!relative && found[2] !== '') return bareFailure('Trailing garbage in weight string');
  const weight = relative ? Math.min(LARGEST_WEIGHT, Math.floor((server.initialWeight * number) / 100)) : number;
  if (weight !== 0 && weight !== server.initialWeight && !followsWeights(server.backend.model)) {
    return failure("Backend is using a static LB algorithm and only accepts weights '0%' and '100%'.");
  }
  health.setWeight(server, weight);
  return undefined;
}
