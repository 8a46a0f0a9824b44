import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { toBytes } from './environment.js';
import type { ConfigSource } from './read.js';

export type LoadResult =
  { readonly ok: true; readonly sources: readonly ConfigSource[] } | { readonly ok: false; readonly why: string };

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'No such file or directory',
  EACCES: 'Permission denied',
  ENOTDIR: 'Not a directory',
  EISDIR: 'Is a directory',
  EMFILE: 'Too many open files',
  ELOOP: 'Too many levels of symbolic links',
};

/**
 * Reads what `-f` names, in order: files, and folders, of which it takes the `*.cfg` files that are not hidden, in
 * lexical order and not deeper.
 * @returns the files, or HAProxy's words for the first that cannot be read
 */
export function loadSources(paths: readonly string[]): LoadResult {
  const sources: ConfigSource[] = [];
  for (const path of paths) {
    let files: readonly string[];
    try {
      files = statSync(path).isDirectory() ? configurationsIn(path) : [path];
    } catch (error) {
      return { ok: false, why: `config : Cannot open configuration file/directory ${path} : ${reason(error)}` };
    }
    for (const file of files) {
      try {
        sources.push({ path: file, text: readFileSync(file, 'latin1') });
      } catch (error) {
        return { ok: false, why: `config : Could not open configuration file ${file} : ${reason(error)}` };
      }
    }
  }
  return { ok: true, sources };
}

/** In the order of bytes, as C's alphasort() in the "C" locale. */
function configurationsIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.cfg') && !name.startsWith('.'))
    .map((name) => join(folder, name))
    .filter((path) => !statSync(path).isDirectory())
    .toSorted((left, right) => (toBytes(left) < toBytes(right) ? -1 : 1));
}

function reason(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  return REASONS[code] ?? code;
}
