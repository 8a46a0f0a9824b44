// Runs the built program once (a check of the quickstart's configuration, which needs nothing of the machine: no account,
// no folder) and keeps the code that V8 compiled for it.
//
//   node scripts/code-cache.mjs
//
// A process of its own: what was compiled is what a start really needs. See src/launch.ts.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { Script } from 'node:vm';

const filename = resolve('dist/program.cjs');
const script = new Script(readFileSync(filename, 'latin1'), { filename });
process.argv = [process.argv[0], resolve('dist/main.js'), '-c', '-q', '-f', 'cfg/quickstart.cfg'];
script.runInThisContext()(createRequire(filename), filename);
process.on('exit', (code) => {
  if (code === 0) writeFileSync('dist/program.code', script.createCachedData());
});
