import { randomUUID } from 'node:crypto';
import { integer, optional, sint, string, variable, word } from '../arguments.js';
import { USES } from '../checkpoint.js';
import { ArgumentError, defineFetch } from '../definition.js';
import { toSint } from '../values.js';
import { getVariable } from '../variables.js';
import type { Sample } from '../../core/sample.js';

const MANUAL = '7.3.2';
const UNITS = { s: 1000, ms: 1, us: 0.001 } as const;

/** The process, its environment and variables (manual 7.3.2). */
export const processFetches = [
  defineFetch({
    name: 'date',
    args: [optional(sint), optional(word(['s', 'ms', 'us'], "expects 's', 'ms' or 'us'."))],
    out: 'sint',
    use: USES.constant,
    manual: MANUAL,
    summary: 'the current date since the epoch, plus an offset',
    compile:
      ([offset = 0, unit = 's'], { environment }) =>
      () => {
        const now = Math.floor(environment.now() / UNITS[unit]);
        return typeof offset === 'number' ? now + offset : toSint(BigInt.asIntN(64, BigInt(now) + offset));
      },
  }),
  defineFetch({
    name: 'date_us',
    args: [],
    out: 'sint',
    use: USES.constant,
    manual: MANUAL,
    summary: 'microseconds within the current second',
    compile:
      (_, { environment }) =>
      () =>
        Math.floor((environment.now() * 1000) % 1_000_000),
  }),
  defineFetch({
    name: 'env',
    args: [string],
    out: 'str',
    use: USES.constant,
    manual: MANUAL,
    summary: 'an environment variable, as it was at start',
    compile([name], { environment }) {
      const value = environment.env(name);
      return () => value;
    },
  }),
  defineFetch({
    name: 'hostname',
    args: [],
    out: 'str',
    use: USES.constant,
    manual: MANUAL,
    summary: "this machine's name",
    compile:
      (_, { environment }) =>
      () =>
        environment.hostname,
  }),
  defineFetch({
    name: 'nbproc',
    args: [],
    out: 'sint',
    use: USES.constant,
    manual: MANUAL,
    summary: 'number of processes: always 1',
    compile: () => () => 1,
  }),
  defineFetch({
    name: 'pid',
    args: [],
    out: 'sint',
    use: USES.constant,
    manual: MANUAL,
    summary: 'process id',
    since: '2.9',
    compile:
      (_, { environment }) =>
      () =>
        environment.pid,
  }),
  defineFetch({
    name: 'proc',
    args: [],
    out: 'sint',
    use: USES.constant,
    manual: MANUAL,
    summary: 'number of this process: always 1',
    compile: () => () => 1,
  }),
  defineFetch({
    name: 'stopping',
    args: [],
    out: 'bool',
    use: USES.internal,
    manual: MANUAL,
    summary: 'whether the process is going to end',
    compile:
      (_, { environment }) =>
      () =>
        environment.stopping(),
  }),
  defineFetch({
    name: 'thread',
    args: [],
    out: 'sint',
    use: USES.constant,
    manual: MANUAL,
    summary: 'number of this thread, from 0',
    compile:
      (_, { environment }) =>
      () =>
        environment.thread,
  }),
  defineFetch({
    name: 'uuid',
    args: [optional(integer)],
    out: 'str',
    use: USES.constant,
    manual: MANUAL,
    summary: 'a random UUID (version 4)',
    compile([version = 4]) {
      if (version !== 4) throw new ArgumentError('Unsupported UUID version.');
      return () => randomUUID();
    },
  }),
  defineFetch({
    name: 'var',
    args: [variable, optional(string)],
    out: 'any',
    use: USES.constant,
    manual: MANUAL,
    summary: 'a variable, or the default when it is not set',
    compile([name, fallback], { environment }) {
      const otherwise: Sample | undefined = fallback === undefined ? undefined : { type: 'str', value: fallback };
      return (stream) => getVariable(stream, name, environment) ?? otherwise;
    },
  }),
  defineFetch({
    name: 'last_rule_file',
    args: [],
    out: 'str',
    use: USES.internal,
    manual: MANUAL,
    summary: 'file of the final rule that matched last',
    compile: () => (stream) => stream.lastRule?.file,
  }),
  defineFetch({
    name: 'last_rule_line',
    args: [],
    out: 'sint',
    use: USES.internal,
    manual: MANUAL,
    summary: 'line of the final rule that matched last',
    compile: () => (stream) => stream.lastRule?.line,
  }),
];
