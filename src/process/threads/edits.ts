import type { CompiledRuntime } from '../../state/compile.js';
import { attachServer, detachServer } from '../dynamic-servers.js';
import type { Edit } from './messages.js';

/** Does in this thread what was done in another one. */
export function applyEdit(runtime: CompiledRuntime, edit: Edit): void {
  switch (edit.kind) {
    case 'server-added':
      attachServer(runtime, runtime.backends[edit.backend], edit.model, edit.id, 0);
      break;
    case 'server-removed':
      detachServer(runtime.backends[edit.backend].servers[edit.server]);
      break;
    case 'variable':
      runtime.environment.variables.set(edit.name, edit.value);
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

/** Passes on what this thread changes in ACLs and maps. */
export function reportPatterns({ environment }: CompiledRuntime, report: (edit: Edit) => void): void {
  for (const { id, reference } of environment.patterns.all()) {
    reference.onChange = (change) => report({ kind: 'patterns', reference: id, change });
  }
}

/** The contents of ACLs and maps that are not those of the configuration any more. */
export function changedPatterns({ environment }: CompiledRuntime): Edit[] {
  return environment.patterns
    .all()
    .filter(({ reference }) => reference.edited)
    .map(({ id, reference }) => ({ kind: 'patterns', reference: id, change: reference.contents() }));
}
