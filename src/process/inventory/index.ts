import { configurationKeywordLines } from '../../config/keyword-lines.js';
import type { KeywordFacts } from '../../config/keyword.js';
import { filters } from '../../config/keywords/proxy/filters.js';
import { actions } from '../../rules/actions/index.js';
import type { ActionDefinition } from '../../rules/definition.js';
import type { KeywordClass } from '../keyword-dump.js';
import { converterLines, criterionLines, fetchLines } from './expression-lines.js';

/** What `-dK` can print, in HAProxy's order: tsproxy's own inventory, made from the registries. */
export const keywordClasses: readonly KeywordClass[] = [
  { name: 'acl', title: 'ACL keywords', lines: criterionLines },
  { name: 'cfg', title: 'configuration keywords', lines: () => configurationKeywordLines(ruleLines()) },
  // There is no runtime socket and no service yet: their lists are empty.
  { name: 'cli', title: 'CLI keywords', lines: () => [] },
  { name: 'cnv', title: 'sample converter functions', help: 'sample converter keywords', lines: converterLines },
  { name: 'flt', title: 'filter names', lines: filterLines },
  { name: 'smp', title: 'sample fetch functions', lines: fetchLines },
  { name: 'svc', title: 'service names', lines: () => [] },
];

/** `http-request set-var*`: rulesets with their actions; a star where the name goes on. */
function ruleLines(): string[] {
  return actions
    .filter(({ pending }) => pending === undefined)
    .flatMap((action) => action.rulesets.map((ruleset) => `${ruleset} ${action.name}${openEnded(action) ? '*' : ''}`));
}

function openEnded({ parameter, numbered, prefix }: ActionDefinition): boolean {
  return parameter === true || numbered === true || prefix === true;
}

/** Filters that do something. */
function filterLines(): string[] {
  const all: readonly KeywordFacts[] = filters.all();
  return all
    .filter(({ effect }) => effect === undefined)
    .map(({ name }) => name)
    .toSorted();
}
