// Bundles parts of the program and imports them: Node cannot import TypeScript.
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { generateGrammars } from './grammar.mjs';

/** @param contents TypeScript that exports what is wanted */
export async function loadProgram(contents) {
  generateGrammars();
  const folder = join('node_modules', '.cache', 'tsproxy-scripts');
  const outfile = join(folder, `program.${process.pid}.mjs`);
  mkdirSync(folder, { recursive: true });
  await build({
    stdin: { contents, resolveDir: '.', loader: 'ts' },
    outfile,
    bundle: true,
    format: 'esm',
    // dependencies stay outside: those that are CommonJS cannot require Node's modules from within
    packages: 'external',
    platform: 'node',
    target: 'node20',
    define: { TSPROXY_VERSION: '"docs"' },
    logLevel: 'warning',
  });
  try {
    return await import(pathToFileURL(outfile).href);
  } finally {
    rmSync(outfile);
  }
}
