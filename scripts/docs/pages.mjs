// The pages of docs/reference/, each from one registry.
import { byName, cell, code, page, table } from './markdown.mjs';
import { legacyPage } from './legacy.mjs';
import { limitsPage } from './limits.mjs';

/** @returns pairs of file name and Markdown */
export function pages(program) {
  return [
    ['actions.md', actionsPage(program.actions)],
    ['algorithms.md', algorithmsPage(program.algorithms.all())],
    ['commands.md', commandsPage(program.adminCommands)],
    ['command-line.md', commandLinePage(program.commandLineOptions.all())],
    ['converters.md', convertersPage(program.converterDefinitions)],
    ['fetches.md', fetchesPage(program.fetchDefinitions)],
    ['keywords.md', keywordsPage(program)],
    ['legacy.md', legacyPage(program)],
    ['limits.md', limitsPage(program)],
    ['log-variables.md', logVariablesPage(program.LOG_VARIABLES)],
  ];
}

/** `field(integer,string[,integer])` */
function call({ name, args }) {
  if (args.length === 0) return name;
  let text = '';
  let open = 0;
  for (const [index, { type, optional }] of args.entries()) {
    if (optional) {
      text += '[';
      open++;
    }
    text += (index === 0 ? '' : ',') + type;
  }
  return `${name}(${text}${']'.repeat(open)})`;
}

const since = ({ since: version }) => (version === undefined ? '' : ` Since HAProxy ${version}.`);
const also = ({ aliases = [] }) => (aliases.length === 0 ? '' : ` Also ${aliases.map(code).join(', ')}.`);

/** With a capital, unless it begins with a name such as `xxHash` or `wt6`. */
function sentence(text) {
  const first = /^[a-z]+(?![\w.-])/.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
  return cell(/[.!?]$/.test(first) ? first : `${first}.`);
}

/** Names that are understood but refused, by reason. */
function pendingPart(definitions) {
  const groups = new Map();
  for (const { name, pending } of definitions) groups.set(pending, [...(groups.get(pending) ?? []), name]);
  if (groups.size === 0) return '';
  const items = [...groups].map(
    ([reason, names]) => `- ${sentence(reason)} ${[...new Set(names)].toSorted(byText).map(code).join(' ')}`,
  );
  return ['## Known, but refused', '', 'Using one of these is an error that says why.', '', ...items].join('\n');
}

const byText = (left, right) => (left < right ? -1 : 1);
const available = ({ pending }) => pending === undefined;

function fetchesPage(definitions) {
  const working = definitions.filter(available).toSorted(byName);
  const sections = [...new Set(working.map(({ manual }) => manual))].toSorted(byText);
  return page(
    'Sample fetches',
    `${working.length} fetches can be used in conditions, log formats and rules; see [expressions](../expressions.md). The number of each heading is the section of HAProxy's configuration manual.`,
    '',
    ...sections.flatMap((manual) => [
      `## ${manual}`,
      '',
      table(
        ['Fetch', 'Type', 'What it gives'],
        working
          .filter((one) => one.manual === manual)
          .map((one) => [code(call(one)), one.out, sentence(one.summary) + also(one) + since(one)]),
      ),
    ]),
    pendingPart(definitions.filter(({ pending }) => pending !== undefined)),
  );
}

function convertersPage(definitions) {
  const working = definitions.filter(available).toSorted(byName);
  const example = ({ name, examples }) => {
    const [first] = examples;
    if (first === undefined) return '';
    const [input, args, output] = first;
    if (![...(input + (output ?? ''))].every((character) => character > '\u001f' && character < '\u007f')) return '';
    return code(`${input} → ${name}${args === '' ? '' : `(${args})`} → ${output ?? 'nothing'}`);
  };
  return page(
    'Converters',
    `${working.length} converters can follow a fetch, each behind a comma; see [expressions](../expressions.md). Manual section 7.3.1.`,
    '',
    table(
      ['Converter', 'From, to', 'What it does', 'Example'],
      working.map((one) => [
        code(call(one)),
        `${one.in}, ${one.out}`,
        sentence(one.summary) + also(one) + since(one),
        example(one),
      ]),
    ),
    pendingPart(definitions.filter(({ pending }) => pending !== undefined)),
  );
}

function actionsPage(definitions) {
  const working = definitions.filter(available).toSorted(byName);
  const shape = ({ name, parameter, numbered, prefix }) =>
    name + (numbered ? '<n>' : '') + (prefix ? '<name>' : '') + (parameter ? '(…)' : '');
  return page(
    'Rule actions',
    'What may follow `http-request`, `http-response`, `http-after-response`, `tcp-request` and `tcp-response`. Manual section 4.2.',
    '',
    table(
      ['Action', 'In', 'What it does'],
      working.map((one) => [
        code(shape(one)),
        one.rulesets.map(code).join(', '),
        sentence(one.summary) + (one.final === true ? ' Ends the ruleset.' : ''),
      ]),
    ),
    pendingPart(definitions.filter(({ pending }) => pending !== undefined)),
  );
}

function algorithmsPage(definitions) {
  const weights = { true: 'yes', false: 'only 0 % and 100 %', hash: 'with `hash-type consistent`' };
  return page(
    'Balancing algorithms',
    'What may follow `balance`; see [balancing](../balancing.md).',
    '',
    table(
      ['Algorithm', 'What it does', 'Mode', 'Weights can change while it runs'],
      definitions.map(({ name, summary, http, dynamicWeights }) => [
        code(name),
        sentence(summary),
        http ? 'http' : 'http, tcp',
        weights[dynamicWeights],
      ]),
    ),
  );
}

const LEVELS = ['user', 'operator', 'admin'];

function commandsPage(commands) {
  return page(
    'Commands of the runtime API',
    'See [runtime API](../runtime-api.md) for how they are sent. `help` and whatever is no command lists them.',
    '',
    table(
      ['Command', 'Does', 'Level'],
      commands.map(({ name, usage, help, level, mode }) => [
        code((usage ?? name).trim()),
        `${sentence(help)}${mode === undefined ? '' : ` Only after \`${mode}-mode on\`.`}`,
        LEVELS[level],
      ]),
    ),
  );
}

function commandLinePage(definitions) {
  return page(
    'Command line options',
    'See [command line](../command-line.md) for how they work together.',
    '',
    table(
      ['Option', 'What it does'],
      definitions.map(({ name, value = '', attached, summary }) => [
        code(`${name}${attached === true ? '' : ' '}${value}`.trim()),
        sentence(summary),
      ]),
    ),
  );
}

function logVariablesPage(definitions) {
  return page(
    'Log format variables',
    'What may follow `%` in `log-format` and friends; see [logging](../logging.md). Manual section 8.2.6.',
    '',
    table(
      ['Variable', 'What it writes', 'Mode'],
      definitions.map(({ name, summary, http }) => [code(`%${name}`), sentence(summary), http ? 'http' : 'http, tcp']),
    ),
  );
}

function keywordRow(keyword) {
  const { name, summary, manual, removed } = keyword;
  const gone = removed === undefined ? '' : ` HAProxy refuses it since ${removed}.`;
  return [code(name), sentence(summary) + since(keyword) + gone, manual];
}

const keywordTable = (keywords) =>
  table(['Keyword', 'What it is', 'Manual'], keywords.toSorted(byName).map(keywordRow));

function keywordsPage({ sections, proxyKeywords, options, bindParameters, serverParameters }) {
  const proxySections = ['defaults', 'frontend', 'backend', 'listen'];
  const others = sections.all().filter(({ name }) => name !== 'global' && !proxySections.includes(name));
  const allowed = ({ sections: where, side }) =>
    where.filter(
      (section) => side === 'both' || side === undefined || section !== (side === 'frontend' ? 'backend' : 'frontend'),
    );
  return page(
    'Keywords',
    'Every keyword that the reader knows. Knowing one is not yet acting on it: what is read but not done is in [limits](limits.md), and `tsproxy -c` says it for your file.',
    '',
    '## global',
    '',
    keywordTable(sections.get('global').keywords),
    '## defaults, frontend, backend, listen',
    '',
    table(
      ['Keyword', 'What it is', 'Sections', 'Manual'],
      proxyKeywords
        .all()
        .toSorted(byName)
        .map((keyword) => {
          const [name, summary, manual] = keywordRow(keyword);
          return [name, summary, allowed(keyword).join(', '), manual];
        }),
    ),
    '## option',
    '',
    keywordTable(options.all()),
    '## bind parameters',
    '',
    keywordTable(bindParameters.all()),
    '## server parameters',
    '',
    keywordTable(serverParameters.all()),
    ...others.flatMap(({ name, summary, keywords }) => [
      `## ${name}`,
      '',
      sentence(summary),
      '',
      keywordTable([...keywords]),
    ]),
  );
}
