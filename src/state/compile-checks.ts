import { compileCheck } from '../checks/index.js';
import { checkLanguage } from '../checks/language.js';
import type { CheckParseContext, CheckPlan } from '../checks/plan.js';
import { ConfigError, type Diagnostics } from '../config/diagnostics.js';
import type { CheckModel, GlobalModel, ProxyModel } from '../config/model.js';
import { Checkpoint } from '../language/checkpoint.js';
import { refuse } from '../language/scope.js';
import type { Backend } from './backend.js';
import type { ProxyScopes } from './environment.js';

/** Understands how a backend's servers are checked. @returns undefined when none is checked, or it cannot be done */
export function compileBackendCheck(
  backend: Backend,
  scopes: ProxyScopes,
  diagnostics: Diagnostics,
  global: ProgramPermissions = { externalCheck: true, insecureForkWanted: true },
): CheckPlan | undefined {
  const { model } = backend;
  const checked = model.servers.some((server) => server.check);
  const title = `${model.kind === 'listen' ? 'proxy' : model.kind} '${model.name}'`;
  const scope = scopes.at(Checkpoint.TcpCheck);
  const context: CheckParseContext = {
    model: model.check,
    proxy: model.name,
    span: model.span,
    language: checkLanguage(scope),
    warn: (at, message, hint) =>
      diagnostics.warning(
        'span' in at ? at.span : at,
        `${message.startsWith('uses ') ? `${title} ` : ''}${message}`,
        hint,
      ),
    // What no server uses stops nobody.
    refuse: (at, what, why) => (checked ? refuse(scope, 'span' in at ? at.span : at, what, why) : undefined),
  };
  if (model.check.type === 'external') complainAboutPrograms(model, diagnostics, global);
  const plan = reported(context, diagnostics);
  for (const type of otherFamilies(model.check)) {
    const ignored = { ...model.check, type, option: undefined };
    reported({ ...context, model: ignored, warn: () => undefined, refuse: () => undefined }, diagnostics);
  }
  return checked ? plan : undefined;
}

type ProgramPermissions = Pick<GlobalModel, 'externalCheck' | 'insecureForkWanted'>;

/** Programs are only run when the global section says so twice (manual 3.1 `external-check`, `insecure-fork-wanted`). */
function complainAboutPrograms(model: ProxyModel, diagnostics: Diagnostics, global: ProgramPermissions): void {
  const at = model.check.option?.[0]?.span ?? model.span;
  const begin = `Proxy '${model.name}' : `;
  if (!global.externalCheck) {
    diagnostics.alert(at, `${begin}'option external-check' unable to find required 'global.external-check'.`);
  }
  if (!global.insecureForkWanted) {
    diagnostics.warning(
      at,
      `${begin}'insecure-fork-wanted' not enabled in the global section, 'option external-check' will likely fail.`,
    );
  }
}

function reported(context: CheckParseContext, diagnostics: Diagnostics): CheckPlan | undefined {
  try {
    return compileCheck(context);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    diagnostics.alert(error.span ?? context.span, error.message, error.hint);
    return undefined;
  }
}

/** Checks whose lines are there without being used: wrong ones are refused all the same. */
function otherFamilies({ type, rules }: CheckModel): CheckModel['type'][] {
  const has = (family: string): boolean => rules.some(({ words }) => words[0]?.text === family);
  const families: CheckModel['type'][] = [];
  if (type !== 'http' && has('http-check')) families.push('http');
  if (type !== 'tcp-check' && has('tcp-check')) families.push('tcp-check');
  return families;
}
