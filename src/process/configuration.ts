import type { Diagnostics } from '../config/diagnostics.js';
import type { ConfigModel, ProxyModel } from '../config/model.js';
import { type ConfigSource, readConfiguration, type ReadOptions } from '../config/read.js';
import { COMPATIBILITY_VERSION } from '../config/version.js';
import type { ProxyLogger } from '../core/log.js';
import { lostLogs } from '../observe/log/index.js';
import type { Arena } from '../state/arena.js';
import { compileBackendCheck } from '../state/compile-checks.js';
import { type CompiledRuntime, compileRuntime } from '../state/compile.js';
import type { LogFormats } from '../state/compile-log.js';

/** A configuration, read and compiled: everything that can be known before a port is opened. */
export interface LoadedConfiguration {
  readonly model: ConfigModel;
  /** Do not start it when there are alerts. */
  readonly diagnostics: Diagnostics;
  readonly runtime: CompiledRuntime;
  /** Environment variables as the configuration left them. */
  readonly env: ReadonlyMap<string, string | undefined>;
}

export interface ConfigurationParts {
  createLogger(model: ConfigModel, proxy: ProxyModel, formats: LogFormats): ProxyLogger;
  /** Memory for what runs, when other threads are to see it. */
  createArena?(model: ConfigModel): Arena;
}

/** Reads and compiles configuration files. All problems are in `diagnostics`; nothing is opened. */
export function loadConfiguration(
  sources: readonly ConfigSource[],
  options: ReadOptions,
  parts: ConfigurationParts,
): LoadedConfiguration {
  const { model, diagnostics, env } = readConfiguration(sources, options);
  const runtime = compileRuntime(model, diagnostics, {
    offline: options.offline,
    version: COMPATIBILITY_VERSION,
    now: Date.now(),
    env: (name) => env.get(name),
    arena: parts.createArena?.(model),
    createLogger: (proxy, formats) => parts.createLogger(model, proxy, formats),
  });
  for (const { backend, scopes } of runtime.proxies) {
    if (backend !== undefined) backend.checkPlan = compileBackendCheck(backend, scopes, diagnostics, model.global);
  }
  if (!options.offline) for (const { span, message } of lostLogs(model)) diagnostics.warning(span, message);
  return { model, diagnostics, runtime, env };
}
