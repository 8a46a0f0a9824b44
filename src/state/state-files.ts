import { readFileSync } from 'node:fs';
import { join, isAbsolute } from 'node:path';
import type { Diagnostics } from '../config/diagnostics.js';
import type { ConfigModel, ProxyModel } from '../config/model.js';
import type { Backend } from './backend.js';
import { parseStateFile, type SavedServer } from './server-state-file.js';

/**
 * Reads the state files of backends that ask for them (manual 3.1 `server-state-file`, `server-state-base`, 4.2
 * `load-server-state-from-file`). What cannot be read is warned about; the servers then begin as configured.
 */
export function readStateFiles(
  { global }: ConfigModel,
  backends: readonly Backend[],
  diagnostics: Diagnostics,
): Map<Backend, readonly SavedServer[]> {
  const files = new Map<string, readonly SavedServer[]>();
  const saved = new Map<Backend, readonly SavedServer[]>();
  const base = global.serverStateBase ?? '';
  const read = (name: string, global: boolean, model: ProxyModel): readonly SavedServer[] => {
    const path = isAbsolute(name) ? name : join(base, name);
    const known = files.get(path);
    if (known !== undefined) return known;
    const result = readStateFile(path);
    if (typeof result === 'string') {
      const whose = global ? 'config: ' : `Proxy '${model.name}': `;
      diagnostics.warning(
        undefined,
        `${whose}Can't open ${global ? 'global ' : ''}server state file '${path}': ${result}`,
      );
    }
    const servers = typeof result === 'string' ? [] : result;
    files.set(path, servers);
    return servers;
  };
  for (const backend of backends) {
    const { model } = backend;
    if (model.loadServerState === 'local')
      saved.set(backend, read(model.serverStateFileName ?? model.name, false, model));
    else if (model.loadServerState === 'global' && global.serverStateFile !== undefined) {
      saved.set(backend, read(global.serverStateFile, true, model));
    }
  }
  return saved;
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'No such file or directory',
  EACCES: 'Permission denied',
  EISDIR: 'Is a directory',
};

function readStateFile(path: string): SavedServer[] | string {
  try {
    return parseStateFile(readFileSync(path, 'latin1'));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'EIO';
    return REASONS[code] ?? code;
  }
}
