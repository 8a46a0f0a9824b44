import { closest } from '../base/closest.js';
import { translateRegex, RegexError, type Regex } from '../base/regex.js';
import type { ArgumentModel } from '../config/expression.js';
import type { StickTable } from '../core/stick-table.js';
import { ArgumentError, type ArgSpec } from './definition.js';
import { maskOfPrefix, parseIpv4, parseIpv6 } from './ip.js';
import type { Scope } from './scope.js';
import { readSint } from './values.js';
import { parseVariable, type VariableName } from './variables.js';

/** Types of arguments that fetches and converters take (manual 7.3), each with HAProxy's name for complaints. */

function spec<T>(
  type: string,
  parse: (text: string, scope: Scope, argument: ArgumentModel) => T,
  allowsEmpty = false,
): ArgSpec<T> {
  return { type, optional: false, allowsEmpty, parse: (argument, scope) => parse(argument.text, scope, argument) };
}

/** The argument may be left out, and is then undefined. */
export function optional<T>(of: ArgSpec<T>): ArgSpec<T | undefined> {
  return { ...of, optional: true };
}

/** Says only that the text does not fit; the caller words the complaint. */
function unfit(): never {
  throw new ArgumentError('');
}

export const string = spec('string', (text) => text, true);

export const integer = spec('integer', (text) => (/^[+-]?\d+$/.test(text) ? Number(text) : unfit()));

/** An integer of up to 64 bits. */
export const sint = spec('integer', (text) => (/^[+-]?\d+$/.test(text) ? readSint(text) : unfit()));

/** The same, kept as it is written. */
export const integerText = spec('integer', (text) => (/^[+-]?\d+$/.test(text) ? text : unfit()));

/** Numbers of fields within fields: `48.59.1`. */
export const protobufPath = spec('Protocol buffers field number', (text) => {
  if (!/^[1-9]\d*(?:\.[1-9]\d*)*$/.test(text)) unfit();
  return text.split('.').map(Number);
});

/** A regular expression, as text: whether case counts is said by another argument. */
export const regexText = spec('regex', (text) => text, true);

export const ipv4Address = spec('IPv4 address', (text) => parseIpv4(text) ?? unfit());
export const ipv6Address = spec('IPv6 address', (text) => parseIpv6(text) ?? unfit());

/** `24` or `255.255.255.0`. */
export const ipv4Mask = spec('IPv4 mask', (text) => {
  if (/^\d+$/.test(text) && Number(text) <= 32) return maskOfPrefix(Number(text));
  return parseIpv4(text) ?? unfit();
});

/** `64` or `ffff:ffff::`. */
export const ipv6Mask = spec('IPv6 mask', (text) => {
  if (!/^\d+$/.test(text)) return parseIpv6(text) ?? unfit();
  if (Number(text) > 128) unfit();
  return Uint8Array.from(
    { length: 16 },
    (_, index) => (0xff00 >> Math.max(0, Math.min(8, Number(text) - 8 * index))) & 255,
  );
});

/** A variable's name. */
export const variable = spec('string', (text): VariableName => readVariable(text));

function readVariable(text: string): VariableName {
  const name = parseVariable(text);
  if (typeof name === 'string') throw new ArgumentError(`${name}.`);
  return name;
}

/** A number, or the name of the variable that holds it. */
export const integerOrVariable = spec('string', (text): number | bigint | VariableName => {
  if (/^[+-]?\d+$/.test(text)) return readSint(text);
  const name = parseVariable(text);
  if (typeof name === 'string') throw new ArgumentError('expects an integer or a variable name.');
  return name;
});

/** A text, or the name of the variable that holds it. */
export const stringOrVariable = spec('string', (text): string | VariableName => {
  const name = parseVariable(text);
  return typeof name === 'string' ? text : name;
});

/** One of some words. */
export function word<const T extends string>(allowed: readonly T[], complaint: string): ArgSpec<T> {
  return spec('string', (text) => {
    const found = allowed.find((one) => one === text);
    if (found !== undefined) return found;
    throw new ArgumentError(complaint);
  });
}

/** A regular expression. @param insensitive with the `i` flag */
export function compileRegexArgument(text: string, insensitive: boolean): Regex {
  try {
    return translateRegex(text, { insensitive });
  } catch (error) {
    if (error instanceof RegexError) throw new ArgumentError(error.message);
    throw error;
  }
}

/** May be left out, and then stands for what is at hand; HAProxy counts it among the wanted ones. */
export function current<T>(of: ArgSpec<T>): ArgSpec<T | undefined> {
  return { ...of, optional: true, implied: true };
}

/** A backend's name. */
export const backend = named('backend', (scope, name) => scope.environment.hasBackend(name));
export const frontend = named('frontend', (scope, name) => scope.environment.hasFrontend(name));
export const userlist = named('user list', (scope, name) =>
  scope.environment.userlists().some((list) => list.name === name),
);

/** A stick-table's name. */
export const table = spec('table', (text, scope) => findTable(text, scope));

/** The table of the proxy whose expression this is, where none is named. @throws ArgumentError */
export const ownTable = (scope: Scope): StickTable => findTable(scope.proxy.name, scope);

function findTable(name: string, { environment: { tables } }: Scope): StickTable {
  const found = tables.find(name);
  if (found !== undefined) return found;
  const near = closest(
    name,
    tables.all.map((each) => each.name),
  );
  const hint = near === undefined ? '' : ` (did you mean '${near}'?)`;
  throw new ArgumentError(`unable to find table '${name}' referenced in arg 1${hint}`);
}

function named(type: string, exists: (scope: Scope, name: string) => boolean): ArgSpec<string> {
  return spec(type, (text, scope) => {
    if (exists(scope, text)) return text;
    const near = type === 'backend' ? closest(text, scope.environment.backendNames()) : undefined;
    const hint = near === undefined ? '' : ` (did you mean '${near}'?)`;
    throw new ArgumentError(`unable to find ${type.replace(' ', '')} '${text}' referenced in arg 1${hint}`);
  });
}

/** `backend/server`, or `server` in the current proxy. */
export const server = spec('server', (text, scope) => {
  const slash = text.indexOf('/');
  if (slash < 0 && scope.fromDefaults === true) throw new ArgumentError('backend name must be set in arg 1');
  const where = slash < 0 ? scope.proxy.name : text.slice(0, slash);
  const name = text.slice(slash + 1);
  if (slash >= 0 && !scope.environment.hasBackend(where)) {
    throw new ArgumentError(`unable to find proxy '${where}' referenced in arg 1`);
  }
  if (!scope.environment.hasServer(where, name)) {
    throw new ArgumentError(`unable to find server '${name}' in proxy '${where}', referenced in arg 1`);
  }
  return { backend: where, server: name };
});
