import { beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../support/folders.js';
import { lacks } from '../support/installed.js';
import { runProxy, type ProxyName } from '../support/proxy.js';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Rows that differ, each with its reason. */
const DIFFERENT: Readonly<Record<string, string>> = {
  aes_gcm_dec: 'takes additional data, as in 3.4',
  bc_dst: 'an address, as 3.5 says too; 2.6 calls it an integer',
  bc_src: 'the same',
  be2dec: 'asks for the size of chunks, without which 2.6 accepts and never answers',
  ipmask: 'gives addresses of both families, as the manual says',
  protobuf: 'gives integers where a type is named',
  ungrpc: 'the same',
};

/** Lines of `-dKacl,cnv,smp` by name. */
async function rows(program: ProxyName, classes: string): Promise<Map<string, string>> {
  const file = join(temporaryFolder(), 'empty.cfg');
  writeFileSync(file, '');
  const { stdout } = await runProxy(program, [`-dK${classes}`, '-q', '-c', '-f', file]);
  const lines = stdout.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(lines.map((line) => [line.replace(/^\[.*?\] /, '').replace(/ = .*|\(.*|: .*/, ''), line]));
}

describe.skipIf(lacks('haproxy')).each(['acl', 'cnv', 'smp'])('-dK%s', (kind) => {
  let real = new Map<string, string>();
  let ours = new Map<string, string>();

  beforeAll(async () => {
    [real, ours] = await Promise.all([rows('haproxy', kind), rows('tsproxy', kind)]);
  });

  test('says what the real one says of the same names', () => {
    const both = [...real].filter(([name]) => ours.has(name) && !(name in DIFFERENT));
    expect(both.map(([name]) => ours.get(name))).toEqual(both.map(([, line]) => line));
    expect(both.length).toBeGreaterThan(70);
  });

  test('differs where it is said to differ', () => {
    const claimed = [...real].filter(([name]) => ours.has(name) && name in DIFFERENT);
    expect(claimed.filter(([name, line]) => ours.get(name) === line)).toEqual([]);
  });
});

test.skipIf(lacks('haproxy'))('the table of places has the same heading', async () => {
  const heading = async (program: ProxyName): Promise<string[]> => {
    const { stdout } = await runProxy(program, ['-dKsmp', '-q', '-c', '-f', '/dev/null']);
    return stdout.split('\n').filter((line) => line.startsWith('#'));
  };
  expect(await heading('tsproxy')).toEqual(await heading('haproxy'));
});
