import { bindParameters } from './keywords/bind/index.js';
import { options } from './keywords/option/index.js';
import { proxyKeywords } from './keywords/proxy/index.js';
import { serverParameters } from './keywords/server/index.js';
import { sections } from './sections/index.js';

/**
 * What `-dKcfg` lists: every section with its keywords, the four kinds of proxies under `listen`, as HAProxy does. It
 * does not say how many words follow, which HAProxy marks with `+1`.
 */
export function configurationKeywordLines(): string[] {
  const others = sections
    .all()
    .filter(({ name }) => !['defaults', 'frontend', 'backend', 'listen', 'global'].includes(name));
  return [
    ...listed('global', sections.get('global')?.keywords.map(({ name }) => name) ?? []),
    ...listed('listen', proxyKeywords.names()),
    ...indented('option ', options.names()),
    ...indented('bind <addr> ', bindParameters.names()),
    ...indented('server <name> <addr> ', serverParameters.names()),
    ...others.flatMap(({ name, keywords }) =>
      listed(
        name,
        keywords.map((keyword) => keyword.name),
      ),
    ),
  ];
}

function listed(section: string, names: readonly string[]): string[] {
  return [section, ...indented('', names)];
}

function indented(prefix: string, names: readonly string[]): string[] {
  return names.toSorted().map((name) => `\t${prefix}${name}`);
}
