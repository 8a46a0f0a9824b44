import type { Diagnostics } from '../config/diagnostics.js';
import type { ConfigModel, LogModel, ProxyModel } from '../config/model.js';

/** What log lines refer to must exist. In HAProxy's words; it finds unknown rings only when it starts. */
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

const INCOMPLETE =
  "(the presence any of 'email-alert from', 'email-alert level' 'email-alert mailers', 'email-alert myhostname', or " +
  "'email-alert to' requires each of 'email-alert from', 'email-alert mailers' and 'email-alert to' to be present).";

/** `email-alert` lines say all that a mail needs, and mailers that exist. */
export function checkAlerts(model: ConfigModel, diagnostics: Diagnostics): void {
  const used = new Set(model.proxies.flatMap((proxy) => usedMailers(proxy, model, diagnostics)));
  for (const { name, span } of model.mailers) {
    if (used.has(name)) continue;
    diagnostics.warning(span, `Removing incomplete section 'mailers ${name}'.`, "no proxy's 'email-alert' uses it");
  }
}

function usedMailers(
  { name, emailAlert, disabled }: ProxyModel,
  model: ConfigModel,
  diagnostics: Diagnostics,
): string[] {
  const { span, mailers, from, to, webhook } = emailAlert;
  if (disabled || span === undefined) return [];
  if (mailers === undefined || from === undefined || to === undefined) {
    const asked = mailers !== undefined || from !== undefined || to !== undefined || webhook === undefined;
    if (asked) diagnostics.warning(span, `'email-alert' will be ignored for proxy '${name}' ${INCOMPLETE}`);
    return [];
  }
  if (!model.mailers.some((section) => section.name === mailers.text)) {
    diagnostics.alert(mailers.span, `Proxy '${name}': unable to find mailers '${mailers.text}'.`);
  }
  return [mailers.text];
}
