import type { LogModel } from '../../config/model.js';
import { unixLogProblem } from './unix-target.js';

/** @returns why the lines of this `log` line will be lost on this machine, for a warning at start; undefined = they are not */
export function logProblem(model: LogModel): string | undefined {
  if (model.target.kind === 'unix') return unixLogProblem(model.target.path);
  return undefined;
}
