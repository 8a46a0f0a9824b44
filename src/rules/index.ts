/** Rules: what the layers above call. */
export { actions } from './actions/index.js';
export { compileRules } from './compile.js';
export type { Ruleset } from './definition.js';
export {
  compileConditionLines,
  compileHttpError,
  compileRedirects,
  compileUseBackends,
  compileUseServers,
  type ConditionalTarget,
} from './lines.js';
export type { ReplyMaker } from './actions/reply.js';
export { defaultReply, STANDARD_STATUSES } from './replies.js';
export { runRules, type RuleState } from './run.js';
