import { compileCheck } from '../checks/index.js';
import { checkLanguage } from '../checks/language.js';
import type { CheckPlan } from '../checks/plan.js';
import { ConfigError, type Diagnostics } from '../config/diagnostics.js';
import { Checkpoint } from '../language/checkpoint.js';
import { refuse } from '../language/scope.js';
import type { Backend } from './backend.js';
import type { ProxyScopes } from './environment.js';

/** Understands how a backend's servers are checked. @returns undefined when none is checked, or it cannot be done */
export function compileBackendCheck(backend: Backend, scopes: ProxyScopes, diagnostics: Diagnostics): CheckPlan | undefined {
  const { model } = backend;
  if (!model.servers.some((server) => server.check)) return undefined;
  const scope = scopes.at(Checkpoint.TcpCheck);
  try {
    return compileCheck({
      model: model.check,
      span: model.span,
      language: checkLanguage(scope),
      warn: (at, message, hint) => diagnostics.warning('span' in at ? at.span : at, message, hint),
      refuse: (at, what, why) => refuse(scope, 'span' in at ? at.span : at, what, why),
    });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    diagnostics.alert(error.span ?? model.span, error.message, error.hint);
    return undefined;
  }
}
