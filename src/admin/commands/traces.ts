import { CliLevel } from '../../core/cli.js';
import { bareFailure, bareInfo, type AdminCommand } from '../context.js';

/**
 * `trace` and `show trace` (management manual 9.3). HAProxy's sources are its own functions; tsproxy has none, so the
 * list is empty, everything is stopped, and no name is one of a source.
 */

const HEAD = 'Supported trace sources and states (.=stopped, w=waiting, R=running) :\n';
const STOP = ' [.] 0          : not a source, will immediately stop all traces\n';

export const traceCommands: readonly AdminCommand[] = [
  {
    name: 'trace',
    level: CliLevel.Operator,
    usage: 'trace [<module>|0] [cmd [args...]]',
    help: 'manage live tracing (empty to list, 0 to stop all)',
    run({ args }) {
      if (args.length === 0) return HEAD + STOP;
      return args.at(0) === '0' ? bareInfo('All traces now stopped') : bareFailure('No such trace source');
    },
  },
  {
    name: 'show trace',
    level: CliLevel.Operator,
    usage: 'show trace [<module>]',
    help: 'show live tracing state',
    run: ({ args }) => (args.length === 0 ? HEAD : bareFailure('No such trace source')),
  },
];
