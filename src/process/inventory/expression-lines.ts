import { CHECKPOINT_NAMES } from '../../language/checkpoint.js';
import { converters } from '../../language/converters/index.js';
import { CRITERIA } from '../../language/criteria.js';
import type { ArgSpec } from '../../language/definition.js';
import { fetches } from '../../language/fetches/index.js';

/** The expression language as `haproxy -dK` lists it: what can be used, without names that are only known and refused. */

/** `(string[,integer])`, or nothing. */
function argumentList(args: readonly ArgSpec<unknown>[]): string {
  if (args.length === 0) return '';
  const wanted = args.filter((one) => !one.optional || one.implied === true).map((one) => one.type);
  const free = args.filter((one) => one.optional && one.implied !== true).map((one) => one.type);
  const optional = free.length === 0 ? '' : `[${wanted.length > 0 ? ',' : ''}${free.join(',')}]`;
  return `(${wanted.join(',')}${optional})`;
}

/** HAProxy counts methods and versions as the types that they are made of. */
const METHOD_NAMES: Readonly<Record<string, string>> = { meth: 'str', ver: 'int' };

/** `path_beg = path -m beg` */
export function criterionLines(): string[] {
  return [...CRITERIA]
    .filter(([, { fetch }]) => fetches.get(fetch)?.pending === undefined)
    .map(([name, { fetch, method }]) => `${name} = ${fetch} -m ${METHOD_NAMES[method] ?? method}`)
    .toSorted();
}

/** `field(integer,string[,integer]): str => str`: the result, then what goes in. */
export function converterLines(): string[] {
  return converters
    .all()
    .filter(({ pending }) => pending === undefined)
    .map(({ name, args, in: input, out }) => `${name}${argumentList(args)}: ${out} => ${input}`)
    .toSorted();
}

/** The places where a fetch can be evaluated as columns, with their heading. */
export function fetchLines(): string[] {
  return [
    ...heading(),
    ...fetches
      .all()
      .filter(({ pending }) => pending === undefined)
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ name, args, out, use }) => `[${columns(use.places)} ] ${name}${argumentList(args)}: ${out}`),
  ];
}

function columns(places: number): string {
  return CHECKPOINT_NAMES.map((_, bit) => ((places >> bit) & 1 ? ' Y' : ' .')).join('');
}

/** Slanted lines from each column to its name. */
function heading(): string[] {
  const count = CHECKPOINT_NAMES.length;
  const lines = CHECKPOINT_NAMES.map(
    (name, index) => `#${' '.repeat(count - index + 1)}${'/ '.repeat(index)}_.${'-'.repeat(count - index)} ${name}`,
  );
  return [...lines, `# ${'/ '.repeat(count)} `, `# ${'| '.repeat(count)}`];
}
