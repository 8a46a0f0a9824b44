import { existsSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runProxy } from '../support/proxy.js';

/** Configurations of the wild with the real HAProxy's verdicts; kept beside the repository, not in it. */
const CORPUS = resolve('../shared/corpus');
const VERDICTS = join(CORPUS, 'verdicts.tsv');

/** What files take from their environment, and what the real one had, too. */
const ENVIRONMENT = { PORT: '8080', BACKEND_HOST: '127.0.0.1:8081' };

interface Verdict {
  readonly file: string;
  /** What 2.6 says when the environment (certificates, users, names) is supplied: ok, warn or alert. */
  readonly env26: string;
  readonly env35: string;
  /** Why 2.6 refuses it. */
  readonly classes: string;
}

function verdicts(): Verdict[] {
  const [, ...rows] = readFileSync(VERDICTS, 'utf8').trimEnd().split('\n');
  return rows.map((row) => {
    const [file, , , env26, env35, classes] = row.split('\t');
    return { file, env26, env35, classes };
  });
}

const accepted = ({ env26, env35 }: Verdict): boolean =>
  [env26, env35].some((word) => word === 'ok' || word === 'warn');

interface Outcome extends Verdict {
  readonly code: number | null;
  readonly stderr: string;
}

async function checkAll(): Promise<Outcome[]> {
  const waiting = verdicts();
  const outcomes: Outcome[] = [];
  const worker = async (): Promise<void> => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const { code, stderr } = await runProxy('tsproxy', ['-c', '--offline', '-f', join(CORPUS, next.file)], {
        env: ENVIRONMENT,
      });
      outcomes.push({ ...next, code, stderr });
    }
  };
  await Promise.all(cpus().map(worker));
  return outcomes;
}

describe.skipIf(!existsSync(VERDICTS))('configurations of the wild', () => {
  test(
    'no crash, every refusal explained, most of what HAProxy accepts is accepted',
    { timeout: 300_000 },
    async () => {
      const outcomes = await checkAll();
      const crashed = outcomes.filter(
        ({ code, stderr }) => ![0, 1, 2].includes(code ?? -1) || /\n\s+at .*:\d+:\d+\)?$/m.test(stderr),
      );
      expect(crashed.map(({ file, stderr }) => `${file}: ${stderr.slice(0, 300)}`)).toEqual([]);
      const unexplained = outcomes.filter(
        ({ code, stderr }) => code === 1 && !/\[ALERT\].*(?:\[.+:\d+\]|'zero-warning' is set)/.test(stderr),
      );
      expect(unexplained.map(({ file, stderr }) => `${file}: ${stderr.slice(0, 300)}`)).toEqual([]);
      const valid = outcomes.filter(accepted);
      const taken = valid.filter(({ code }) => code !== 1);
      const share = (100 * taken.length) / valid.length;
      console.info(`${taken.length} of ${valid.length} files that HAProxy accepts are accepted: ${share.toFixed(1)} %`);
      expect(share).toBeGreaterThanOrEqual(99);
      // 2.6 stops at the first removed line; one of these has another fault below it
      const old = outcomes.filter(({ classes }) => classes === 'removed-directive');
      expect((100 * old.filter(({ code }) => code !== 1).length) / old.length).toBeGreaterThanOrEqual(90);
    },
  );
});
