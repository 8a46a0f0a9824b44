import { Registry } from '../base/registry.js';
import type { CheckModel } from '../config/model.js';
import type { CheckResult } from '../core/check.js';
import type { CheckParseContext, CheckPlan, CheckTarget, CheckType } from './plan.js';
import { CheckRun, type CheckEnvironment } from './run.js';
import type { CheckTimeouts } from './timing.js';
import { ExternalRun } from './external-run.js';
import { external } from './types/external.js';
import { http } from './types/http.js';
import { ldap } from './types/ldap.js';
import { mysql } from './types/mysql.js';
import { pgsql } from './types/pgsql.js';
import { redis } from './types/redis.js';
import { smtp } from './types/smtp.js';
import { spop } from './types/spop.js';
import { sslHello } from './types/ssl-hello.js';
import { tcpCheck } from './types/tcp-check.js';
import { tcp } from './types/tcp.js';

/** All check types, by the name in CheckModel. */
export const checkTypes = new Registry<CheckType>([
  external,
  http,
  ldap,
  mysql,
  pgsql,
  redis,
  smtp,
  spop,
  sslHello,
  tcp,
  tcpCheck,
]);

/** The types that HAProxy has and tsproxy has not, with the reason. */
const MISSING: Partial<Record<CheckModel['type'], string>> = {};

/** A health check, ready to test any server of its backend. */
export class Check {
  constructor(
    readonly plan: CheckPlan,
    readonly environment: CheckEnvironment,
  ) {}

  /**
   * Tests once.
   * @param done called exactly once, never before this returns, unless cancelled
   */
  start(target: CheckTarget, timeouts: CheckTimeouts, done: (result: CheckResult) => void): { cancel(): void } {
    if (this.plan.kind === 'external') return new ExternalRun(target, timeouts, this.environment.clock, done);
    return new CheckRun(this.plan, target, timeouts, this.environment, done);
  }
}

/**
 * Reads the check of a backend.
 * @returns undefined when its type is not implemented (context.refuse was called)
 * @throws ConfigError for the first line that is wrong
 */
export function compileCheck(context: CheckParseContext): CheckPlan | undefined {
  const { model } = context;
  const type = checkTypes.get(model.type);
  if (type === undefined) {
    context.refuse(
      model.option?.[0] ?? context.span,
      `the '${model.type}' check`,
      MISSING[model.type] ?? 'unknown type',
    );
    return undefined;
  }
  warnIgnoredRules(context);
  return { kind: model.type, steps: type.parse(context) };
}

/** `http-check` lines under another check do nothing, and so on. */
function warnIgnoredRules(context: CheckParseContext): void {
  const { model } = context;
  for (const [family, type, option] of [
    ['http-check', 'http', 'option httpchk'],
    ['tcp-check', 'tcp-check', 'option tcp-check'],
  ] as const) {
    const ignored = model.rules.find((rule) => rule.words[0]?.text === family);
    if (ignored === undefined || model.type === type) continue;
    context.warn(ignored.span, `uses ${family} rules without '${option}', so the rules are ignored.`);
  }
}
