import type { ConfigModel } from '../config/model.js';
import type { Arena } from './arena.js';
import type { Backend } from './backend.js';
import type { Frontend } from './frontend.js';
import type { ProcessState } from './process-state.js';
import type { TableRegistry } from './stick-table/compile.js';
import type { Server } from './server.js';

/** Everything that runs, made from one configuration by compile.ts. */
export interface Runtime {
  readonly model: ConfigModel;
  readonly arena: Arena;
  /** In file order; a `listen` is in both lists, with the same name and id. */
  readonly frontends: readonly Frontend[];
  readonly backends: readonly Backend[];
  readonly process: ProcessState;
  readonly tables: TableRegistry;
  findFrontend(name: string): Frontend | undefined;
  findBackend(name: string): Backend | undefined;
  findServer(backend: string, server: string): Server | undefined;
}
