import { jsonMetric } from '../observe/stats/json.js';
import type { Metric } from '../observe/stats/metrics.js';
import { RESOLVER_COUNTERS, type Nameserver, type ResolverCounter } from '../state/resolvers/nameserver.js';
import type { ResolversSection } from '../state/resolvers/section.js';

const COLUMN = 13;

/** `show resolvers` (management manual 9.3): what became of the questions to each name server. */
export function* resolverFigures(sections: Iterable<ResolversSection>): Generator<string> {
  for (const { name, nameservers } of sections) {
    yield `Resolvers section ${name}\n`;
    for (const server of nameservers) {
      yield ` nameserver ${server.name}:\n`;
      for (const counter of RESOLVER_COUNTERS) yield `  ${`${counter}:`.padEnd(COLUMN)}${server.counters[counter]}\n`;
    }
  }
}

/** Names and descriptions in the statistics, where they differ from those of `show resolvers`. */
const STAT_NAMES: Partial<Record<ResolverCounter, string>> = { snd_error: 'send_error' };
const DESCRIPTIONS: Readonly<Record<ResolverCounter, string>> = {
  sent: 'Sent',
  snd_error: 'Send error',
  valid: 'Valid',
  update: 'Update',
  cname: 'CNAME',
  cname_error: 'CNAME error',
  any_err: 'Any errors',
  nx: 'NX',
  timeout: 'Timeout',
  refused: 'Refused',
  other: 'Other',
  invalid: 'Invalid',
  too_big: 'Too big',
  truncated: 'Truncated',
  outdated: 'Outdated',
};

/** A name server's row in the domain `resolvers`, whose fields the manual leaves open. */
function metricsOf({ name, counters }: Nameserver, section: string): Metric[] {
  const text = (position: number, field: string, value: string, description: string): Metric => {
    return { position, name: field, tags: 'CGP', type: 'str', value, description };
  };
  return [
    text(0, 'id', name, 'ID'),
    text(1, 'pid', section, 'Parent ID'),
    ...RESOLVER_COUNTERS.map((counter, index): Metric => {
      const description = DESCRIPTIONS[counter];
      const field = STAT_NAMES[counter] ?? counter;
      return { position: index + 2, name: field, tags: 'MGP', type: 'u64', value: counters[counter], description };
    }),
  ];
}

function* rowsOf(sections: Iterable<ResolversSection>): Generator<Metric[]> {
  for (const { name, nameservers } of sections) for (const server of nameservers) yield metricsOf(server, name);
}

const HEADER = `# id,pid,${RESOLVER_COUNTERS.map((counter) => STAT_NAMES[counter] ?? counter).join(',')},\n`;

/** `show stat domain resolvers [typed|json] [desc]` (management manual 9.3); in JSON nothing is described. */
export function* resolverStatistics(sections: Iterable<ResolversSection>, words: readonly string[]): Generator<string> {
  if (words.includes('json')) yield* json(sections);
  else if (words.includes('typed')) yield* typed(sections, words.includes('desc'));
  else {
    yield HEADER;
    for (const metrics of rowsOf(sections)) yield `${metrics.map(({ value }) => value).join(',')},\n`;
  }
}

function* typed(sections: Iterable<ResolversSection>, descriptions: boolean): Generator<string> {
  for (const metrics of rowsOf(sections)) {
    for (const { position, name, tags, type, value, description } of metrics)
      yield `N.${position}.${name}:${tags}:${type}:${value}${descriptions ? `:"${description}"` : ''}\n`;
  }
}

function* json(sections: Iterable<ResolversSection>): Generator<string> {
  let separator = '[';
  for (const metrics of rowsOf(sections)) {
    // name servers are of the process as a whole: nothing says of which one
    const objects = metrics.map((metric) => `{${jsonMetric(metric, false).replace('"processNum":1,', '')}`);
    yield `${separator}[${objects.join(',')}]`;
    separator = ',';
  }
  yield separator === '[' ? '[]\n' : ']\n';
}
