// Builds dist/: the library, the program (one file starts several times faster than two hundred modules; compiled code beside
// it halves the rest), its launcher, and types.
import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync, rmSync } from 'node:fs';
import { build } from 'esbuild';
import { generateGrammars } from './grammar.mjs';

const { version, dependencies = {}, optionalDependencies = {} } = JSON.parse(readFileSync('package.json', 'utf8'));

generateGrammars();
rmSync('dist', { recursive: true, force: true });

const common = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  // Parsing is a good part of the start: white space goes, names stay, so that stacks can be read.
  minifyWhitespace: true,
  minifySyntax: true,
  sourcemap: true,
  legalComments: 'none',
  define: { TSPROXY_VERSION: JSON.stringify(version) },
  logLevel: 'warning',
};
const library = {
  ...common,
  entryPoints: ['src/app.ts'],
  outdir: 'dist',
  format: 'esm',
  external: Object.keys(dependencies),
};
// A function expression, so that the launcher can hand it what a module has.
const program = {
  ...common,
  entryPoints: ['src/main.ts'],
  outfile: 'dist/program.cjs',
  format: 'cjs',
  external: Object.keys(optionalDependencies),
  charset: 'ascii',
  define: { ...common.define, 'import.meta.url': '__filename' },
  banner: { js: '(function(require,__filename){const module={exports:{}};' },
  footer: { js: '})' },
};
const launcher = {
  ...common,
  entryPoints: ['src/launch.ts'],
  outfile: 'dist/main.js',
  format: 'esm',
  sourcemap: false,
};
await Promise.all([build(library), build(program), build(launcher)]);
chmodSync('dist/main.js', 0o755);
execFileSync(process.execPath, ['scripts/code-cache.mjs'], { stdio: 'inherit' });
if (!process.argv.includes('--no-types')) {
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.types.json'], {
    stdio: 'inherit',
  });
}
