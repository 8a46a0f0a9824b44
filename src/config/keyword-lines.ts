import type { KeywordFacts, ProxyKeyword } from './keyword.js';
import { bindParameters } from './keywords/bind/index.js';
import { crtListKeywords } from './keywords/crt-list.js';
import { options } from './keywords/option/index.js';
import { proxyKeywords } from './keywords/proxy/index.js';
import { serverParameters } from './keywords/server/index.js';
import { sections } from './sections/index.js';

/**
 * What `-dKcfg` lists: every section with its keywords, the four kinds of proxies under `listen`, as HAProxy does.
 * Keywords that are known and always refused are left out.
 * @param rules rulesets with their actions, which are no concern of the reader of configurations
 */
export function configurationKeywordLines(rules: readonly string[] = []): string[] {
  const others = sections
    .all()
    .filter(({ name }) => !['defaults', 'frontend', 'backend', 'listen', 'global'].includes(name));
  return [
    ...listed('global', sections.get('global')?.keywords ?? []),
    ...listed('listen', proxyKeywords.all()),
    ...indented(bindParameters.all().map((one) => `bind <addr> ${parameter(one)}`)),
    ...indented(serverParameters.all().map((one) => `server <name> <addr> ${parameter(one)}`)),
    ...indented(
      options
        .all()
        .filter(carriedOut)
        .map((one) => `option ${one.name}${sides(one)}`),
    ),
    ...indented(rules),
    ...others.flatMap(({ name, keywords }) => listed(name, keywords)),
    'crt-list',
    ...indented(crtListKeywords.all().map(parameter)),
  ];
}

const carriedOut = ({ effect }: KeywordFacts): boolean => effect !== 'refused';

/** `maxconn +1`: the words that follow. */
function parameter({ name, takes = 0 }: KeywordFacts): string {
  return takes === 0 ? name : `${name} +${takes}`;
}

/** ` [ FE BE ]`: the sides of a proxy that an option which is on or off belongs to. */
function sides({ negatable, side }: ProxyKeyword): string {
  if (negatable !== true) return '';
  return ` [ ${side === 'frontend' ? 'FE' : side === 'backend' ? 'BE' : 'FE BE'} ]`;
}

function listed(section: string, keywords: readonly KeywordFacts[]): string[] {
  return [section, ...indented(keywords.filter(carriedOut).map(({ name }) => name))];
}

function indented(lines: readonly string[]): string[] {
  return lines.toSorted().map((line) => `\t${line}`);
}
