import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { load } from '../../src/app.js';
import { freePort } from '../support/ports.js';

/** What keeps the written pages true. */

const execute = promisify(execFile);
const PAGES = [
  'README.md',
  'CHANGELOG.md',
  ...['docs', 'docs/reference'].flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.md'))
      .map((name) => join(folder, name)),
  ),
];

/** Fenced blocks of a page. */
function blocks(page: string, language: string): string[] {
  const fence = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms');
  return [...readFileSync(page, 'utf8').matchAll(fence)].map(([, text]) => text);
}

/** Headings as GitHub links to them. */
function anchors(page: string): string[] {
  return [...readFileSync(page, 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

function brokenLinks(page: string): string[] {
  const prose = readFileSync(page, 'utf8')
    .replaceAll(/^```.*?^```$/gms, '')
    .replaceAll(/`[^`]*`/g, '');
  const targets = [...prose.matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, target]) => target);
  return targets.filter((target) => {
    const [path, anchor] = target.split('#');
    const file = path === '' ? page : join(dirname(page), path);
    return !existsSync(file) || (anchor !== undefined && !anchors(file).includes(anchor));
  });
}

test('the reference is what the program says now', async () => {
  const result = await execute(process.execPath, ['scripts/docs.mjs', '--check']).catch((error: unknown) => error);
  expect(result).toMatchObject({ stderr: '' });
  expect(result).not.toBeInstanceOf(Error);
});

test.each(PAGES)('links of %s lead somewhere', (page) => {
  expect(brokenLinks(page)).toEqual([]);
});

describe('configurations in the pages are valid', () => {
  const all = PAGES.flatMap((page) => blocks(page, 'haproxy').map((text, index) => ({ page, index, text })));

  test('there are some', () => expect(all.length).toBeGreaterThan(6));

  test.each(all)('$page, number $index', ({ page, text }) => {
    const { diagnostics } = load([{ path: page, text }], { env: {}, offline: false });
    // certificates of the examples are not on this machine
    const problems = diagnostics.list.filter(
      ({ severity, message }) =>
        (severity === 'alert' || severity === 'warning') && !message.includes('No such file or directory'),
    );
    expect(problems.map(({ message }) => message)).toEqual([]);
  });
});

test("the README's example as a library runs", async () => {
  const [example] = blocks('README.md', 'js');
  const code = example.replaceAll('8300', String(await freePort()));
  // a package can import itself by its name; that is dist/
  const { stdout, stderr } = await execute(process.execPath, ['--input-type=module', '-e', code]);
  expect(stderr).toBe('');
  expect(stdout).toMatch(/^hello listens on http:\/\/127\.0\.0\.1:\d+\/\nhello \/world\n$/);
});

test('every option that the page about the command line names exists', () => {
  const known = readFileSync('docs/reference/command-line.md', 'utf8');
  const named = [...readFileSync('docs/command-line.md', 'utf8').matchAll(/`(-d?[A-Za-z]{1,2})[ `]/g)].map(
    ([, name]) => name,
  );
  expect(named.length).toBeGreaterThan(5);
  for (const name of new Set(named)) expect(known).toContain(`\`${name}`);
});
