import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, test } from 'vitest';

/** A file imports only from its own layer or an earlier one. The layers, from the ground up. */
const LAYERS = [
  'base', 'core', 'config', 'protocol', 'language', 'balance', 'rules', 'checks', 'state', 'upstream', 'session',
  'listener', 'peers', 'observe', 'admin', 'process', 'app.ts', 'main.ts',
]; // prettier-ignore

/** Composition root in several files: siblings of app.ts rank with it. */
const ROOTS: Readonly<Record<string, string>> = {
  'launch.ts': 'main.ts',
  'serve.ts': 'app.ts',
  'run.ts': 'app.ts',
  'master.ts': 'app.ts',
  'worker.ts': 'app.ts',
};

/** A cast through unknown: only where a table of unlike entries, or Node's own untyped insides, leave no other way. */
const CASTS = [
  'src/language/definition.ts',
  'src/language/expression.ts',
  'src/protocol/tls/facts.ts',
  'src/protocol/tls/io.ts',
  'src/protocol/transport/handle-provider.ts',
  'src/protocol/transport/native.ts',
];

/** Who may read the environment: each for one documented variable, or to hand it to a child or to the language. */
const READS_ENVIRONMENT = [
  'src/config/environment.ts',
  'src/process/daemon.ts',
  'src/process/master/spawn.ts',
  'src/protocol/transport/index.ts',
  'src/master.ts',
  'src/run.ts',
  'src/main.ts',
];

// type-only imports count for the layers, but make no circle: nothing is left of them at run time
const TYPE_IMPORT = /^\s*(?:import|export)\s+type\s/;
const IMPORT = /^\s*(?:import|export)\s(?:[^'";]*?\sfrom\s)?\s*'(\.[^']+)'/gm;
const DYNAMIC = /\bimport\(\s*'(\.[^']+)'\s*\)/g;

function sources(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return sources(path);
    return name.endsWith('.ts') && !name.endsWith('.d.ts') ? [path] : [];
  });
}

interface Source {
  readonly path: string;
  readonly text: string;
  /** Files of src/ that it imports. */
  readonly imports: readonly string[];
  /** Those of which something is left at run time. */
  readonly loads: readonly string[];
}

function read(path: string): Source {
  const text = readFileSync(path, 'utf8');
  const target = (word: string): string => normalize(join(dirname(path), word)).replace(/\.js$/, '.ts');
  const statements = [...text.matchAll(IMPORT), ...text.matchAll(DYNAMIC)];
  return {
    path,
    text,
    imports: statements.map(([, word]) => target(word)),
    loads: statements.filter(([statement]) => !TYPE_IMPORT.test(statement)).map(([, word]) => target(word)),
  };
}

const all = sources('src').map(read);
const program = all.filter(({ path }) => !path.endsWith('.test.ts') && !path.endsWith('/testing.ts'));

function layerOf(path: string): number {
  const first = path.split('/')[1];
  return LAYERS.indexOf(ROOTS[first] ?? first);
}

test('every file belongs to a layer', () => {
  expect(all.filter(({ path }) => layerOf(path) < 0).map(({ path }) => path)).toEqual([]);
});

test('no file imports from a layer above its own', () => {
  const upward = program.flatMap(({ path, imports }) =>
    imports.filter((other) => layerOf(other) > layerOf(path)).map((other) => `${path} -> ${other}`),
  );
  expect(upward).toEqual([]);
});

test('no circle of imports', () => {
  const edges = new Map(program.map(({ path, loads }) => [path, loads]));
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    if (done.has(path)) return;
    const at = trail.indexOf(path);
    if (at >= 0) {
      circles.push([...trail.slice(at), path].join(' -> '));
      return;
    }
    for (const next of edges.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of edges.keys()) visit(path, []);
  expect(circles).toEqual([]);
});

/** The code without its comments and strings, line by line. */
const bare = (text: string): string[] =>
  text
    .replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ''))
    .replace(/'(?:[^'\\\n]|\\.)*'|\/\/.*$/gm, '')
    .split('\n');

function linesWith(pattern: RegExp, files: readonly Source[]): string[] {
  return files.flatMap(({ path, text }) =>
    bare(text).flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : [])),
  );
}

test('nothing is cast to any, nor through unknown', () => {
  expect(
    linesWith(
      /\bas (?:any|unknown as)\b/,
      program.filter(({ path }) => !CASTS.includes(path)),
    ),
  ).toEqual([]);
});

test('the environment is read where it is documented only', () => {
  expect(
    linesWith(
      /\bprocess\.env\b/,
      program.filter(({ path }) => !READS_ENVIRONMENT.includes(path)),
    ),
  ).toEqual([]);
});
