import { CommandTable, execute } from '../../../admin/socket/interpreter.js';
import type { CliOutput, CliSession } from '../../../core/cli.js';
import type { Child } from '../children.js';
import { piecesOf } from './answer.js';
import { masterCommands, type MasterContext } from './commands.js';
import { forward } from './forward.js';

/** What a session of the master's socket remembers beside what every session does. */
interface Place {
  /** Who gets commands without a prefix; undefined = the master. */
  target: Child | undefined;
  /** Nothing was answered, so no empty line ends the answer. */
  silent: boolean;
}

/** Words that HAProxy's master keeps for itself, whoever is talked to. */
const OWN = new Set(['prompt', 'quit', 'expert-mode', 'experimental-mode', 'mcli-debug-mode', 'user', 'operator']);

const PREFIX = /^\s*@(\S*)[ \t]*(.*)$/s;

/** The master's runtime socket (management manual 9.4): its own commands, and everybody else's behind an `@`. */
export class MasterCli {
  readonly #table = new CommandTable(masterCommands);
  readonly #places = new WeakMap<CliSession, Place>();

  constructor(private readonly context: MasterContext) {}

  /** Carries out one line of a session. */
  readonly execute = (session: CliSession, line: string, payload: string | undefined): CliOutput => {
    const place = this.#placeOf(session);
    place.silent = true;
    const prefixed = PREFIX.exec(line);
    const found = prefixed === null ? place.target : this.#find(prefixed[1]);
    if (found === null && this.context.master.starting) {
      place.silent = false;
      return this.#later(session, line, payload);
    }
    if (found === null) {
      session.leaving = true;
      return `Can't find the target PID matching the prefix '@${prefixed?.[1] ?? ''}'\n`;
    }
    if (prefixed !== null && prefixed[2] === '') {
      place.target = found;
      return undefined;
    }
    const command = prefixed === null ? line : prefixed[2];
    if (found !== undefined && !OWN.has(/\S+/.exec(command)?.[0] ?? '')) {
      place.silent = false;
      return forward(found, session, command, payload);
    }
    const output = execute(this.#table, this.context, session, command, payload);
    place.silent = output === undefined || output === '';
    return output;
  };

  /** What stands behind an answer. */
  readonly prompt = (session: CliSession): string => {
    const { target, silent } = this.#placeOf(session);
    const gap = silent ? '' : '\n';
    if (!session.prompt) return gap;
    const { experimental, expert, debug } = session;
    const flags = `${experimental ? 'x' : ''}${expert ? 'e' : ''}${debug ? 'd' : ''}`;
    const state = target === undefined && this.context.master.failed > 0 ? '[ReloadFailed]' : '';
    return `${gap}${target?.pid ?? 'master'}${state}${flags === '' ? '' : `(${flags})`}> `;
  };

  /** There is no worker yet. */
  async *#later(session: CliSession, line: string, payload: string | undefined): AsyncGenerator<string> {
    await this.context.master.started;
    const pieces = piecesOf(this.execute(session, line, payload));
    for (let next = await pieces.next(); next.done !== true; next = await pieces.next()) yield next.value;
  }

  #placeOf(session: CliSession): Place {
    let place = this.#places.get(session);
    if (place === undefined) this.#places.set(session, (place = { target: undefined, silent: true }));
    return place;
  }

  /** @returns undefined for the master, null for nobody */
  #find(name: string): Child | undefined | null {
    if (name === '' || name === 'master' || name === '0') return undefined;
    const { children } = this.context.master;
    if (/^\d+$/.test(name)) return children.of('worker', false).filter(({ ready }) => ready)[Number(name) - 1] ?? null;
    const pid = /^!(\d+)$/.exec(name)?.[1];
    if (pid === undefined) return null;
    if (Number(pid) === process.pid) return undefined;
    return children.all.find((child) => child.kind === 'worker' && child.pid === Number(pid)) ?? null;
  }
}
