// Time per evaluation of conditions, maps and log lines, and to load large files: node bench/language.mjs
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { generateGrammars } from '../scripts/grammar.mjs';

const folder = mkdtempSync(join(tmpdir(), 'bench-'));
const outfile = join(folder, 'language.mjs');
generateGrammars();
await build({
  stdin: {
    contents: `
      export { compileCriterion } from './src/language/acl.js';
      export { compileExpressionWord } from './src/language/expression.js';
      export { compileFormat } from './src/language/log-format/compile.js';
      export { HTTP_LOG_FORMAT } from './src/language/log-format/defaults.js';
      export { fakeScope, streamOf, wordOf } from './src/language/testing.js';
    `,
    resolveDir: '.',
    loader: 'ts',
  },
  outfile,
  bundle: true,
  format: 'esm',
  platform: 'node',
  logLevel: 'error',
});
const language = await import(pathToFileURL(outfile).href);
rmSync(folder, { recursive: true });

const { compileCriterion, compileExpressionWord, compileFormat, HTTP_LOG_FORMAT, fakeScope, streamOf, wordOf } =
  language;
const quick = process.argv.includes('--quick');

const range = (count, make) => Array.from({ length: count }, (_, index) => make(index));
const files = {
  'prefixes.map': range(100_000, (i) => `/app${i}/ backend${i % 50}`).join('\n'),
  'hosts.map': range(100_000, (i) => `host${i}.example.com backend${i % 50}`).join('\n'),
  'networks.lst': range(10_000, (i) => `10.${i >> 8}.${i & 255}.0/24`).join('\n'),
};
const scope = () => fakeScope({ files });

const stream = streamOf('GET', '/app77777/index.html?a=1', [
  ['host', 'WWW.Example.com'],
  ['user-agent', 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36'],
  ['accept', 'text/html'],
  ['cookie', 'a=b; session=0123456789'],
]);
stream.session.source = { address: '10.20.30.40', port: 1234, family: 4 };

/** Nanoseconds per call, the best of some rounds: the others were disturbed. */
function measure(run) {
  const rounds = quick ? 2 : 7;
  const ms = quick ? 20 : 200;
  let best = Infinity;
  for (let round = 0; round < rounds; round++) {
    let calls = 0;
    const start = performance.now();
    let now = start;
    while (now - start < ms) {
      for (let i = 0; i < 1000; i++) run();
      calls += 1000;
      now = performance.now();
    }
    best = Math.min(best, ((now - start) * 1e6) / calls);
  }
  return best;
}

const criterion = (words) => compileCriterion(words.split(' ').map(wordOf), scope(), undefined).test;
const expression = (text) => compileExpressionWord(wordOf(text), scope());

function show(name, ns, more = '') {
  console.log(`${name.padEnd(44)} ${ns.toFixed(0).padStart(7)} ns${more}`);
}

const tests = [
  ['path_beg, 1 prefix', 'path_beg /app77777/'],
  ['path_beg, 1000 prefixes', `path_beg ${range(1000, (i) => `/x${i}/`).join(' ')} /app77777/`],
  ['hdr(host) -i', 'hdr(host) -i www.example.com'],
  ['src in 10 000 networks', 'src -f networks.lst'],
  ['url_reg', 'url_reg ^/app[0-9]+/.*\\.html'],
  ['url_reg -i', 'url_reg -i ^/APP[0-9]+/.*\\.html'],
];
for (const [name, words] of tests) {
  const test = criterion(words);
  if (!test(stream)) throw new Error(`${name} must hold`);
  show(
    name,
    measure(() => test(stream)),
  );
}

for (const [name, text, wanted] of [
  ['map_beg, 100 000 entries', 'path,map_beg(prefixes.map)', 'backend27'],
  ['map (-m str), 100 000 entries', 'str(host77777.example.com),map(hosts.map)', 'backend27'],
  ['path,map(hosts.map), a miss', 'path,map(hosts.map,none)', 'none'],
]) {
  const start = performance.now();
  const compiled = expression(text);
  if (compiled.evaluate(stream) !== wanted) throw new Error(`${name}: ${compiled.evaluate(stream)}`);
  const loaded = performance.now() - start;
  show(
    name,
    measure(() => compiled.evaluate(stream)),
    `   loaded in ${loaded.toFixed(0)} ms`,
  );
}

const line = compileFormat(wordOf(HTTP_LOG_FORMAT), scope(), { target: 'log' });
show(
  'a line of option httplog',
  measure(() => line(stream)),
);
