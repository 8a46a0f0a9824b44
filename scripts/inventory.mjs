// What of HAProxy is missing here, class by class: npm run inventory [-- LIST…]
//
// A LIST is what `haproxy -dKall -q -c -f /dev/null` prints; without one an installed haproxy is asked.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { loadProgram } from './load-program.mjs';

/** What the lists are compared with, and where the reasons are. */
const PROGRAM = `
  export { keywordClasses } from './src/process/inventory/index.js';
  export { keywordDump } from './src/process/keyword-dump.js';
  export { bindParameters } from './src/config/keywords/bind/index.js';
  export { options } from './src/config/keywords/option/index.js';
  export { filters } from './src/config/keywords/proxy/filters.js';
  export { serverParameters } from './src/config/keywords/server/index.js';
  export { sections } from './src/config/sections/index.js';
  export { converters } from './src/language/converters/index.js';
  export { fetches } from './src/language/fetches/index.js';
  export { actions } from './src/rules/actions/index.js';
`;

/** `# List of registered ACL keywords:` to the class's name. */
const TITLES = {
  'ACL keywords': 'ACL keywords',
  'CLI keywords': 'CLI commands',
  'sample converter functions': 'converters',
  'filter names': 'filters',
  'sample fetch functions': 'fetches',
  'service names': 'services',
};

const RULESET = /^((?:tcp-request|tcp-response) \w+|http-request|http-response|http-after-response) (\S+)$/;

/** A line of configuration keywords: its class and its name. */
function configurationEntry(section, line) {
  const name = line
    .replace(/ \+-?\d+$/, '')
    .replace(/ \[.*\]$/, '')
    .replace(/\*$/, '')
    .replace(/^bind <addr> ssl /, 'bind <addr> ');
  const rule = RULESET.exec(name);
  if (rule !== null) return [`actions of ${rule[1]}`, rule[2]];
  if (name.startsWith('bind <addr> ')) return ['bind parameters', name.slice(12)];
  if (name.startsWith('server <name> <addr> ')) return ['server parameters', name.slice(21)];
  if (name.startsWith('option ')) return ['options', name.slice(7)];
  return [`keywords of ${section}`, name];
}

/** @returns names by class */
function parseDump(text) {
  const classes = new Map();
  const add = (kind, name) => {
    if (!classes.has(kind)) classes.set(kind, new Set());
    classes.get(kind).add(name);
  };
  let title = '';
  let section = '';
  for (const line of text.split('\n')) {
    const heading = /^# List of registered (.*):$/.exec(line);
    if (heading !== null) title = heading[1];
    else if (line.startsWith('#') || line.trim() === '') continue;
    else if (title !== 'configuration keywords') add(TITLES[title] ?? title, entryName(line));
    else if (!line.startsWith('\t')) section = line.trim();
    else add(...configurationEntry(section, line.trim()));
  }
  return classes;
}

const entryName = (line) =>
  line
    .replace(/^\[.*?\] /, '')
    .replace(/ = .*| \[.*/, '')
    .replace(/\(.*|: .*/, '')
    .trim();

/** Why something is missing, where the program says it. */
function reasons(program) {
  const why = new Map();
  const note = (kind, name, reason) => reason !== undefined && why.set(`${kind}\t${name}`, reason);
  for (const one of program.converters.all()) note('converters', one.name, one.pending);
  for (const one of program.fetches.all()) note('fetches', one.name, one.pending);
  for (const one of program.filters.all()) note('filters', one.name, one.why);
  for (const [kind, keywords] of keywordLists(program)) {
    for (const { name, effect } of keywords) note(kind, name, effect === 'refused' ? 'read, and refused' : undefined);
  }
  for (const action of program.actions) {
    for (const ruleset of action.rulesets) note(`actions of ${ruleset}`, action.name, action.pending);
  }
  return why;
}

const keywordLists = (program) => [
  ['bind parameters', program.bindParameters.all()],
  ['server parameters', program.serverParameters.all()],
  ['options', program.options.all()],
  ...program.sections.all().map(({ name, keywords }) => [`keywords of ${name}`, keywords]),
];

/** Keywords that are read and do nothing: the program says so when it meets them. */
function withoutEffect(program) {
  return keywordLists(program).flatMap(([kind, keywords]) => {
    const names = keywords.filter(({ effect }) => effect === 'served').map(({ name }) => name);
    return names.length === 0 ? [] : [[kind, names]];
  });
}

function report(label, theirs, ours, why) {
  console.log(`## ${label}\n`);
  for (const [kind, names] of theirs) {
    const have = ours.get(kind) ?? new Set();
    const missing = [...names].filter((name) => !have.has(name));
    console.log(`${kind}: ${names.size - missing.length} of ${names.size}`);
    const groups = new Map();
    for (const name of missing) {
      const reason = why.get(`${kind}\t${name}`) ?? 'not known';
      groups.set(reason, [...(groups.get(reason) ?? []), name]);
    }
    for (const [reason, list] of groups) console.log(`  - ${reason}: ${list.join(' ')}`);
  }
  console.log('');
}

function askHaproxy() {
  try {
    return [
      [
        'the installed haproxy',
        execFileSync('haproxy', ['-dKall', '-q', '-c', '-f', '/dev/null'], {
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'ignore'],
        }),
      ],
    ];
  } catch (error) {
    // Without a listener it ends with 2, having printed the list.
    if (error.status !== 2 || error.stdout === undefined)
      throw new Error('no haproxy is installed: name a list', { cause: error });
    return [['the installed haproxy', error.stdout]];
  }
}

const program = await loadProgram(PROGRAM);
const ours = parseDump(program.keywordDump(['all'], program.keywordClasses).text);
const given = process.argv.slice(2);
const lists = given.length === 0 ? askHaproxy() : given.map((path) => [basename(path), readFileSync(path, 'utf8')]);
for (const [label, text] of lists) report(label, parseDump(text), ours, reasons(program));
console.log('## Read, and without effect here\n');
for (const [kind, names] of withoutEffect(program)) console.log(`${kind}: ${names.toSorted().join(' ')}`);
