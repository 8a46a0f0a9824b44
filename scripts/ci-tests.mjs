// Runs the test command of the README and counts; a file with failures is run again, alone, up to twice.
//
//   node scripts/ci-tests.mjs COUNTS-FILE SECONDS [vitest arguments…]
//
// Many tests start real programs and compare with them on a machine that others share. What fails three times in a row
// has failed; what passed on another try is named at the end, so that it does not stay unseen. Writes `passed failed`.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

const [countsFile, seconds, ...filters] = process.argv.slice(2);
const TRIES = 3;
const folder = mkdtempSync(join(tmpdir(), 'tsproxy-ci-'));

/** One run. @returns tests by `file > name`, true = passed; a file that could not be read counts as one failed test */
function run(script, args) {
  const outputFile = join(folder, 'report.json');
  rmSync(outputFile, { force: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${outputFile}`];
  const { status } = spawnSync('timeout', ['--kill-after=10', seconds, ...script, ...reporters, ...args], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const outcomes = new Map();
  let report;
  try {
    report = JSON.parse(readFileSync(outputFile, 'utf8'));
  } catch {
    return { outcomes: new Map([['the run: no report (cut off?)', false]]), files: [] };
  }
  const files = [];
  for (const { name, status: fileStatus, assertionResults } of report.testResults) {
    const path = relative(process.cwd(), name);
    for (const test of assertionResults) {
      if (test.status === 'passed' || test.status === 'failed')
        outcomes.set(`${path} > ${test.fullName}`, test.status === 'passed');
    }
    if (fileStatus === 'failed') {
      files.push(path);
      if (assertionResults.every((test) => test.status !== 'failed')) outcomes.set(`${path} > (the file)`, false);
    }
  }
  if (status !== 0 && files.length === 0) outcomes.set(`the run: exit code ${status}`, false);
  return { outcomes, files };
}

let { outcomes, files } = run(['npm', 'test', '--silent', '--'], filters);
const unsteady = new Set();
for (let attempt = 2; attempt <= TRIES && files.length > 0; attempt++) {
  console.log(`=== once more (${attempt} of ${TRIES}): ${files.join(' ')}`);
  const again = run(['npx', 'vitest', 'run', '--maxWorkers=1'], files);
  for (const [name, passed] of outcomes) {
    const file = name.split(' > ')[0];
    if (passed || !files.includes(file)) continue;
    const now = again.outcomes.get(name) ?? name.endsWith(' > (the file)');
    if (now) unsteady.add(name);
    outcomes.set(name, now);
  }
  for (const [name, passed] of again.outcomes) if (!outcomes.has(name)) outcomes.set(name, passed);
  files = again.files.filter((file) =>
    [...outcomes].some(([name, passed]) => !passed && name.startsWith(`${file} > `)),
  );
}
rmSync(folder, { recursive: true, force: true });

const bad = [...outcomes].filter(([, passed]) => !passed).map(([name]) => name);
for (const name of unsteady) console.log(`passed only on another try: ${name}`);
for (const name of bad) console.log(`failed ${TRIES} times: ${name}`);
writeFileSync(countsFile, `${outcomes.size - bad.length} ${bad.length}\n`);
