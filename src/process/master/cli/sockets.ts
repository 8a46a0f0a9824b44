import type { StatsSocketModel } from '../../../config/model.js';
import { label } from '../../../config/diagnostics.js';
import { readConfiguration } from '../../../config/read.js';

/** The sockets of `-S`, or what is wrong with one, in lines for stderr. */
export type MasterSockets = { readonly sockets: readonly StatsSocketModel[] } | { readonly why: string };

/**
 * Reads `-S <bind>[,<bind options>...]` (management manual 3 and 9.4): what a `stats socket` line says, with commas
 * instead of blanks.
 */
export function readMasterSockets(
  given: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): MasterSockets {
  const sockets: StatsSocketModel[] = [];
  for (const text of given) {
    const line = text.split(',').join(' ');
    const source = { path: 'master-socket', text: `global\nstats socket ${line}\n` };
    const { model, diagnostics } = readConfiguration([source], { env, offline: false });
    const wrong = diagnostics.list.filter(({ severity }) => severity === 'alert');
    if (wrong.length > 0) {
      const head = `${label('alert', process.pid)}config : `;
      const lines = [...wrong.map(({ message }) => `-S '${text}' : ${message}`), "Can't create the master's CLI."];
      return { why: lines.map((entry) => `${head}${entry}\n`).join('') };
    }
    sockets.push(...model.global.statsSockets);
  }
  return { sockets };
}
