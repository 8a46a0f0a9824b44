import { takeCondition } from '../../config/condition.js';
import { Cursor } from '../../config/cursor.js';
import { ConfigError } from '../../config/diagnostics.js';
import type { RuleModel } from '../../config/model.js';
import { compileCondition } from '../../language/condition.js';
import type { Scope } from '../../language/scope.js';
import type { StatsAccessRule } from './service.js';

/** `stats http-request { allow | deny | auth [realm R] } [if C]` lines (manual 4.2). */
export function compileAccessRules(models: readonly RuleModel[], scope: Scope): StatsAccessRule[] {
  return models.flatMap((model) => {
    try {
      return [compileAccessRule(new Cursor(model.words, scope.diagnostics), scope)];
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      scope.diagnostics.alert(error.span ?? model.span, error.message, error.hint);
      return [];
    }
  });
}

function compileAccessRule(words: Cursor, scope: Scope): StatsAccessRule {
  words.take('stats');
  words.take('http-request');
  const action = words.oneOf('action', ['allow', 'deny', 'auth']);
  const realm = action === 'auth' && words.take('realm') ? words.next('a realm').text : undefined;
  const condition = takeCondition(words, `stats http-request ${action}`);
  return { action, realm, condition: condition === undefined ? undefined : compileCondition(condition, scope) };
}
