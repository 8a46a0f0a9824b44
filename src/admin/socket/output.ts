import { reportFault } from '../../base/fault.js';
import type { Transport } from '../../core/transport.js';

/** Pieces are gathered up to this many bytes before they are written. */
const GATHERED = 16_384;

/**
 * Writes one answer as fast as its reader takes it: the next piece is asked for when the kernel has taken the last one,
 * so a slow reader of a long answer holds one piece in memory and stops nobody else.
 */
export class Output {
  #ended = false;
  /** An asynchronous answer was asked for its next piece. */
  #waiting = false;
  readonly #endless: boolean;
  readonly #iterator: Iterator<string> | AsyncIterator<string>;

  /** @param onEnd everything is written, or there will be nothing more */
  constructor(
    pieces: Iterable<string> | AsyncIterable<string>,
    private readonly transport: Transport,
    private readonly onEnd: () => void,
  ) {
    this.#endless = 'endless' in pieces;
    this.#iterator = Symbol.asyncIterator in pieces ? pieces[Symbol.asyncIterator]() : pieces[Symbol.iterator]();
  }

  /** Goes on: at the beginning, and when the transport has drained. */
  pump(): void {
    while (!this.#ended && !this.#waiting) {
      if (!this.#round()) return;
    }
  }

  /**
   * The client typed something: an answer that waits for events ends, one that only takes its time does not.
   * @returns whether it was one
   */
  interrupt(): boolean {
    if (!this.#endless || this.#ended) return false;
    this.cancel();
    this.onEnd();
    return true;
  }

  /** The client left. */
  cancel(): void {
    if (this.#ended) return;
    this.#ended = true;
    void Promise.resolve(this.#iterator.return?.()).catch(() => undefined);
  }

  /** Gathers and writes. @returns false when the kernel wants a pause */
  #round(): boolean {
    let text = '';
    try {
      while (text.length < GATHERED && !this.#ended && !this.#waiting) {
        const step = this.#iterator.next();
        if (step instanceof Promise) this.#await(step);
        else if (step.done === true) this.#ended = true;
        else text += step.value;
      }
    } catch (error) {
      reportFault('a runtime command', error);
      this.#ended = true;
    }
    const flowing = text === '' || write(this.transport, text);
    if (this.#ended) this.onEnd();
    return flowing;
  }

  #await(step: Promise<IteratorResult<string>>): void {
    this.#waiting = true;
    step.then(
      (result) => this.#arrived(result),
      (error: unknown) => {
        reportFault('a runtime command', error);
        this.#arrived({ done: true, value: undefined });
      },
    );
  }

  #arrived(result: IteratorResult<string, unknown>): void {
    this.#waiting = false;
    if (this.#ended) return;
    const flowing = result.done === true || write(this.transport, result.value);
    if (result.done === true) {
      this.#ended = true;
      this.onEnd();
    } else if (flowing) {
      this.pump();
    }
  }
}

/** @param text bytes, one code unit each. @returns false when the kernel wants a pause */
function write(transport: Transport, text: string): boolean {
  if (text.length <= 2048) return transport.writeLatin1(text);
  const buffer = Buffer.from(text, 'latin1');
  return transport.write(buffer, 0, buffer.length);
}
