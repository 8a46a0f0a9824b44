/** HAProxy's expression language: what the layers above call. */
export { compileAcls, compileCriterion, type AclTest } from './acl.js';
export { Checkpoint, USES } from './checkpoint.js';
export { compileCondition, compileVerdict } from './condition.js';
export { CompiledExpression, compileExpression, compileExpressionWord, isConverter } from './expression.js';
export { compileFormat, constantFormat, type Format, type FormatOptions } from './log-format/compile.js';
export { CLF_LOG_FORMAT, HTTP_LOG_FORMAT, HTTPS_LOG_FORMAT, TCP_LOG_FORMAT } from './log-format/defaults.js';
export { PatternStore, type PatternReference } from './patterns/store.js';
export { sampling, Verdict } from './sampling.js';
export { refuse, type Environment, type NamedAcl, type Scope, type ScopeProxy } from './scope.js';
