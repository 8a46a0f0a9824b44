import { expandReplacement, type Regex } from '../../base/regex.js';
import type { Cursor } from '../../config/cursor.js';
import { Outcome } from '../../core/action.js';
import type { RequestHead } from '../../core/message.js';
import { compileFormat, type Format } from '../../language/log-format/compile.js';
import { pathOf, pathWithQuery } from '../../language/http/target.js';
import type { Scope } from '../../language/scope.js';
import { defineAction, HTTP_REQUEST, type ActionDefinition } from '../definition.js';
import { regexArgument } from './headers.js';

/** Puts a new path, or path and query, in the place of `old` in the target. */
function replacePart(target: string, old: string, replacement: string): string {
  const at = target.indexOf(old, target.startsWith('/') ? 0 : target.indexOf('://') + 3);
  return target.slice(0, at) + replacement + target.slice(at + old.length);
}

/** A target that has no path becomes one: `example.com?q` -> `/new?q`. */
function pathInPlaceOf(target: string, path: string): string {
  const mark = target.indexOf('?');
  return mark < 0 ? path : path + target.slice(mark);
}

/** A target that names a host takes its Host field along (RFC 9112 section 3.2.2). */
function setTarget(request: RequestHead, target: string): void {
  request.target = target;
  if (target.startsWith('/') || target === '*') return;
  const authority = target.replace(/^[A-Za-z][\w+.-]*:\/\//, '').replace(/[/?#][^]*$/, '');
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  const at = request.headers.find('host');
  if (host !== '' && at >= 0) request.headers.replaceAt(at, host);
}

function withQuery(target: string, query: string): string {
  const mark = target.indexOf('?');
  const path = mark < 0 ? target : target.slice(0, mark);
  return `${path}?${query}`;
}

/** An action that makes one text of a format and puts it into the request line. */
function setter(name: string, summary: string, apply: (request: RequestHead, value: string) => void): ActionDefinition {
  return defineAction({
    name,
    rulesets: HTTP_REQUEST,
    manual: '4.2',
    summary,
    compile(cursor, scope) {
      if (cursor.peek() === undefined) cursor.fail('expects exactly 1 argument <format>.', cursor.endSpan);
      const format = compileFormat(cursor.next('a format'), scope);
      return (stream) => {
        if (stream.request !== undefined) apply(stream.request, format(stream));
        return Outcome.Continue;
      };
    },
  });
}

/** An action that rewrites a part of the target when a regular expression matches it. */
function replacer(name: string, summary: string, part: (target: string) => string | undefined): ActionDefinition {
  return defineAction({
    name,
    rulesets: HTTP_REQUEST,
    manual: '4.2',
    summary,
    compile(cursor, scope) {
      const { regex, format } = regexAndFormat(cursor, scope);
      return (stream) => {
        const { request } = stream;
        const old = request === undefined ? undefined : part(request.target);
        const match = old === undefined ? undefined : regex.exec(old);
        if (request !== undefined && old !== undefined && match !== undefined) {
          const replaced = expandReplacement(format(stream), match);
          if (part === whole) setTarget(request, replaced);
          else request.target = replacePart(request.target, old, replaced);
        }
        return Outcome.Continue;
      };
    },
  });
}

function regexAndFormat(cursor: Cursor, scope: Scope): { regex: Regex; format: Format } {
  if (cursor.peek(1) === undefined)
    cursor.fail('expects exactly 2 arguments <match-regex> and <replace-format>.', cursor.peek() ?? cursor.endSpan);
  const regex = regexArgument(cursor, cursor.next('a regular expression'));
  return { regex, format: compileFormat(cursor.next('a format'), scope) };
}

const whole = (target: string): string => target;

/** Edits of the request line (manual 4.2). */
export const requestLineActions = [
  setter('set-method', 'replaces the method', (request, value) => {
    request.method = value;
  }),
  setter('set-path', 'replaces the path and keeps the query', (request, value) => {
    const { target } = request;
    const old = pathOf(target);
    request.target = old === undefined ? pathInPlaceOf(target, value) : replacePart(target, old, value);
  }),
  setter('set-pathq', 'replaces path and query', (request, value) => {
    const old = pathWithQuery(request.target);
    request.target = old === undefined ? value : replacePart(request.target, old, value);
  }),
  setter('set-query', 'replaces the query', (request, value) => {
    request.target = withQuery(request.target, value);
  }),
  setter('set-uri', 'replaces the whole target', setTarget),
  replacer('replace-path', 'rewrites the path where a regular expression matches it', pathOf),
  replacer('replace-pathq', 'rewrites path and query where a regular expression matches them', pathWithQuery),
  replacer('replace-uri', 'rewrites the target where a regular expression matches it', whole),
];
