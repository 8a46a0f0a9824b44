// Where the regression suite comes from: HAProxy's own source package. It is under the GPL, so it stays outside the tree.
import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const VERSION = '2.6.12';
const ARCHIVE = `haproxy_${VERSION}.orig.tar.gz`;
const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const CACHE = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'tsproxy-ci');
const BESIDE = resolve(ROOT, `../shared/conformance/haproxy-${VERSION}-reg-tests.tar.gz`);

/**
 * The folder `reg-tests`: from TSPROXY_CONFORMANCE_SUITE (a folder, or an archive with such a folder in it), from the
 * cache, from Debian's source package, or from an archive beside the checkout.
 * @returns its path
 */
export function findSuite() {
  const given = process.env.TSPROXY_CONFORMANCE_SUITE;
  if (given !== undefined && existsSync(join(given, 'README'))) return resolve(given);
  const folder = join(CACHE, `haproxy-${VERSION}-reg-tests`);
  if (given !== undefined) return unpack(given, `${folder}-given`);
  if (existsSync(folder)) return folder;
  const problem = download();
  if (problem === undefined) return unpack(join(CACHE, ARCHIVE), folder);
  if (existsSync(BESIDE)) return unpack(BESIDE, folder);
  throw new Error(`the regression suite of HAProxy ${VERSION} cannot be had: ${problem}`);
}

/** Unpacks `reg-tests/` out of an archive, all or nothing. */
function unpack(archive, target) {
  mkdirSync(CACHE, { recursive: true });
  const folder = mkdtempSync(join(CACHE, 'unpack-'));
  try {
    const names = execFileSync('tar', ['-tf', archive], { encoding: 'utf8', maxBuffer: 64 << 20 }).split('\n');
    const top = names
      .map((name) => /^(?:[^/]+\/)?reg-tests(?=\/)/.exec(name)?.[0])
      .find((found) => found !== undefined);
    if (top === undefined) throw new Error(`${archive} has no folder reg-tests`);
    execFileSync('tar', ['-xf', archive, '-C', folder, top]);
    rmSync(target, { recursive: true, force: true });
    renameSync(join(folder, top), target);
    return target;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Fetches HAProxy's source package with apt, which keeps lists and archives of its own for it: those of the system stay
 * as they are. @returns what went wrong, or undefined
 */
function download() {
  const entries = sourceEntries();
  if (entries.length === 0) return 'this system has no package sources of Debian';
  mkdirSync(CACHE, { recursive: true });
  const folder = mkdtempSync(join(CACHE, 'apt-'));
  try {
    for (const name of ['lists/partial', 'cache/archives/partial']) mkdirSync(join(folder, name), { recursive: true });
    writeFileSync(join(folder, 'sources.list'), entries.join(''));
    const own = [
      `Dir::Etc::sourcelist=${join(folder, 'sources.list')}`,
      'Dir::Etc::sourceparts=-',
      `Dir::State::lists=${join(folder, 'lists')}`,
      `Dir::Cache=${join(folder, 'cache')}`,
      'APT::Get::List-Cleanup=0',
      'APT::Sandbox::User=root',
    ].flatMap((option) => ['-o', option]);
    const run = (program, ...args) =>
      spawnSync(program, ['-q', ...own, ...args], { cwd: folder, encoding: 'utf8', timeout: 120_000 });
    const updated = run('apt-get', 'update');
    if (updated.status !== 0) return `apt-get update: ${updated.error ?? updated.stderr}`;
    const known = run('apt-cache', 'showsrc', 'haproxy').stdout.matchAll(/^Version: (.*)$/gm);
    const versions = [...known].map(([, version]) => version).filter((version) => version.startsWith(`${VERSION}-`));
    let problem = `there is no source package of HAProxy ${VERSION} for this system`;
    // a mirror may have lost one of them; the archive of the original is the same in all
    for (const version of versions) {
      if (existsSync(join(folder, ARCHIVE))) break;
      problem = run('apt-get', 'source', '--download-only', `haproxy=${version}`).stderr;
    }
    if (!existsSync(join(folder, ARCHIVE))) return problem;
    renameSync(join(folder, ARCHIVE), join(CACHE, ARCHIVE));
    return undefined;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The system's own package sources of Debian, asked for source packages instead of programs. */
function sourceEntries() {
  const folder = '/etc/apt/sources.list.d';
  const files = existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
  const read = (extension) =>
    [...files, '/etc/apt/sources.list'].filter((name) => name.endsWith(extension) && existsSync(name));
  return [
    ...read('.sources').flatMap((file) => fromStanzas(readFileSync(file, 'utf8'))),
    ...read('.list').flatMap((file) => fromLines(readFileSync(file, 'utf8'))),
  ];
}

function fromLines(text) {
  const lines = text.matchAll(/^deb\s+(?:(\[.*?\])\s+)?(\S*\/debian\S*)\s+(\S+)\s+(.*)$/gm);
  return [...lines].map(
    ([, options = '', uri, suite, components]) => `deb-src ${options} ${uri} ${suite} ${components}\n`,
  );
}

function fromStanzas(text) {
  return text.split(/\n\s*\n/).flatMap((stanza) => {
    const field = (name) => new RegExp(`^${name}:\\s*(\\S.*)$`, 'im').exec(stanza)?.[1];
    const [uris, suites, components, key] = ['URIs', 'Suites', 'Components', 'Signed-By'].map(field);
    if (uris === undefined || suites === undefined || components === undefined) return [];
    const options = key?.startsWith('/') === true ? `[signed-by=${key}]` : '';
    return uris
      .split(/\s+/)
      .filter((uri) => uri.includes('/debian'))
      .flatMap((uri) => suites.split(/\s+/).map((suite) => `deb-src ${options} ${uri} ${suite} ${components}\n`));
  });
}
