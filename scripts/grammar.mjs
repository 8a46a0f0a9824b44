// Compiles every grammar under src/ (x.peggy) to a sibling ES module (x.generated.js) with its types.
import { readFileSync, writeFileSync, readdirSync, statSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import peggy from 'peggy';

/** All *.peggy files below `directory`. Node 20 has no stable glob, hence the walk. */
function grammarsBelow(directory) {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) return grammarsBelow(path);
    return entry.name.endsWith('.peggy') ? [path] : [];
  });
}

export function generateGrammars(directory = 'src') {
  for (const source of grammarsBelow(directory)) {
    const output = source.replace(/\.peggy$/, '.generated.js');
    if (existsSync(output) && statSync(output).mtimeMs > statSync(source).mtimeMs) continue;
    const text = readFileSync(source, 'utf8');
    writeFileSync(output, peggy.generate(text, { grammarSource: source, output: 'source', format: 'es' }));
    writeFileSync(
      output.replace(/\.js$/, '.d.ts'),
      'export interface GrammarOptions { startRule?: string; [option: string]: unknown }\n' +
        'export interface GrammarLocation { start: { offset: number }; end: { offset: number } }\n' +
        'export class SyntaxError extends Error { location: GrammarLocation; found: string | null; expected: unknown }\n' +
        'export function parse(input: string, options?: GrammarOptions): unknown;\n',
    );
  }
}

if (import.meta.url === `file://${process.argv[1]}`) generateGrammars();
