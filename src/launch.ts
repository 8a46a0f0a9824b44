#!/usr/bin/env node
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { Script } from 'node:vm';

/*
 * `dist/main.js`: starts the program (src/main.ts, bundled into program.cjs) from compiled code that the build kept
 * beside it. Compiling a megabyte of source takes longer than all the rest of the start. V8 refuses code that another
 * version made; the source is compiled then, as if there were none.
 */

// Part of what V8 compares, so before the code is taken; why it is set is said in base/regex.ts.
setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks');

const folder = dirname(fileURLToPath(import.meta.url));
const filename = join(folder, 'program.cjs');
const compiled = join(folder, 'program.code');

const script = new Script(readFileSync(filename, 'latin1'), {
  filename,
  cachedData: existsSync(compiled) ? readFileSync(compiled) : undefined,
});
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what scripts/build.mjs wraps the program in
const program = script.runInThisContext() as (require: NodeJS.Require, filename: string) => void;
program(createRequire(filename), filename);
