import type { ConfigModel } from '../config/model.js';
import type { Arena } from './arena.js';
import type { Backend } from './backend.js';
import type { Frontend } from './frontend.js';
import type { Server } from './server.js';

/** Everything that runs, made from one configuration by compile.ts. */
export interface Runtime {
  readonly model: ConfigModel;
  readonly arena: Arena;
  /** In file order; a `listen` is in both lists, with the same name and id. */
  readonly frontends: readonly Frontend[];
  readonly backends: readonly Backend[];
  readonly process: ProcessFacts;
  findFrontend(name: string): Frontend | undefined;
  findBackend(name: string): Backend | undefined;
  findServer(backend: string, server: string): Server | undefined;
}

/** Facts and gauges of the process, for statistics and logs. */
export interface ProcessFacts {
  readonly pid: number;
  readonly version: string;
  readonly node: string;
  readonly description: string;
  /** Date.now() in ms at start. */
  readonly startDate: number;
  /** `maxconn` of the process; 0 = unlimited. */
  maxconn: number;
  readonly nbthread: number;
  /** Current connections of all frontends (`actconn`). */
  connections: number;
  /** Connections and requests since the start. */
  totalConnections: number;
  totalRequests: number;
  /** Streams so far, requests that never became valid included: they are numbered from 0 (`%rt`). */
  streams: number;
  stopping: boolean;
}
