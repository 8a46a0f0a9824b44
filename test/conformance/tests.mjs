// The tests of the suite and what each needs from the program, told by the comments at its head.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Types that HAProxy's own runner leaves out unless asked. */
const LEFT_OUT = ['broken', 'experimental'];

/** All tests, sorted: path below the suite and the text of its head. */
export function listTests(suite) {
  return readdirSync(suite, { recursive: true })
    .filter((path) => path.endsWith('.vtc'))
    .toSorted()
    .map((path) => ({ path, requirements: readRequirements(readFileSync(join(suite, path), 'utf8')) }));
}

function readRequirements(text) {
  const found = new Map();
  for (const [, name, value] of text.matchAll(/^#([0-9A-Z_]+)=(.*)$/gm)) {
    // the singular form may explain itself behind the last comma
    const list = /^(?:REQUIRE_OPTION|REQUIRE_SERVICE|EXCLUDE_TARGET)$/.test(name);
    found.set(list ? `${name}S` : name, list ? value.replace(/,[^,]*$/, '') : value.trim());
  }
  const words = (name) => (found.get(name) ?? '').split(',').filter((word) => word !== '');
  return {
    type: found.get('REGTEST_TYPE') ?? 'default',
    version: found.get('REQUIRE_VERSION'),
    below: found.get('REQUIRE_VERSION_BELOW'),
    options: words('REQUIRE_OPTIONS'),
    services: words('REQUIRE_SERVICES'),
  };
}

/** What a program says of itself with `-vv`. */
export function askFacts(program) {
  const { stdout } = spawnSync(program, ['-vv'], { encoding: 'utf8', timeout: 30_000 });
  if (!stdout) throw new Error(`${program} -vv says nothing`);
  return {
    version: /HA-?Proxy (?:version )?(\d+\.\d+[-.\w]*)/.exec(stdout)?.[1] ?? '0',
    options: new Set([...stdout.matchAll(/(?<=^Feature list :.*)\+(\S+)/gm)].map(([, name]) => name)),
    services: new Set((/^Available services :(.*)$/m.exec(stdout)?.[1] ?? '').split(/\s+/)),
  };
}

/** Why a test is not for this program; undefined = run it. */
export function reasonToSkip({ type, version, below, options, services }, facts) {
  if (LEFT_OUT.includes(type)) return `type ${type}`;
  if (version !== undefined && compare(facts.version, version) < 0) return `for versions from ${version}`;
  if (below !== undefined && compare(facts.version, below) >= 0) return `for versions before ${below}`;
  const lacks = (wanted, present) => wanted.find((word) => !word.split('|').some((name) => present.has(name)));
  const option = lacks(options, facts.options);
  if (option !== undefined) return `needs the option ${option}`;
  const service = lacks(services, facts.services);
  return service === undefined ? undefined : `needs the service ${service}`;
}

/** Orders versions by their leading numbers, as HAProxy's runner does. */
function compare(left, right) {
  const numbers = (text) => text.split('.').map((part) => Number.parseInt(part, 10) || 0);
  const [a, b] = [numbers(left), numbers(right)];
  const at = [0, 1, 2, 3].find((index) => (a[index] ?? 0) !== (b[index] ?? 0));
  return at === undefined ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
}
