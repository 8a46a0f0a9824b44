import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runProxy } from '../support/proxy.js';

/** All configurations in a folder and the folders below. */
function configurations(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return configurations(path);
    return name.endsWith('.cfg') ? [path] : [];
  });
}

const LEGACY = ['contimeout', 'clitimeout', 'srvtimeout', 'nbproc'];

/** What is warned about, by file; every other file must be accepted without a word. */
const WARNINGS: Readonly<Record<string, readonly string[]>> = {
  'cfg/tutorial/web.cfg': LEGACY,
  'cfg/tutorial/mysql.cfg': LEGACY,
};

describe('every file in cfg/ is valid', () => {
  test.each(configurations('cfg'))('%s', async (file) => {
    const { code, stdout, stderr } = await runProxy('tsproxy', ['-c', '-f', file]);
    expect(`${stderr}exit ${code}`).toMatch(/exit 0$/);
    expect(stdout).toMatch(/Configuration file is valid\n$/);
    const warnings = stderr.split('\n').filter((line) => line.startsWith('[WARNING]'));
    const expected = WARNINGS[file] ?? [];
    expect(warnings).toHaveLength(expected.length);
    for (const directive of expected) expect(stderr).toContain(directive);
  });
});
