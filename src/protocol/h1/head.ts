import { BodyFraming } from '../../core/message.js';
import type { MessageHead, RequestHead, ResponseHead } from '../../core/message.js';
import { H1Fields } from './fields.js';

/** What the parser saw on its way, so that nobody has to look for it again. */
export const enum HeadFlag {
  /** A `connection` field is there. */
  Connection = 1 << 0,
  /** `connection: close` */
  Close = 1 << 1,
  /** `connection: keep-alive` */
  KeepAlive = 1 << 2,
  /** `connection: upgrade` */
  ConnectionUpgrade = 1 << 3,
  /** An `upgrade` field is there. */
  Upgrade = 1 << 4,
  /** `upgrade` names `websocket`. */
  WebSocket = 1 << 5,
  /** `upgrade` names `h2c`. */
  H2c = 1 << 6,
  /** `expect: 100-continue` */
  Expect100 = 1 << 7,
  /** A `te` field is there. */
  Te = 1 << 8,
  TransferEncoding = 1 << 9,
  ContentLength = 1 << 10,
  /** Content-Length came twice, as a list or with leading zeros: it is written anew. */
  ContentLengthUntidy = 1 << 11,
  /** At least one value is continued on a further line (obs-fold). */
  Folded = 1 << 12,
  /** White space, line ends or the version are not as we send them: the head is written anew. */
  Untidy = 1 << 13,
  /** `sec-websocket-key` in a request, `sec-websocket-accept` in a response. */
  WebSocketKey = 1 << 14,
  /** The framing is legal but doubtful (Content-Length beside chunked, chunked in HTTP/1.0): close after this message. */
  MustClose = 1 << 15,
  /** `connection` names something else than close and keep-alive, so that something of it is sent on. */
  ConnectionOther = 1 << 16,
  /** It came in HTTP/2, and was put into this form. */
  Http2 = 1 << 17,
}

/** A detached head's buffer is kept for the next message up to this size: idle connections must stay small. */
const LARGEST_KEPT_COPY = 2048;

/** Methods the engine treats specially. */
export const enum Method {
  Other,
  Get,
  Head,
  Post,
  Put,
  Delete,
  Options,
  Connect,
  Trace,
}

/** Why a head was refused. */
export type HeadError =
  | ''
  | 'method'
  | 'target'
  | 'version'
  | 'status'
  | 'header-name'
  | 'header-value'
  | 'host'
  | 'authority'
  | 'content-length'
  | 'transfer-encoding'
  | 'transfer-coding-unknown'
  | 'body-not-allowed'
  | 'websocket-key'
  | 'too-many-headers'
  | 'head-too-large';

/** Where the parser goes on when more bytes are there. */
export const enum ParseStage {
  Line,
  Fields,
  Finished,
}

/** `HTTP/x.y` */
const VERSION_SIZE = 8;

const KNOWN_METHODS: Readonly<Record<string, Method>> = {
  GET: Method.Get,
  HEAD: Method.Head,
  POST: Method.Post,
  PUT: Method.Put,
  DELETE: Method.Delete,
  OPTIONS: Method.Options,
  CONNECT: Method.Connect,
  TRACE: Method.Trace,
};

/** @returns the kind of a method; methods are case-sensitive (RFC 9110 section 9.1) */
export function methodKind(method: string): Method {
  return KNOWN_METHODS[method] ?? Method.Other;
}

/**
 * What request and response heads have in common. Reusable: reset() before each new message.
 *
 *      buffer   … \r\n GET /path HTTP/1.1\r\n host: a\r\n … \r\n body …
 *                      ^start                 ^fieldsStart       ^end
 *
 * The bytes belong to the transport's read buffer until detach() copies them away.
 */
export abstract class H1Head implements MessageHead {
  readonly headers = new H1Fields();
  minor = 1;
  framing: BodyFraming = BodyFraming.None;
  contentLength = -1;
  /** HeadFlag bits. */
  flags = 0;
  /** First byte of the start line (empty lines before it are skipped). */
  start = 0;
  /** First byte after the start line. */
  fieldsStart = 0;
  /** First byte after the head; valid once it is complete. */
  end = 0;
  /** The start line was changed by a rule. */
  lineEdited = false;
  /** Names and values of fields that the parser took out: HAProxy counts them as received. */
  droppedSize = 0;
  /** After ParseResult.Invalid: why, where (offset from the first byte given to the parser), and the status to answer. */
  error: HeadError = '';
  errorAt = 0;
  errorStatus = 0;

  /** Parser's own: what is next, where, and where the message began. */
  stage: ParseStage = ParseStage.Line;
  next = 0;
  origin = 0;
  /** Parser's own: the coding `chunked` was named, and was the last one. */
  chunkedSeen = false;
  /** Parser's own: a coding other than `chunked` was named. */
  otherCodingSeen = false;
  /** Parser's own: Host came more than once, with equal values. */
  repeatedHost = false;
  /** Parser's own: position of the kept Content-Length field. */
  contentLengthIndex = -1;

  private copy: Buffer | undefined = undefined;

  get buffer(): Buffer {
    return this.headers.buffer;
  }

  /** Anything was changed since the parse, so that the received bytes are not what has to be sent. */
  get edited(): boolean {
    return this.lineEdited || this.headers.edited;
  }

  has(flag: HeadFlag): boolean {
    return (this.flags & flag) !== 0;
  }

  reset(): void {
    this.headers.reset();
    this.minor = 1;
    this.framing = BodyFraming.None;
    this.contentLength = -1;
    this.flags = 0;
    this.start = 0;
    this.fieldsStart = 0;
    this.end = 0;
    this.lineEdited = false;
    this.droppedSize = 0;
    this.error = '';
    this.errorAt = 0;
    this.errorStatus = 0;
    this.stage = ParseStage.Line;
    this.next = 0;
    this.origin = 0;
    this.chunkedSeen = false;
    this.otherCodingSeen = false;
    this.repeatedHost = false;
    this.contentLengthIndex = -1;
    if (this.copy !== undefined && this.copy.length > LARGEST_KEPT_COPY) this.copy = undefined;
  }

  /** The same bytes are now in `buffer`, beginning at `origin`. */
  moveTo(buffer: Buffer, origin: number): void {
    const delta = origin - this.origin;
    this.headers.rebase(buffer, delta);
    if (delta === 0) return;
    this.origin += delta;
    this.start += delta;
    this.fieldsStart += delta;
    this.end += delta;
    this.next += delta;
    this.moveLine(delta);
  }

  /** Copies the complete head into a buffer of its own, so that it survives the read callback. */
  detach(): void {
    const length = this.end - this.start;
    let copy = this.copy;
    if (copy !== undefined && this.headers.buffer === copy) return;
    if (copy === undefined || copy.length < length) {
      copy = Buffer.allocUnsafeSlow(Math.max(512, 2 ** Math.ceil(Math.log2(length + 1))));
      this.copy = copy;
    }
    this.headers.buffer.copy(copy, 0, this.start, this.end);
    this.moveTo(copy, this.origin - this.start);
  }

  /** Bytes of the start line's parts, without what separates them. */
  abstract get lineSize(): number;

  /** Shifts the offsets of the start line's parts. */
  protected abstract moveLine(delta: number): void;
}

/** A request head: the received request line, sliced when asked for. */
export class H1Request extends H1Head implements RequestHead {
  methodStart = 0;
  methodEnd = 0;
  targetStart = 0;
  targetEnd = 0;
  /** `HTTP/x.y` as received, eight bytes. */
  versionStart = 0;
  kind: Method = Method.Other;
  /** Position of the first Host field among the received fields at parse time, or -1. */
  hostIndex = -1;
  private methodText: string | undefined = undefined;
  private firstMethod: string | undefined = undefined;
  private targetText: string | undefined = undefined;

  get method(): string {
    return (this.methodText ??= this.buffer.latin1Slice(this.methodStart, this.methodEnd));
  }

  set method(text: string) {
    this.firstMethod ??= this.method;
    this.methodText = text;
    this.kind = methodKind(text);
    this.lineEdited = true;
  }

  get receivedMethod(): string {
    return this.firstMethod ?? this.method;
  }

  get target(): string {
    return (this.targetText ??= this.buffer.latin1Slice(this.targetStart, this.targetEnd));
  }

  set target(text: string) {
    this.targetText = text;
    this.lineEdited = true;
  }

  /** The version as it is sent on: above 1.1 it becomes 1.1, below it stays as received. */
  get version(): string {
    if (this.minor === 1) return 'HTTP/1.1';
    return this.buffer.latin1Slice(this.versionStart, this.versionStart + VERSION_SIZE);
  }

  /** The request line as HAProxy logs it: tidied, but with the version that was received. */
  get line(): string {
    const end = this.versionStart + VERSION_SIZE;
    if (!this.lineEdited && !this.has(HeadFlag.Untidy)) return this.buffer.latin1Slice(this.methodStart, end);
    return `${this.method} ${this.target} ${this.buffer.latin1Slice(this.versionStart, end)}`;
  }

  /**
   * It came in HTTP/2, and was put into this form to be parsed: rules and logs are shown that version, and a server is
   * not shown the authority in the target, which is only how such a client says Host.
   *
   * @param chunked a body follows of unknown length: it becomes chunks, and the field that says so is nobody's but ours
   */
  fromHttp2(chunked: boolean): this {
    if (chunked) this.framing = BodyFraming.Chunked;
    this.buffer[this.versionStart + 5] = 0x32;
    this.buffer[this.versionStart + 7] = 0x30;
    this.flags |= HeadFlag.Http2;
    this.lineEdited = true;
    return this;
  }

  /** The target as it is sent on. */
  get wireTarget(): string {
    const { target } = this;
    if (!this.has(HeadFlag.Http2) || this.kind === Method.Connect) return target;
    const authority = target.indexOf('://');
    if (authority < 0 || target.startsWith('/')) return target;
    const path = target.indexOf('/', authority + 3);
    // nothing behind the authority is the whole server (RFC 9112 section 3.2.4)
    if (path < 0) return this.kind === Method.Options ? '*' : '/';
    return target.slice(path);
  }

  override reset(): void {
    super.reset();
    this.kind = Method.Other;
    this.hostIndex = -1;
    this.methodText = undefined;
    this.firstMethod = undefined;
    this.targetText = undefined;
  }

  override get lineSize(): number {
    return this.methodEnd - this.methodStart + this.targetEnd - this.targetStart + VERSION_SIZE;
  }

  protected override moveLine(delta: number): void {
    this.methodStart += delta;
    this.methodEnd += delta;
    this.targetStart += delta;
    this.targetEnd += delta;
    this.versionStart += delta;
  }
}

/** A response head. */
export class H1Response extends H1Head implements ResponseHead {
  reasonStart = 0;
  reasonEnd = 0;
  /** `HTTP/x.y` as received, eight bytes. */
  versionStart = 0;
  private code = 0;
  private reasonText: string | undefined = undefined;

  get status(): number {
    return this.code;
  }

  set status(status: number) {
    this.code = status;
    this.lineEdited = true;
  }

  /** Called by the parser: records the status without marking an edit. */
  received(status: number): void {
    this.code = status;
  }

  get reason(): string {
    return (this.reasonText ??= this.buffer.latin1Slice(this.reasonStart, this.reasonEnd));
  }

  set reason(text: string) {
    this.reasonText = text;
    this.lineEdited = true;
  }

  get version(): string {
    if (this.minor === 1) return 'HTTP/1.1';
    return this.buffer.latin1Slice(this.versionStart, this.versionStart + VERSION_SIZE);
  }

  /** Finishes the framing, which also depends on the request: HEAD has no body, a successful CONNECT is a tunnel. */
  answerTo(kind: Method): void {
    if (kind === Method.Head && this.framing !== BodyFraming.Tunnel) this.framing = BodyFraming.None;
    if (kind === Method.Connect && this.code >= 200 && this.code < 300) this.framing = BodyFraming.Tunnel;
  }

  override reset(): void {
    super.reset();
    this.code = 0;
    this.reasonText = undefined;
  }

  override get lineSize(): number {
    return VERSION_SIZE + 3 + this.reasonEnd - this.reasonStart;
  }

  protected override moveLine(delta: number): void {
    this.reasonStart += delta;
    this.reasonEnd += delta;
    this.versionStart += delta;
  }
}
