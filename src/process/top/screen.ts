import { HEAD_LINES, lastScroll, renderTop } from './view.js';
import type { Snapshot } from './parse.js';

/** A terminal, as far as the view needs one; process.stdin and process.stdout are. */
export interface Keyboard {
  setRawMode?(raw: boolean): unknown;
  on(event: 'data', listener: (keys: Buffer | string) => void): unknown;
  off(event: 'data', listener: (keys: Buffer | string) => void): unknown;
  resume(): unknown;
  pause(): unknown;
}
export interface Display {
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
  on(event: 'resize', listener: () => void): unknown;
  off(event: 'resize', listener: () => void): unknown;
}

/** The other screen of the terminal without a cursor; and back, which leaves the scrollback as it was. */
const ENTER = '\x1b[?1049h\x1b[?25l';
const LEAVE = '\x1b[?25h\x1b[?1049l';

/** How far each key scrolls, of a page of that many rows; Infinity = to the end. */
const KEYS: Readonly<Record<string, (page: number) => number>> = {
  j: () => 1,
  k: () => -1,
  '\x1b[B': () => 1,
  '\x1b[A': () => -1,
  '\x1bOB': () => 1,
  '\x1bOA': () => -1,
  ' ': (page) => page,
  '\x1b[6~': (page) => page,
  '\x1b[5~': (page) => -page,
  g: () => -Infinity,
  '\x1b[H': () => -Infinity,
  G: () => Infinity,
  '\x1b[F': () => Infinity,
};
const KEY = /\x1b[[O][A-Z]|\x1b\[\d+~|[^\x1b]/g;

/** The view that is painted anew each second and scrolled by keys, between open() and close(). */
export class Screen {
  #snapshot: Snapshot | undefined;
  #earlier: Snapshot | undefined;
  #trouble: string | undefined;
  #scroll = 0;
  readonly #onKeys = (keys: Buffer | string): void => this.#press(String(keys));
  readonly #onResize = (): void => this.#paint();

  /** @param quit called for q and Ctrl-C */
  constructor(
    readonly keyboard: Keyboard,
    readonly display: Display,
    readonly colour: boolean,
    readonly quit: () => void,
  ) {}

  open(): void {
    this.keyboard.setRawMode?.(true);
    this.keyboard.on('data', this.#onKeys);
    this.keyboard.resume();
    this.display.on('resize', this.#onResize);
    this.display.write(ENTER);
  }

  close(): void {
    this.display.write(LEAVE);
    this.display.off('resize', this.#onResize);
    this.keyboard.off('data', this.#onKeys);
    this.keyboard.setRawMode?.(false);
    this.keyboard.pause();
  }

  show(snapshot: Snapshot): void {
    // what another process counted is no basis for rates
    const same = this.#snapshot?.info.get('Pid') === snapshot.info.get('Pid');
    this.#earlier = same ? this.#snapshot : undefined;
    this.#snapshot = snapshot;
    this.#trouble = undefined;
    this.#paint();
  }

  /** The last figures stay, with this above them. */
  complain(trouble: string): void {
    this.#trouble = trouble;
    this.#paint();
  }

  #press(keys: string): void {
    for (const [key] of keys.matchAll(KEY)) {
      if (key === 'q' || key === '\x03') return this.quit();
      const step = KEYS[key]?.(Math.max(1, this.#height - HEAD_LINES));
      if (step !== undefined) this.#scroll += step;
      this.#clamp();
    }
    this.#paint();
  }

  get #height(): number {
    return this.display.rows ?? 24;
  }

  #clamp(): void {
    const last = this.#snapshot === undefined ? 0 : lastScroll(this.#snapshot, this.#height);
    this.#scroll = Math.min(last, Math.max(0, this.#scroll));
  }

  /** Each line is cleared behind its text, and the rest of the screen below: nothing flickers. */
  #paint(): void {
    if (this.#snapshot === undefined) return;
    this.#clamp();
    const lines = renderTop(this.#snapshot, this.#earlier, {
      width: this.display.columns ?? 80,
      height: this.#height,
      scroll: this.#scroll,
      colour: this.colour,
      trouble: this.#trouble,
    });
    this.display.write(`\x1b[H${lines.map((line) => `${line}\x1b[K`).join('\r\n')}\x1b[J`);
  }
}
