import { pathOf, queryOf } from './target.js';

/** One way to normalise a target. */
export interface Normalizer {
  /** The word that may follow its name. */
  readonly option?: string;
  /** @returns undefined when the target is malformed and `option` says to refuse it */
  apply(target: string, option: boolean): string | undefined;
}

function onPath(change: (path: string) => string): (target: string) => string {
  return (target) => {
    const path = pathOf(target);
    if (path === undefined) return target;
    const at = target.indexOf(path, target.startsWith('/') ? 0 : target.indexOf('://') + 3);
    return target.slice(0, at) + change(path) + target.slice(at + path.length);
  };
}

/** Removes `.` segments. */
function stripDots(path: string): string {
  return path.replaceAll(/\/(?:\.(?=\/|$)\/?)+/g, '/');
}

/** Resolves `..` segments against the ones before them. @param full also removes those that lead above the root */
function stripDoubleDots(path: string, full: boolean): string {
  const kept: string[] = [];
  const segments = path.slice(1).split('/');
  for (const [index, segment] of segments.entries()) {
    if (segment !== '..') {
      kept.push(segment);
      continue;
    }
    const above = kept.length === 0 || kept.at(-1) === '..';
    if (above && !full) kept.push(segment);
    else kept.pop();
    // A path that ended with ".." is the directory above, with its slash.
    if (index === segments.length - 1) kept.push('');
  }
  return `/${kept.join('/')}`;
}

const UNRESERVED = /[A-Za-z0-9._~-]/;

/** Changes each %XX. @returns undefined when one is malformed and `strict` */
function eachEscape(target: string, strict: boolean, change: (escape: string) => string): string | undefined {
  if (strict && /%(?![0-9A-Fa-f]{2})/.test(target)) return undefined;
  return target.replaceAll(/%[0-9A-Fa-f]{2}/g, change);
}

/** By the words that name them. */
export const NORMALIZERS: Readonly<Record<string, Normalizer>> = {
  'fragment-encode': { apply: (target) => target.replaceAll('#', '%23') },
  'fragment-strip': { apply: (target) => target.replace(/#.*$/s, '') },
  'path-merge-slashes': { apply: onPath((path) => path.replaceAll(/\/{2,}/g, '/')) },
  'path-strip-dot': { apply: onPath(stripDots) },
  'path-strip-dotdot': {
    option: 'full',
    apply: (target, full) => onPath((path) => stripDoubleDots(path, full))(target),
  },
  'percent-decode-unreserved': {
    option: 'strict',
    apply: (target, strict) =>
      eachEscape(target, strict, (escape) => {
        const char = String.fromCharCode(Number.parseInt(escape.slice(1), 16));
        return UNRESERVED.test(char) ? char : escape;
      }),
  },
  'percent-to-uppercase': {
    option: 'strict',
    apply: (target, strict) => eachEscape(target, strict, (escape) => escape.toUpperCase()),
  },
  'query-sort-by-name': {
    apply(target) {
      const query = queryOf(target);
      if (query === undefined) return target;
      const name = (parameter: string): string => parameter.replace(/=.*$/s, '');
      const sorted = query.split('&').toSorted((a, b) => (name(a) < name(b) ? -1 : name(a) > name(b) ? 1 : 0));
      return `${target.slice(0, target.length - query.length)}${sorted.join('&')}`;
    },
  },
};
