// HAProxy's own regression suite, run against tsproxy: `npm run conformance -- [options] [part of a test's path]...`
//
//   --both, --ceiling  runs the real haproxy too and shows both, test by test
//   --ratchet          exit code 1 when a test of passing.txt fails three times in a row
//   --update           adds the tests that pass to passing.txt
//   --verbose          the end of the log of each test that fails
//   --logs FOLDER      keeps the whole log of each test that fails
//   --jobs N           tests at the same time (default: processors)
//   --seconds N        for each test (default 10, as HAProxy's own runner)
//   --node PATH        Node to run tsproxy with
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { compareWithList, readList, updateList } from './ratchet.mjs';
import { findSuite, VERSION } from './suite.mjs';
import { askFacts, listTests, reasonToSkip } from './tests.mjs';
import { runTest, tail, writeLauncher } from './varnishtest.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
const LIST = join(HERE, 'passing.txt');
const LOG_LINES = 40;
/** A listed test must fail this often in a row: the suite has tests that lose races on a busy machine. */
const ATTEMPTS = 3;
/** Times the seconds for tests that are known to pass. */
const LENIENT = 3;
/** Tests at the same time for each job where tests are expected to wait until they fail. */
const PATIENT = 3;

const { values: options, positionals: names } = parseArgs({
  allowPositionals: true,
  options: {
    both: { type: 'boolean', default: false },
    ceiling: { type: 'boolean', default: false },
    ratchet: { type: 'boolean', default: false },
    update: { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
    logs: { type: 'string' },
    jobs: { type: 'string', default: String(availableParallelism()) },
    seconds: { type: 'string', default: '10' },
    node: { type: 'string', default: process.env.TSPROXY_NODE ?? process.execPath },
  },
});

const suite = findSuite();
const listed = readList(LIST);
const tests = listTests(suite).filter(({ path }) => names.length === 0 || names.some((name) => path.includes(name)));
const folder = mkdtempSync(join(tmpdir(), 'tsproxy-conformance-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

const launcher = writeLauncher(folder, resolve(options.node), resolve(HERE, '../../dist/main.js'));
const real = options.both || options.ceiling ? await runAll('haproxy', 1, () => undefined) : undefined;
const ours = await runAll(launcher, ATTEMPTS, show);
finish();

/** @returns {Promise<Map<string, string>>} path -> `passed`, `failed` or `skipped` */
async function runAll(program, attempts, tell) {
  const facts = askFacts(program);
  const outcomes = new Map();
  const runOne = async (test) => {
    const skip = reasonToSkip(test.requirements, facts);
    const outcome =
      skip === undefined ? await attempt(test.path, program, attempts) : { result: 'skipped', log: '', skip };
    outcomes.set(test.path, outcome.result);
    tell(test.path, outcome);
  };
  const jobs = Math.max(1, Number(options.jobs));
  await inParallel(jobs, tests.filter(isListed), runOne);
  // nearly all of the others fail, which is to say that somebody waits for what does not come
  await inParallel(
    attempts === 1 ? jobs : jobs * PATIENT,
    tests.filter((test) => !isListed(test)),
    runOne,
  );
  return outcomes;
}

function isListed({ path }) {
  return listed.includes(path);
}

async function inParallel(jobs, all, run) {
  const waiting = [...all];
  const worker = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await run(next);
  };
  await Promise.all(Array.from({ length: jobs }, worker));
}

/** A test that is on the list may be repeated. */
async function attempt(path, program, attempts) {
  const expected = listed.includes(path);
  const how = { program, folder, seconds: Number(options.seconds) * (expected ? LENIENT : 1) };
  for (let left = expected ? attempts : 1; ; left -= 1) {
    const outcome = await runTest(join(suite, path), how);
    if (outcome.result !== 'failed' || left === 1) return outcome;
  }
}

function show(path, { result, milliseconds, log, skip }) {
  const other = real === undefined ? '' : `haproxy ${real.get(path)}`.padEnd(16);
  const why = skip ?? (result === 'skipped' ? 'its `feature` line is not fulfilled' : `${milliseconds} ms`);
  console.log(`${result.padEnd(8)} ${other} ${path} (${why})`);
  if (options.logs !== undefined && result === 'failed') keepLog(path, log);
  const telling = options.verbose || (options.ratchet && listed.includes(path));
  if (telling && result === 'failed') console.log(tail(log, LOG_LINES).replace(/^/gm, '    | '));
}

function keepLog(path, log) {
  const file = join(options.logs, `${path}.log`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, log);
}

function count(outcomes) {
  const number = (wanted) => [...outcomes.values()].filter((result) => result === wanted).length;
  return { passed: number('passed'), failed: number('failed'), skipped: number('skipped') };
}

function summary({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

function finish() {
  const { broken, unlisted } = compareWithList(listed, ours, names.length === 0);
  if (options.update) updateList(LIST, listed, unlisted);
  if (options.ratchet) {
    for (const path of broken) console.log(`no longer passes: ${path}`);
    if (!options.update) for (const path of unlisted) console.log(`passes and is not listed, add it: ${path}`);
    if (broken.length > 0) process.exitCode = 1;
  }
  const ceiling = real === undefined ? '' : ` (haproxy: ${summary(count(real))})`;
  console.log(`HAProxy ${VERSION} regression suite: ${summary(count(ours))}${ceiling}`);
}
