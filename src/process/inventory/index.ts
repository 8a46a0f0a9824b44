import { adminCommands } from '../../admin/commands/index.js';
import { configurationKeywordLines } from '../../config/keyword-lines.js';
import type { KeywordFacts } from '../../config/keyword.js';
import { filters } from '../../config/keywords/proxy/filters.js';
import { actions } from '../../rules/actions/index.js';
import type { ActionDefinition } from '../../rules/definition.js';
import { services } from '../../rules/services.js';
import { masterCommands } from '../master/cli/commands.js';
import type { KeywordClass } from '../keyword-dump.js';
import { converterLines, criterionLines, fetchLines } from './expression-lines.js';

/** What `-dK` can print, in HAProxy's order: tsproxy's own inventory, made from the registries. */
export const keywordClasses: readonly KeywordClass[] = [
  { name: 'acl', title: 'ACL keywords', lines: criterionLines },
  { name: 'cfg', title: 'configuration keywords', lines: () => configurationKeywordLines(ruleLines()) },
  { name: 'cli', title: 'CLI keywords', lines: commandLines },
  { name: 'cnv', title: 'sample converter functions', help: 'sample converter keywords', lines: converterLines },
  { name: 'flt', title: 'filter names', lines: filterLines },
  { name: 'smp', title: 'sample fetch functions', lines: fetchLines },
  { name: 'svc', title: 'service names', lines: () => services.map(({ name }) => name) },
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

/** `debug dev bug [WORKER] [EXPERT] `: commands of the runtime sockets, with who answers them. */
function commandLines(): string[] {
  const ofMaster = new Set(masterCommands.map(({ name }) => name));
  const ofWorker = new Map(adminCommands.map(({ name, mode }) => [name, mode]));
  // every session knows it by itself
  ofMaster.add('help');
  ofWorker.set('help', undefined);
  return [...new Set([...ofMaster, ...ofWorker.keys()])].toSorted().map((name) => {
    const mode = ofWorker.get(name);
    const who = `${ofMaster.has(name) ? '[MASTER] ' : ''}${ofWorker.has(name) ? '[WORKER] ' : ''}`;
    return `${name} ${who}${mode === undefined ? '' : mode === 'expert' ? '[EXPERT] ' : '[EXPERIM] '}`;
  });
}

/** Filters that do something. */
function filterLines(): string[] {
  const all: readonly KeywordFacts[] = filters.all();
  return all
    .filter(({ effect }) => effect === undefined)
    .map(({ name }) => name)
    .toSorted();
}
