import { RESOLVER_COUNTERS } from '../state/resolvers/nameserver.js';
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
