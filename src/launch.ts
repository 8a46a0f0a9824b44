#!/usr/bin/env node
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { debuglog } from 'node:util';
import { Script } from 'node:vm';
import { setV8Flags } from './base/v8-flags.js';

/*
 * `dist/main.js`: starts the program (src/main.ts, bundled into program.cjs) from compiled code that the build kept
 * beside it. Compiling a megabyte of source takes longer than all the rest of the start. V8 refuses code that another
 * version made, or other flags; the source is compiled then, as if there were none. `NODE_DEBUG=tsproxy` tells.
 */

// Part of what V8 compares.
setV8Flags();

const folder = dirname(fileURLToPath(import.meta.url));
const filename = join(folder, 'program.cjs');
const compiled = join(folder, 'program.code');

const script = new Script(readFileSync(filename, 'latin1'), {
  filename,
  cachedData: existsSync(compiled) ? readFileSync(compiled) : undefined,
});
debuglog('tsproxy')('compiled code is %s', script.cachedDataRejected === false ? 'used' : 'not used');
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what scripts/build.mjs wraps the program in
const program = script.runInThisContext() as (require: NodeJS.Require, filename: string) => void;
program(createRequire(filename), filename);
