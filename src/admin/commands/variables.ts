import { Cursor, type Word } from '../../config/cursor.js';
import { ConfigError, Diagnostics, type Span } from '../../config/diagnostics.js';
import { takeExpression } from '../../config/expression.js';
import { CliLevel, type CliArguments, type CliOutput } from '../../core/cli.js';
import type { Sample } from '../../core/sample.js';
import { Checkpoint } from '../../language/checkpoint.js';
import { compileExpression, isConverter } from '../../language/expression.js';
import { idleStream } from '../../language/idle-stream.js';
import { formatIpv4, formatIpv6 } from '../../language/ip.js';
import { compileFormat } from '../../language/log-format/compile.js';
import type { Scope } from '../../language/scope.js';
import { parseVariable } from '../../language/variables.js';
import { bareFailure, bareInfo, failure, type AdminCommand, type AdminContext } from '../context.js';

/** Variables of the whole process (management manual 9.3 `get var`, `set var`). */

function shownValue({ type, value }: Sample): string {
  if (typeof value === 'boolean') return value ? '1' : '0';
  if (value instanceof Uint8Array) return formatIpv6(value);
  if (type === 'ipv4') return formatIpv4(Number(value));
  return type === 'bin' ? Buffer.from(String(value), 'latin1').toString('hex') : String(value);
}

function getVar({ runtime }: AdminContext, word: string): CliOutput {
  if (word === '') return failure('Missing process-wide variable identifier.');
  const name = parseVariable(word);
  const value =
    typeof name === 'string' || name.scope !== 'proc' ? undefined : runtime.environment.variables.get(name.name);
  return value === undefined
    ? failure('Variable not found.')
    : bareInfo(`${word}: type=${value.type} value=<${shownValue(value)}>`);
}

/** Expressions of a command see no stream and no proxy. */
function commandScope({ runtime }: AdminContext): Scope {
  return {
    environment: runtime.environment,
    diagnostics: new Diagnostics(),
    proxy: { name: 'CLI', mode: 'tcp', frontend: false, backend: false, requestCaptures: [], responseCaptures: [] },
    places: Checkpoint.CliParser,
    acls: new Map(),
    offline: false,
  };
}

/** Words of a command as words of a line, for the parsers of the configuration. */
function asWords(texts: readonly string[]): Word[] {
  const source = { file: 'CLI', line: 0, text: texts.join(' ') };
  return texts.map((text) => ({ text, span: { source, column: 1, length: Math.max(1, text.length) } satisfies Span }));
}

function evaluate(context: AdminContext, kind: 'expr' | 'fmt', texts: readonly string[]): Sample | undefined {
  const scope = commandScope(context);
  const words = asWords(texts);
  if (kind === 'fmt') return { type: 'str', value: compileFormat(words[0], scope)(idleStream()) };
  const cursor = new Cursor(words, scope.diagnostics);
  return compileExpression(takeExpression(cursor, isConverter), scope).typed(idleStream());
}

function setVar(context: AdminContext, args: CliArguments): CliOutput {
  const word = args.at(0);
  if (word === '') return failure('Missing process-wide variable identifier.');
  const name = parseVariable(word);
  if (typeof name === 'string') return failure(name);
  if (name.scope !== 'proc') {
    return bareFailure(`'set var': cannot set variable '${word}', only scope 'proc' is permitted here.`);
  }
  if (args.length < 2) return failure("Missing either 'expr', 'fmt' or expression.");
  const kind = args.length > 2 ? args.at(1) : 'expr';
  if (kind !== 'expr' && kind !== 'fmt') {
    return bareFailure(`'set var': arg type must be either 'expr' or 'fmt' but got '${kind}'.`);
  }
  try {
    const value = evaluate(context, kind, args.from(args.length > 2 ? 2 : 1));
    if (value === undefined) return undefined;
    context.runtime.environment.variables.set(name.name, value);
    return undefined;
  } catch (error) {
    if (error instanceof ConfigError) return bareFailure(error.message);
    throw error;
  }
}

export const variableCommands: readonly AdminCommand[] = [
  {
    name: 'get var',
    level: CliLevel.Operator,
    usage: 'get var <name>',
    help: 'retrieve contents of a process-wide variable',
    run: ({ context, args }) => getVar(context, args.at(0)),
  },
  {
    name: 'set var',
    level: CliLevel.Operator,
    mode: 'experimental',
    usage: 'set var <name> [fmt|expr] {<fmt>|<expr>}',
    help: 'set variable from an expression or a format',
    run: ({ context, args }) => setVar(context, args),
  },
];
