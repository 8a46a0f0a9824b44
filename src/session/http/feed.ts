import type { ReplyFeed } from '../../core/action.js';
import { BodyFraming } from '../../core/message.js';
import { BodyReader } from '../../protocol/h1/body.js';
import { Phase } from './phase.js';
import type { HttpStream } from './stream.js';

/**
 * The body of an answer of our own that goes on until its client leaves (server-sent events): a piece every so often,
 * none while the client has not taken those before. Its head is on its way.
 */
export class Feed {
  private readonly body = new BodyReader();

  constructor(
    private readonly stream: HttpStream,
    private readonly source: ReplyFeed,
  ) {}

  open(): void {
    const { stream, body } = this;
    body.start(stream.request?.minor === 0 ? BodyFraming.UntilClose : BodyFraming.Chunked, 0, 0, 0);
    stream.phase = Phase.Feed;
    stream.keepHead();
    // nobody would tell of its leaving once more
    if (stream.client.gone) stream.ending.finish();
    else this.advance();
  }

  /** Time for the next piece; after a soft stop there is none, and whoever follows asks the next process. */
  tick(): void {
    if (this.stream.frontend.stopping) this.end();
    else this.advance();
  }

  /** Nothing more is to be said. */
  end(): void {
    const { stream, body } = this;
    if (body.framing === BodyFraming.Chunked) this.send('0\r\n\r\n');
    stream.ending.finish();
  }

  private advance(): void {
    const { stream, source } = this;
    // first: a source that fails is asked again, and does not leave a client behind that nobody looks after
    stream.arm(source.every);
    if (!stream.client.congested) {
      const piece = source.next();
      if (piece === undefined) {
        this.end();
        return;
      }
      stream.log.bytesOut += piece.length;
      const { framing } = this.body;
      this.send(framing === BodyFraming.Chunked ? `${piece.length.toString(16)}\r\n${piece}\r\n` : piece);
      if (!stream.client.consuming) stream.client.flush();
    }
  }

  private send(text: string): void {
    const bytes = Buffer.from(text, 'latin1');
    this.body.feed(bytes, 0, bytes.length);
    this.stream.client.sendBody(this.body, bytes, 0, bytes.length);
  }
}
