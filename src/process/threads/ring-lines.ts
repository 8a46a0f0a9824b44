import type { RingModel } from '../../config/model.js';
import type { RingWriter } from '../../observe/log/ring/sink.js';

/** Lines for a ring, which the main thread has. */
export interface RingLines {
  readonly ring: string;
  readonly lines: readonly { readonly text: string; readonly facility: number }[];
}

/** Bytes that may be on their way to a main thread that is busy. */
const MOST_UNDERWAY = 1024 * 1024;

/** The rings as another thread sees them: lines of one turn of the event loop go to the main thread together. */
export class DistantRings {
  /** Lines lost because the main thread did not take them. */
  lost = 0;
  private readonly waiting = new Map<string, { text: string; facility: number }[]>();
  private underway = 0;

  constructor(
    private readonly models: readonly RingModel[],
    private readonly tell: (lines: RingLines) => void,
  ) {}

  get(name: string): RingWriter | undefined {
    const model = this.models.find((ring) => ring.name === name);
    return model && { model, write: (text, facility) => this.add(name, text, facility) };
  }

  private add(ring: string, text: string, facility: number): void {
    if (this.underway + text.length > MOST_UNDERWAY) {
      this.lost++;
      return;
    }
    this.underway += text.length;
    const lines = this.waiting.get(ring) ?? [];
    if (this.waiting.size === 0) setImmediate(() => this.flush());
    this.waiting.set(ring, lines);
    lines.push({ text, facility });
  }

  private flush(): void {
    for (const [ring, lines] of this.waiting) this.tell({ ring, lines });
    this.waiting.clear();
  }

  /** The main thread took lines. */
  taken(bytes: number): void {
    this.underway -= bytes;
  }
}
