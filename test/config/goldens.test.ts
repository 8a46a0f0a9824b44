import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { load } from '../../src/app.js';
import { report } from '../../src/config/report.js';

/**
 * What people read when something is wrong with their file. A golden is the configuration, a line of dashes, and what
 * is printed. The file is called `x.cfg`, the process id is 1, the environment has USER=jo.
 * GOLDENS=write rewrites the second halves: read the difference before it is committed.
 */
const folder = join(import.meta.dirname, 'goldens');
const LINE = '----------\n';

function printed(text: string): string {
  const sources = [{ path: 'x.cfg', text: Buffer.from(text, 'utf8').toString('latin1') }];
  const { diagnostics } = load(sources, { env: { USER: 'jo' }, offline: false });
  const reporter = {
    pid: 1,
    version: '1.2.3',
    executable: '/usr/bin/tsproxy',
    diagnosticMode: true,
    zeroWarning: false,
  };
  return report(diagnostics, reporter).text;
}

const goldens = readdirSync(folder).filter((name) => name.endsWith('.golden'));

test.each(goldens)('%s', (name) => {
  const path = join(folder, name);
  const golden = readFileSync(path, 'utf8');
  const [input, expected = ''] = golden.split(LINE);
  const actual = printed(input);
  const rewrite = process.env.GOLDENS === 'write';
  if (rewrite) writeFileSync(path, input + LINE + actual);
  expect(rewrite ? '' : actual).toBe(rewrite ? '' : expected);
});

test('there are goldens', () => {
  expect(goldens.length).toBeGreaterThan(5);
});
