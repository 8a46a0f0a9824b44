import { join } from 'node:path';
import { describe, test } from 'vitest';
import { atEnd } from '../support/cleanup.js';
import { temporaryFolder } from '../support/folders.js';
import { findProgram, lacks } from '../support/installed.js';
import { until } from '../support/poll.js';
import { run } from '../support/program.js';
import { scene } from './scene.js';

/** A terminal of 140 columns that one program runs in. */
class Terminal {
  readonly #server = join(temporaryFolder(), 'tmux');

  static async start(command: string): Promise<Terminal> {
    const terminal = new Terminal();
    await terminal.#tmux('-f', '/dev/null', 'new-session', '-d', '-x', '140', '-y', '40', command);
    atEnd(async () => void (await terminal.#tmux('kill-server').catch(() => {})));
    return terminal;
  }

  async press(...keys: string[]): Promise<void> {
    await this.#tmux('send-keys', ...keys);
  }

  /** The screen, once it shows what is expected. */
  async shows(...patterns: RegExp[]): Promise<void> {
    let screen = '';
    const look = async (): Promise<boolean> => {
      screen = await this.#tmux('capture-pane', '-p');
      return patterns.every((pattern) => pattern.test(screen));
    };
    await until(patterns.join(', '), look, 30_000).catch((late: unknown) => {
      throw new Error(`${String(late)}; the screen:\n${screen}`);
    });
  }

  async #tmux(...args: string[]): Promise<string> {
    const env = { TERM: 'xterm', LC_ALL: 'C.UTF-8' };
    const { code, stdout, stderr } = await run('tmux', ['-S', this.#server, ...args], { env });
    if (code !== 0) throw new Error(`tmux ${args.join(' ')}: ${stderr}`);
    return stdout;
  }
}

describe.skipIf(lacks('hatop', 'tmux'))('hatop', () => {
  test('all views; a weight is changed, a server disabled and enabled, by key and by command', async () => {
    const { socket } = await scene();
    const terminal = await Terminal.start(`${findProgram('hatop') ?? 'hatop'} -s ${socket} -i 1`);
    await terminal.shows(/Version: 2\.6/, /^FRONTEND +0 OPEN/m, /^one +20 UP +L4OK/m, /^three +1 - +none/m);
    await terminal.shows(/Proxies: +3 +Services: +6/);
    await terminal.press('Escape', '2');
    await terminal.shows(/LBTOT/, /^two +20 UP +2 /m);
    await terminal.press('Escape', '3');
    await terminal.shows(/RTOT +1xx/, /^BACKEND +40 UP( +\d+){3} +0 +4 /m);
    await terminal.press('Escape', '4');
    await terminal.shows(/ECONN/, /^one +20 UP +L4OK/m);
    await terminal.press('Escape', '1');
    // past a frontend, an empty line and a proxy's name
    await terminal.press('Down', 'Down', 'Down', 'Down');
    await terminal.press('F5');
    await terminal.shows(/^one +10 UP/m);
    await terminal.press('F10');
    await terminal.shows(/^one +10 MAINT/m);
    await terminal.press('F9');
    await terminal.shows(/^one +10 UP/m);
    await terminal.press('Escape', '5');
    await terminal.shows(/interactive/);
    await terminal.press('disable server spare/three', 'Enter');
    await terminal.press('show servers state spare', 'Enter');
    await terminal.shows(/spare 1 three 127\.0\.0\.1/);
    await terminal.press('Escape', '1');
    await terminal.shows(/^three +1 MAINT/m);
  }, 120_000);
});
