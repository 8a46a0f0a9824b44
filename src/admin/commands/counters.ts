import { CliLevel } from '../../core/cli.js';
import { BE, BE_MAXIMA, FE, FE_MAXIMA, LI, LI_MAXIMA, SV, SV_MAXIMA } from '../../core/counters.js';
import type { Figures } from '../../state/figures.js';
import type { Runtime } from '../../state/runtime.js';
import { failure, type AdminCommand, type AdminContext } from '../context.js';

/** `clear counters [all]` (management manual 9.3). */

/** Figures of one kind of object: the maxima, and all that are counts and not states. */
interface Slots {
  readonly maxima: readonly number[];
  readonly all: readonly number[];
}

const slots = (size: number, maxima: readonly number[], states: readonly number[]): Slots => ({
  maxima,
  all: Array.from({ length: size }, (_, slot) => slot).filter((slot) => !states.includes(slot)),
});

/** When something last happened is among the maxima of several threads, but is none. */
const FRONTEND = slots(FE.size, FE_MAXIMA, [FE.scur]);
const LISTENER = slots(LI.size, LI_MAXIMA, [LI.scur]);
const BACKEND = slots(
  BE.size,
  BE_MAXIMA.filter((slot) => slot !== BE.lastChange && slot !== BE.lastSess),
  [BE.scur, BE.qcur, BE.lastChange, BE.downtime],
);
const SERVER = slots(
  SV.size,
  SV_MAXIMA.filter((slot) => slot !== SV.lastChange && slot !== SV.lastSess),
  [SV.scur, SV.qcur, SV.lastChange, SV.downtime, SV.idleConn, SV.safeConn, SV.usedConn],
);

function clearCounters({ runtime, gauges }: AdminContext, all: boolean): void {
  const clear = (figures: Figures, kind: Slots): void => figures.clear(all ? kind.all : kind.maxima);
  for (const frontend of runtime.frontends) {
    clear(frontend.figures, FRONTEND);
    for (const listener of frontend.listeners) clear(listener.figures, LISTENER);
  }
  for (const backend of runtime.backends) {
    clear(backend.figures, BACKEND);
    for (const server of backend.servers) clear(server.figures, SERVER);
  }
  if (all) clearTimes(runtime);
  gauges.clearMaxima();
}

function clearTimes({ frontends, backends }: Runtime): void {
  for (const { totalTime } of frontends) totalTime?.clear();
  for (const { times } of backends.flatMap((backend) => [backend, ...backend.servers])) {
    if (times !== undefined) for (const histogram of Object.values(times)) histogram.clear();
  }
}

export const counterCommands: readonly AdminCommand[] = [
  {
    name: 'clear counters',
    level: CliLevel.Operator,
    usage: 'clear counters [all]',
    help: 'clear max statistics counters (or all counters)',
    run({ context, session, args }) {
      const all = args.at(0) === 'all';
      if (all && session.level < CliLevel.Admin) return failure('Permission denied');
      clearCounters(context, all);
      return undefined;
    },
  },
];
