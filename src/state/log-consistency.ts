import type { Diagnostics } from '../config/diagnostics.js';
import type { ConfigModel, LogModel } from '../config/model.js';

/** What log lines and alerts refer to must exist. In HAProxy's words; it finds unknown rings only when it starts. */
export function checkLogReferences(model: ConfigModel, diagnostics: Diagnostics): void {
  const rings = new Set(model.rings.map(({ name }) => name));
  const check = (logs: readonly LogModel[], owner: string): void => {
    for (const { target, span } of logs) {
      if (target.kind !== 'ring' || rings.has(target.name)) continue;
      const place = `in file '${span.source.file}' at line ${span.source.line}`;
      diagnostics.alert(target.word.span, `${owner} ${place} uses unknown ring named '${target.name}'.`);
    }
  };
  check(model.global.logs, 'global log server declared');
  for (const { name, logs, disabled } of model.proxies) {
    if (!disabled) check(logs, `log server declared in proxy section '${name}'`);
  }
  for (const { name, logs } of model.logForwards) check(logs, `log server declared in log-forward section '${name}'`);
}
