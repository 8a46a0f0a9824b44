import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { findProgram, lacks } from '../support/installed.js';
import { run } from '../support/program.js';
import { scene } from './scene.js';

const MODULE = 'community.general.haproxy';

/** Ansible without its module for HAProxy, which comes with a much larger package: `.ci/run` fetches it. */
function lacksModule(): boolean {
  const ansible = findProgram('ansible');
  if (ansible === undefined) return false;
  const { stdout, stderr } = spawnSync(ansible, ['localhost', '-m', MODULE], { encoding: 'utf8' });
  const absent = /not found in configured module paths|couldn't resolve module/.test(stdout + stderr);
  if (absent) console.warn(`skipped tests, not installed: ${MODULE}`);
  return absent;
}

describe.skipIf(lacks('ansible') || lacksModule())("Ansible's module", () => {
  test('a server is taken out and comes back', async () => {
    const { socket } = await scene();
    const task = async (text: string): Promise<{ changed: boolean; after: string; output: string }> => {
      const args = ['localhost', '-o', '-m', MODULE, '-a', `socket=${socket} backend=app host=two ${text}`];
      const { stdout, stderr } = await run('ansible', args, { ms: 60_000 });
      const json = stdout.slice(stdout.indexOf('{'));
      if (!json.startsWith('{')) throw new Error(stdout + stderr);
      const { changed, state_after: after, output } = JSON.parse(json) as Record<string, never>;
      return { changed, after: JSON.stringify(after), output: JSON.stringify(output) };
    };
    const disabled = await task('state=disabled wait=yes wait_interval=1 shutdown_sessions=yes');
    expect(disabled).toMatchObject({ changed: true, after: expect.stringContaining('"MAINT"') });
    expect(await task('state=disabled')).toMatchObject({ changed: false });
    const enabled = await task('state=enabled weight=15 wait=yes wait_interval=1');
    expect(enabled).toMatchObject({ changed: true, after: expect.stringMatching(/"UP.*"15"/) });
    expect(await task('state=drain')).toMatchObject({ changed: true, after: expect.stringContaining('"DRAIN"') });
  }, 120_000);
});
