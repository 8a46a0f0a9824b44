import { CHECK_STATUSES, type CheckResult, type CheckStatus } from '../core/check.js';
import type { Arena } from './arena.js';

const enum Word {
  Health,
  Checked,
  Checkable,
  InProgress,
  LastChange,
  DownTime,
  Status,
  Code,
  Duration,
  InfoLength,
  /** From here on: what the server said, one byte for each character. */
  Info,
}

/** How much of what a server said is kept, in bytes: more than HAProxy's 128. */
const INFO_BYTES = 256;

const STATUSES = Object.keys(CHECK_STATUSES) as CheckStatus[];

/**
 * What checks know of a server, in memory that all threads see: the main thread writes, any thread may show it in the
 * statistics. Times are whole seconds.
 */
export class HealthRecord {
  private readonly words: Int32Array<SharedArrayBuffer>;
  private readonly info: Uint8Array;

  constructor(arena: Arena) {
    this.words = arena.words(Word.Info + INFO_BYTES / 4);
    this.info = new Uint8Array(this.words.buffer, this.words.byteOffset + 4 * Word.Info, INFO_BYTES);
    if (arena.place.index === 0) this.words[Word.Status] = STATUSES.indexOf('INI');
  }

  get health(): number {
    return this.words[Word.Health];
  }
  set health(value: number) {
    this.words[Word.Health] = value;
  }
  get checked(): boolean {
    return this.words[Word.Checked] !== 0;
  }
  set checked(yes: boolean) {
    this.words[Word.Checked] = Number(yes);
  }
  get inProgress(): boolean {
    return this.words[Word.InProgress] !== 0;
  }
  set inProgress(yes: boolean) {
    this.words[Word.InProgress] = Number(yes);
  }
  /** It has checks of its own, switched on or off. */
  get checkable(): boolean {
    return this.words[Word.Checkable] !== 0;
  }
  set checkable(yes: boolean) {
    this.words[Word.Checkable] = Number(yes);
  }
  get lastChange(): number {
    return this.words[Word.LastChange];
  }
  set lastChange(seconds: number) {
    this.words[Word.LastChange] = seconds;
  }
  get downTime(): number {
    return this.words[Word.DownTime];
  }
  set downTime(seconds: number) {
    this.words[Word.DownTime] = seconds;
  }

  get result(): CheckResult {
    const { words, info } = this;
    return {
      status: STATUSES[words[Word.Status]],
      code: words[Word.Code],
      info: Buffer.from(info.subarray(0, words[Word.InfoLength])).toString('latin1'),
      durationMs: words[Word.Duration],
    };
  }
  set result({ status, code, info, durationMs }: CheckResult) {
    const { words } = this;
    words[Word.Status] = STATUSES.indexOf(status);
    words[Word.Code] = code;
    words[Word.Duration] = Math.round(durationMs);
    const bytes = Buffer.from(info.slice(0, INFO_BYTES), 'latin1');
    this.info.set(bytes);
    words[Word.InfoLength] = bytes.length;
  }
}
