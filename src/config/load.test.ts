import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { loadSources } from './load.js';

const folder = mkdtempSync(join(tmpdir(), 'tsproxy-load-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('a folder gives its visible *.cfg files in lexical order', () => {
  for (const name of ['b.cfg', 'a.cfg', 'B.cfg', '.hidden.cfg', 'notes.txt', '10.cfg'])
    writeFileSync(join(folder, name), '');
  mkdirSync(join(folder, 'deeper.cfg'));
  const result = loadSources([folder]);
  const names = result.ok ? result.sources.map(({ path }) => path.slice(folder.length + 1)) : [];
  expect(names).toEqual(['10.cfg', 'B.cfg', 'a.cfg', 'b.cfg']);
});

test('a code unit is a byte', () => {
  const path = join(folder, 'utf8.cfg');
  writeFileSync(path, '# é\n');
  const result = loadSources([path]);
  expect(result.ok && result.sources[0].text).toBe('# \u00c3\u00a9\n');
});

test("what is not there is named in HAProxy's words", () => {
  const path = join(folder, 'none');
  expect(loadSources([path])).toEqual({
    ok: false,
    why: `config : Cannot open configuration file/directory ${path} : No such file or directory`,
  });
});
