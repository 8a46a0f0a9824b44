// Writes docs/reference/ from the program's own registries. `--check` writes nothing and fails where a page is stale.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { loadProgram } from './load-program.mjs';
import { pages } from './docs/pages.mjs';

const FOLDER = 'docs/reference';

/** What the pages are made from. */
const REGISTRIES = `
  export { adminCommands } from './src/admin/commands/index.js';
  export { load } from './src/app.js';
  export { algorithms } from './src/balance/algorithms/index.js';
  export { bindParameters } from './src/config/keywords/bind/index.js';
  export { options } from './src/config/keywords/option/index.js';
  export { proxyKeywords } from './src/config/keywords/proxy/index.js';
  export { serverParameters } from './src/config/keywords/server/index.js';
  export { sections } from './src/config/sections/index.js';
  export { converterDefinitions } from './src/language/converters/index.js';
  export { fetchDefinitions } from './src/language/fetches/index.js';
  export { LOG_VARIABLES } from './src/language/log-format/variables.js';
  export { options as commandLineOptions } from './src/process/options.js';
  export { actions } from './src/rules/actions/index.js';
`;

const options = { ...(await resolveConfig('README.md')), parser: 'markdown' };
const wanted = new Map();
for (const [name, text] of pages(await loadProgram(REGISTRIES))) wanted.set(name, await format(text, options));

const present = existsSync(FOLDER) ? readdirSync(FOLDER) : [];
const surplus = present.filter((name) => !wanted.has(name));
const stale = [...wanted.keys()].filter(
  (name) => !present.includes(name) || readFileSync(join(FOLDER, name), 'utf8') !== wanted.get(name),
);

if (process.argv.includes('--check')) {
  for (const name of [...stale, ...surplus]) console.error(`${join(FOLDER, name)} is stale: run 'npm run docs'`);
  process.exitCode = stale.length + surplus.length === 0 ? 0 : 1;
} else {
  mkdirSync(FOLDER, { recursive: true });
  for (const name of surplus) rmSync(join(FOLDER, name));
  for (const name of stale) writeFileSync(join(FOLDER, name), wanted.get(name));
}
