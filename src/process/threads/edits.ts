import type { CompiledRuntime } from '../../state/compile.js';
import { attachServer, detachServer, equipWithTls } from '../dynamic-servers.js';
import { readAuthorities } from '../../state/tls/files.js';
import { switchTls } from '../../upstream/setup.js';
import type { Edit } from './messages.js';

/** Does in this thread what was done in another one. */
export function applyEdit(runtime: CompiledRuntime, edit: Edit): void {
  switch (edit.kind) {
    case 'server-added':
      // the main thread has seen that its parameters can be carried out
      equipWithTls(runtime, attachServer(runtime, runtime.backends[edit.backend], edit.model, edit.id, 0));
      break;
    case 'server-removed':
      detachServer(runtime.backends[edit.backend].servers[edit.server]);
      break;
    case 'server-tls':
      switchTls(runtime.backends[edit.backend].servers[edit.server], edit.on, runtime.model.global.tune);
      break;
    case 'variable':
      runtime.environment.variables.apply(edit.name, edit.value);
      break;
    case 'certificate':
      runtime.certificates.replace(edit.path, edit.text, {
        ocsp: edit.ocsp === undefined ? undefined : Buffer.from(edit.ocsp, 'base64'),
        issuer: edit.issuer,
      });
      break;
    case 'ticket-key':
      runtime.ticketKeys.find(edit.path)?.push(Buffer.from(edit.key, 'base64'));
      break;
    case 'ocsp':
      runtime.certificates.ocsp.update(Buffer.from(edit.text, 'base64'));
      break;
    case 'certificate-added':
      runtime.certificates.create(edit.path);
      break;
    case 'certificate-removed':
      runtime.certificates.delete(edit.path);
      break;
    case 'crt-list-added':
      runtime.certificateLists.repeatAdd(edit.list, edit.text);
      break;
    case 'crt-list-removed':
      runtime.certificateLists.repeatRemove(edit.list, edit.position);
      break;
    case 'dynamic-cookie': {
      const backend = runtime.backends[edit.backend];
      backend.dynamicCookies = edit.enabled;
      backend.dynamicCookieKey = edit.key;
      break;
    }
    case 'trust':
      applyTrust(runtime, edit);
      break;
    case 'patterns': {
      const { patterns } = runtime.environment;
      patterns
        .all()
        .find(({ id }) => id === edit.reference)
        ?.reference.apply(edit.change);
      break;
    }
  }
}

function applyTrust({ trust }: CompiledRuntime, { file, path, text }: Edit & { kind: 'trust' }): void {
  if (text === undefined) trust.delete(file, path);
  else {
    if (trust.find(file, path) === undefined) trust.create(file, path);
    trust.commit(file, path, readAuthorities(text));
  }
}

/** Passes on what this thread changes in ACLs, maps and variables of the process. */
export function reportEdits({ environment }: CompiledRuntime, report: (edit: Edit) => void): void {
  for (const { id, reference } of environment.patterns.all()) {
    reference.onChange = (change) => report({ kind: 'patterns', reference: id, change });
  }
  environment.variables.onChange = (name, value) => report({ kind: 'variable', name, value });
}

/** Kept as it was for threads that begin later; of the rest what counts is how it is then. */
export const isHistory = ({ kind }: Edit): boolean => kind !== 'patterns' && kind !== 'variable';

/** Variables of the process, and the contents of ACLs and maps that are not those of the configuration any more. */
export function currentValues({ environment }: CompiledRuntime): Edit[] {
  const patterns = environment.patterns
    .all()
    .filter(({ reference }) => reference.edited)
    .map(({ id, reference }): Edit => ({ kind: 'patterns', reference: id, change: reference.contents() }));
  const variables = Array.from(environment.variables, ([name, value]): Edit => ({ kind: 'variable', name, value }));
  return [...patterns, ...variables];
}
