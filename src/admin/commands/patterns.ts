import { CliLevel, type CliArguments, type CliCall, type CliMessage, type CliOutput } from '../../core/cli.js';
import type { PatternReference } from '../../language/patterns/reference.js';
import { failure, info, type AdminCommand, type AdminContext } from '../context.js';
import {
  addPattern,
  entryId,
  entryName,
  findingLine,
  findReference,
  KIND_NAMES,
  referenceLine,
  referencesOf,
  takeVersion,
  type PatternKind,
} from '../patterns.js';

/** ACLs and maps (management manual 9.3 `show map`, `add acl`…): the same commands for both, and what differs. */

type Call = CliCall<AdminContext>;

function show(kind: PatternKind, { context, args }: Call): CliOutput {
  if (args.length === 0) return list(context, kind);
  const { version, rest } = takeVersion(args);
  const result = findReference(context, kind, rest[0] ?? '');
  if ('complaint' in result) return result.complaint;
  return entries(result.found, version ?? result.found.current);
}

function* list(context: AdminContext, kind: PatternKind): Generator<string> {
  yield '# id (file) description\n';
  for (const numbered of referencesOf(context, kind)) yield referenceLine(numbered);
}

function* entries(reference: PatternReference, version: number): Generator<string> {
  // A copy: what is changed while a slow client reads does not shift what it has not seen yet.
  for (const { id, pattern, value } of Array.from(reference.versionEntries(version))) {
    yield `${entryName(id)} ${pattern}${value === '' ? '' : ` ${value}`}\n`;
  }
}

function get(kind: PatternKind, { context, args }: Call): CliOutput {
  if (args.length < 2) return failure(`Missing ${KIND_NAMES[kind]} identifier and/or key.`);
  const result = findReference(context, kind, args.at(0));
  if ('complaint' in result) return result.complaint;
  const { found } = result;
  return found.users.map((user) => findingLine(kind, user.lookUp(args.at(1), found))).join('');
}

const ADD_USAGE: Readonly<Record<PatternKind, string>> = {
  acl: "'add acl' expects two parameters: ACL identifier and pattern.",
  map: "'add map' expects three parameters (map identifier, key and value) or one parameter (map identifier) and a payload",
};

function add(kind: PatternKind, { context, args, payload }: Call): CliOutput {
  const { version, rest } = takeVersion(args);
  const [name = '', key = '', value = ''] = rest;
  const usesPayload = kind === 'map' && payload !== undefined && key === '';
  if (!usesPayload && (name === '' || key === '' || (kind === 'map' && value === ''))) return failure(ADD_USAGE[kind]);
  const result = findReference(context, kind, name);
  if ('complaint' in result) return result.complaint;
  const { found } = result;
  if (kind === 'acl' && found.uses.some((use) => use.kind === 'map')) {
    return failure(
      "This ACL is shared with a map containing samples. You must use the command 'add map' to add values.",
    );
  }
  if (version !== undefined && version > found.next) {
    return failure(`Version number in the future, please use 'prepare ${kind}' before.`);
  }
  return usesPayload ? addLines(found, version, payload) : addPattern(found, version, key, kind === 'map' ? value : '');
}

/** Lines of a key and a value, which may hold blanks. */
function addLines(reference: PatternReference, version: number | undefined, payload: string): CliMessage | undefined {
  const line = /([^ \t]*)[ \t]*([^\n]*)\n?/y;
  while (line.lastIndex < payload.length) {
    const [, key, value] = line.exec(payload) ?? ['', '', ''];
    if (value === '') return failure(`Missing value for key '${key}'.`);
    const complaint = addPattern(reference, version, key, value);
    if (complaint !== undefined) return complaint;
  }
  return undefined;
}

function remove(kind: PatternKind, { context, args }: Call): CliOutput {
  if (args.length < 2) return failure(`This command expects two parameters: ${KIND_NAMES[kind]} identifier and key.`);
  const result = findReference(context, kind, args.at(0));
  if ('complaint' in result) return result.complaint;
  const id = entryId(args.at(1));
  const deleted = id === undefined ? result.found.delete(args.at(1)) : result.found.deleteId(id);
  return deleted === 0 ? failure('Key not found.') : undefined;
}

function setMap({ context, args }: Call): CliOutput {
  if (args.length < 3) return failure("'set map' expects three parameters: map identifier, key and value.");
  const result = findReference(context, 'map', args.at(0));
  if ('complaint' in result) return result.complaint;
  const id = entryId(args.at(1));
  const value = args.at(2);
  if (id !== undefined) {
    return result.found.setId(id, value) === 0 ? failure('key or pattern not found.') : undefined;
  }
  return result.found.set(args.at(1), value) === 0 ? failure('entry not found.') : undefined;
}

/** Runs `act` on the reference behind an optional version. */
function onReference(
  kind: PatternKind,
  context: AdminContext,
  args: CliArguments,
  act: (reference: PatternReference, version: number | undefined) => CliOutput,
): CliOutput {
  const { version, rest } = takeVersion(args);
  if (rest.length === 0) return failure(`Missing ${KIND_NAMES[kind]} identifier.`);
  const result = findReference(context, kind, rest[0]);
  return 'complaint' in result ? result.complaint : act(result.found, version);
}

function clear(kind: PatternKind, { context, args }: Call): CliOutput {
  return onReference(kind, context, args, (reference, version) => {
    reference.clear(version);
    return undefined;
  });
}

function prepare(kind: PatternKind, { context, args }: Call): CliOutput {
  const result = findReference(context, kind, args.at(0));
  return 'complaint' in result ? result.complaint : info(`New version created: ${result.found.prepare()}`);
}

function commit(kind: PatternKind, { context, args }: Call): CliOutput {
  if (!args.at(0).startsWith('@')) return failure('Missing version number.');
  return onReference(kind, context, args, (reference, version = 0) =>
    reference.commit(version) ? undefined : failure('Version number out of range.'),
  );
}

/** All levels may use them, as in HAProxy. */
function command(
  verb: string,
  kind: PatternKind,
  usage: string,
  help: string,
  run: (kind: PatternKind, call: Call) => CliOutput,
): AdminCommand {
  return {
    name: `${verb} ${kind}`,
    level: CliLevel.User,
    usage: `${verb} ${kind} ${usage}`,
    help,
    run: (call) => run(kind, call),
  };
}

export const patternCommands: readonly AdminCommand[] = [
  command('add', 'acl', '[@<ver>] <acl> <pattern>', 'add an acl entry', add),
  command('add', 'map', '[@<ver>] <map> <key> <val>', 'add a map entry (payload supported instead of key/val)', add),
  command('clear', 'acl', '[@<ver>] <acl>', 'clear the contents of this acl', clear),
  command('clear', 'map', '[@<ver>] <map>', 'clear the contents of this map', clear),
  command('commit', 'acl', '@<ver> <acl>', 'commit the ACL at this version', commit),
  command('commit', 'map', '@<ver> <map>', 'commit the map at this version', commit),
  command('del', 'acl', '<acl> [<key>|#<ref>]', 'delete acl entries matching <key>', remove),
  command('del', 'map', '<map> [<key>|#<ref>]', 'delete map entries matching <key>', remove),
  command('get', 'acl', '<acl> <value>', 'report the patterns matching a sample for an ACL', get),
  command('get', 'map', '<acl> <value>', 'report the keys and values matching a sample for a map', get),
  command('prepare', 'acl', '<acl>', 'prepare a new version for atomic ACL replacement', prepare),
  command('prepare', 'map', '<acl>', 'prepare a new version for atomic map replacement', prepare),
  command('set', 'map', '<map> [<key>|#<ref>] <value>', 'modify a map entry', (_kind, call) => setMap(call)),
  command('show', 'acl', '[@<ver>] <acl>]', "report available acls or dump an acl's contents", show),
  command('show', 'map', '[@ver] [map]', "report available maps or dump a map's contents", show),
];
