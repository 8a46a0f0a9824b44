import { BodyFraming } from '../core/message.js';
import { BodyReader } from '../protocol/h1/body.js';
import { H1Response, Method } from '../protocol/h1/head.js';
import { parseResponse, ParseResult } from '../protocol/h1/parser.js';
import type { CheckResponse } from './plan.js';

/** HAProxy's default `tune.bufsize` less `tune.maxrewrite`, and its header limit: what a check's response may take. */
const OPTIONS = { acceptInvalid: false, maxHeaders: 101, maxHeadSize: 15_360 };

/** Reads one HTTP response from the bytes of a check. */
export class ResponseReader implements CheckResponse {
  /** The head is complete. */
  headed = false;
  invalid = false;
  body = '';
  readonly head = new H1Response();
  readonly #buffer: Buffer;
  readonly #reader = new BodyReader();
  #length = 0;
  #position = 0;
  #ended = false;

  /** @param capacity `tune.bufsize`; what arrives beyond it is not looked at */
  constructor(
    readonly answersHead: boolean,
    capacity: number,
  ) {
    this.#buffer = Buffer.alloc(capacity);
  }

  get status(): number {
    return this.head.status;
  }
  get reason(): string {
    return this.head.reason;
  }
  get headers(): H1Response['headers'] {
    return this.head.headers;
  }
  /** Nothing more belongs to it (or no more can be held). */
  get complete(): boolean {
    return this.headed && (this.#ended || this.#reader.done || this.#length === this.#buffer.length);
  }

  push(bytes: Buffer, length: number): void {
    this.#length += bytes.copy(this.#buffer, this.#length, 0, length);
    this.#parse();
  }

  /** The connection's end: a body without length is complete, a cut one is judged as it is. */
  end(): void {
    this.#ended = true;
  }

  #parse(): void {
    if (this.invalid) return;
    if (!this.headed) {
      // An interim response (100, 103) is judged like any other: HAProxy's checks do not wait for the final one.
      const result = parseResponse(this.head, this.#buffer, 0, this.#length, OPTIONS);
      this.invalid = result === ParseResult.Invalid;
      if (result !== ParseResult.Complete) return;
      this.#position = this.head.end;
      this.#beginBody();
    }
    this.#readBody();
  }

  #beginBody(): void {
    this.headed = true;
    this.head.answerTo(this.answersHead ? Method.Head : Method.Get);
    const framing = this.answersHead ? BodyFraming.None : this.head.framing;
    this.#reader.start(framing, this.head.contentLength, OPTIONS.maxHeaders, OPTIONS.maxHeadSize);
  }

  #readBody(): void {
    this.#position = this.#reader.feed(this.#buffer, this.#position, this.#length);
    this.body += this.#reader.data.text(this.#buffer);
    if (this.#reader.error !== '') this.invalid = true;
  }
}
