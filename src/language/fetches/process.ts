import { randomUUID } from 'node:crypto';
import { integer, optional, sint, string, variable, word } from '../arguments.js';
import { USES } from '../checkpoint.js';
import { ArgumentError, defineFetch } from '../definition.js';
import { sampleText, toSint } from '../values.js';
import { getVariable, variablesOf } from '../variables.js';
import type { Sample } from '../../core/sample.js';

const MANUAL = '7.3.2';
const UNITS = { s: 1000, ms: 1, us: 0.001 } as const;

const DUMPED = ['sess', 'txn', 'req', 'res', 'proc'] as const;
const ESCAPES: Readonly<Record<string, string>> = { '\r': '\\r', '\n': '\\n', '\b': '\\b', '\0': '\\0' };

/** A variable's value as `dump_all_vars` writes it. */
function literalOf(sample: Sample): string {
  switch (sample.type) {
    case 'bool':
      return sample.value === true ? 'true' : 'false';
    case 'bin':
      return `x${Buffer.from(sample.value as string, 'latin1').toString('hex')}`;
    case 'str':
    case 'meth':
      return `"${sampleText(sample).replaceAll(/["\\\r\n\0\x08]/g, (char) => ESCAPES[char] ?? `\\${char}`)}"`;
    default:
      return sampleText(sample);
  }
}

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
  ...['cpu_ns_avg', 'cpu_ns_tot', 'lat_ns_avg', 'lat_ns_tot'].map((name) =>
    defineFetch({
      name,
      args: [],
      out: 'sint',
      use: USES.internal,
      manual: MANUAL,
      summary: 'time of the stream on the CPU or waiting for it: 0, as in HAProxy without `profiling.tasks`',
      compile: () => () => 0,
    }),
  ),
  defineFetch({
    name: 'prio_class',
    args: [],
    out: 'sint',
    use: USES.internal,
    manual: MANUAL,
    summary: 'the class that `set-priority-class` gave the stream',
    compile: () => (stream) => stream.priorityClass ?? 0,
  }),
  defineFetch({
    name: 'prio_offset',
    args: [],
    out: 'sint',
    use: USES.internal,
    manual: MANUAL,
    summary: 'the offset that `set-priority-offset` gave the stream',
    compile: () => (stream) => stream.priorityOffset ?? 0,
  }),
  defineFetch({
    name: 'tgroup',
    args: [],
    out: 'sint',
    use: USES.constant,
    manual: MANUAL,
    since: '2.8',
    summary: 'number of the thread group: there is one, 0',
    compile: () => () => 0,
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
    name: 'dump_all_vars',
    args: [optional(string), optional(string), optional(string)],
    out: 'str',
    use: USES.constant,
    manual: MANUAL,
    since: '3.4',
    summary: 'all variables of a scope, or of all, as text; a prefix of the names and a delimiter may follow',
    compile([scope = '', prefix = '', delimiter = ''], { environment }) {
      const scopes = DUMPED.filter((one) => scope === '' || one === scope);
      if (scopes.length === 0)
        throw new ArgumentError(`invalid scope '${scope}', expects one of: ${DUMPED.join(', ')}.`);
      return (stream) => {
        const written: string[] = [];
        for (const one of scopes) {
          for (const [name, value] of variablesOf(stream, one, environment) ?? []) {
            if (name.startsWith(prefix)) written.push(`${one}.${name}=${literalOf(value)}`);
          }
        }
        return written.join(delimiter === '' ? ', ' : delimiter);
      };
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
