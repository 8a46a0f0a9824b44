import { beforeAll, describe, expect, test } from 'vitest';
import { converterDefinitions } from '../../src/language/converters/index.js';
import { lacks } from '../support/installed.js';
import { startHaproxy, startTsproxy, type Proxy } from '../support/proxy.js';

/** Where we follow the manual and the real one does not: without arguments 2.6.12 answers nothing to these two. */
const EXPLAINED = /,jwt_(?:header|payload)_query$/;

/** Expressions of our own examples that 2.6 knows: whether they are true is asked of the real one. */
const EXPRESSIONS = converterDefinitions
  .filter(({ pending, since }) => pending === undefined && since === undefined)
  .flatMap(({ name, in: input, examples }) =>
    examples.map(([value, args]) => `${source(input, value)},${args === '' ? name : `${name}(${args})`}`),
  );

function source(type: string, value: string): string {
  if (type === 'bin') return value === '' ? 'str()' : `bin(${Buffer.from(value, 'latin1').toString('hex')})`;
  return `str("${value.replaceAll(/["\\]/g, '\\$&')}")`;
}

/** A word of the configuration that reads as `text`. */
function word(text: string): string {
  return text.replaceAll(/[^!-~]|["'\\#]/g, (char) => {
    const code = char.charCodeAt(0);
    return code < 32 || code > 126 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\${char}`;
  });
}

const PAGE = 40;

/** One variable for each expression, and pages that show their lengths and bytes. */
function configuration(): string {
  const stores = EXPRESSIONS.map((one, index) => `    http-request set-var(txn.v${index}) ${word(one)}`);
  const pages: string[] = [];
  for (let start = 0; start < EXPRESSIONS.length; start += PAGE) {
    const shown = EXPRESSIONS.slice(start, start + PAGE).map(
      (_, index) => `%[var(txn.v${start + index}),length]:%[var(txn.v${start + index}),hex]`,
    );
    pages.push(
      `    http-request return status 200 content-type text/plain lf-string "${shown.join('|')}" if { path /${start} }`,
    );
  }
  return `
defaults
    mode http
    timeout connect 10s
    timeout client 10s
    timeout server 10s
frontend f
    bind 127.0.0.1:{port}
${stores.join('\n')}
${pages.join('\n')}
`;
}

async function answers(proxy: Proxy): Promise<string[]> {
  const found: string[] = [];
  for (let start = 0; start < EXPRESSIONS.length; start += PAGE) {
    const response = await fetch(`http://127.0.0.1:${proxy.port('port')}/${start}`);
    found.push(...(await response.text()).split('|'));
  }
  return found;
}

describe.skipIf(lacks('haproxy'))('converters beside the real haproxy', () => {
  const real = new Map<string, string>();
  const ours = new Map<string, string>();

  beforeAll(async () => {
    for (const [start, results] of [
      [startHaproxy, real],
      [startTsproxy, ours],
    ] as const) {
      const proxy = await start(configuration());
      const found = await answers(proxy);
      EXPRESSIONS.forEach((one, index) => results.set(one, found[index]));
      await proxy.stop();
    }
  }, 60_000);

  test.each(EXPRESSIONS.filter((one) => !EXPLAINED.test(one)))('%s', (one) => {
    expect(ours.get(one)).toBe(real.get(one));
  });
});
