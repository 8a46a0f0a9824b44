import { BodyFraming } from '../../core/message.js';
import { CR, HT, LF, LOWER_TOKEN, SEMICOLON, SP } from './chars.js';
import { RangeList } from './ranges.js';

/** Why a body was refused. */
export type BodyError = '' | 'chunk-size' | 'chunk-extension' | 'chunk-end' | 'trailer' | 'trailers-too-large';

const enum ChunkState {
  /** First digit of a size. */
  Size,
  MoreSize,
  /** Blanks after the size. */
  Blank,
  Extension,
  SizeLf,
  Data,
  DataCr,
  DataLf,
  /** First byte of a trailer line or of the empty line. */
  TrailerStart,
  TrailerName,
  TrailerValue,
  TrailerLf,
  LastLf,
}

/** 13 hexadecimal digits are 4 PiB: nothing legitimate is larger, and a JavaScript number still counts it exactly. */
const LARGEST_CHUNK = 2 ** 52;
/** Leading zeros are legal, but a size longer than 64 bits is what other parsers stumble over. */
const MOST_SIZE_DIGITS = 16;
/** One chunk's extensions: HAProxy needs the whole size line in its buffer. */
const LONGEST_EXTENSION = 15360;

const NUL = 0;
const COLON = 0x3a;
const DEL = 0x7f;

/**
 * Finds where the body of one message ends, and what of it may be sent on. One per direction, reused.
 *
 *      feed(buffer, start, end)                                    Chunked:
 *
 *      | 5 ; n a m e \r \n h e l l o \r \n 0 \r \n \r \n | GET …
 *        ^start                                          ^returned   (done)
 *        [ ]             [                               ]           forward: everything but the extensions
 *                        · · · · [         ]                          data: payload without framing
 *
 * When `clean`, the whole of buffer[start..returned) can be sent on as it is; else exactly the ranges of `forward`, in
 * order: together they are the same chunked body without extensions and stray blanks. `data` says where the payload
 * is, for those who look into bodies. Both are valid until the next feed(). Names of trailers are lower-cased in place.
 */
export class BodyReader {
  framing: BodyFraming = BodyFraming.None;
  /** The last byte of the body has been consumed. Never with UntilClose and Tunnel: there the end of the stream ends it. */
  done = true;
  error: BodyError = '';
  clean = true;
  /** What to send on of the last feed(), when it was not clean. */
  readonly forward = new RangeList();
  /** Where the payload is in the last feed(). */
  readonly data = new RangeList();
  /** Bytes of payload so far. */
  received = 0;
  /** Bytes of payload that are still to come in this body (Length) or chunk (Chunked). */
  remaining = 0;

  /** Bytes of the trailers' names and values so far, as HAProxy counts them (blanks inside values aside). */
  trailerBytes = 0;
  /** Keeps the trailers' lines in `trailers`: for those who frame bodies in another way. */
  keepTrailers = false;
  /** As received, up to the empty line. */
  trailers = '';

  private state: ChunkState = ChunkState.Size;
  /** Digits of this size, bytes of this extension, or bytes of the trailers. */
  private length = 0;
  private trailerCount = 0;
  private nameLength = 0;
  private maxTrailers = 0;
  private maxTrailerBytes = 0;
  private dropTrailers = false;
  /** First byte not yet in `forward`, -1 while bytes are being left out. */
  private keptFrom = -1;

  /**
   * Begins a body.
   * @param contentLength for Length
   * @param maxTrailers `tune.http.maxhdr`
   * @param maxTrailerBytes `tune.bufsize - tune.maxrewrite`
   * @param dropTrailers leaves the trailer fields out of `forward`
   */
  start(
    framing: BodyFraming,
    contentLength: number,
    maxTrailers: number,
    maxTrailerBytes: number,
    dropTrailers = false,
  ): void {
    this.framing = framing;
    this.done = framing === BodyFraming.None || (framing === BodyFraming.Length && contentLength <= 0);
    this.error = '';
    this.clean = true;
    this.forward.clear();
    this.data.clear();
    this.received = 0;
    this.trailerBytes = 0;
    this.trailers = '';
    this.remaining = framing === BodyFraming.Length ? contentLength : 0;
    this.state = ChunkState.Size;
    this.length = 0;
    this.trailerCount = 0;
    this.maxTrailers = maxTrailers;
    this.maxTrailerBytes = maxTrailerBytes;
    this.dropTrailers = dropTrailers;
  }

  /**
   * Consumes what belongs to the body.
   * @returns the offset after it: `end` while the body goes on. After an error: the offset of the offending byte
   */
  feed(buffer: Buffer, start: number, end: number): number {
    this.clean = true;
    this.forward.clear();
    this.data.clear();
    if (this.done || start >= end) return start;
    if (this.framing === BodyFraming.Chunked) return this.feedChunks(buffer, start, end);
    let stop = end;
    if (this.framing === BodyFraming.Length) {
      stop = Math.min(end, start + this.remaining);
      this.remaining -= stop - start;
      this.done = this.remaining === 0;
    }
    this.data.push(start, stop);
    this.received += stop - start;
    return stop;
  }

  private feedChunks(buffer: Buffer, start: number, end: number): number {
    this.keptFrom = this.leavesOut() ? -1 : start;
    this.clean = this.keptFrom === start;
    let at = start;
    while (at < end && !this.done) {
      if (this.state === ChunkState.Data) at = this.takeData(at, end);
      else if (this.step(buffer, at)) at++;
      else break;
    }
    if (!this.clean && this.keptFrom >= 0) this.forward.push(this.keptFrom, at);
    return at;
  }

  /** The previous feed() ended inside something that is not sent on. */
  private leavesOut(): boolean {
    return (
      this.state === ChunkState.Blank ||
      this.state === ChunkState.Extension ||
      (this.dropTrailers && this.state >= ChunkState.TrailerName && this.state <= ChunkState.TrailerLf)
    );
  }

  private takeData(start: number, end: number): number {
    const stop = Math.min(end, start + this.remaining);
    this.data.push(start, stop);
    this.received += stop - start;
    this.remaining -= stop - start;
    if (this.remaining === 0) this.state = ChunkState.DataCr;
    return stop;
  }

  /** Begins to leave bytes out, from `at` on. */
  private leave(at: number): void {
    if (this.keptFrom >= 0) this.forward.push(this.keptFrom, at);
    this.keptFrom = -1;
    this.clean = false;
  }

  /** Goes on keeping bytes, from `at` on. */
  private keep(at: number): void {
    if (this.keptFrom < 0) this.keptFrom = at;
  }

  /** Looks at one byte outside of the payload. @returns false when it is wrong */
  private step(buffer: Buffer, at: number): boolean {
    const byte = buffer[at];
    switch (this.state) {
      case ChunkState.Size:
      case ChunkState.MoreSize:
        return this.stepSize(byte, at);
      case ChunkState.Blank:
        return this.stepAfterSize(byte, at);
      case ChunkState.Extension:
        return this.stepExtension(byte, at);
      case ChunkState.SizeLf:
        if (byte !== LF) return this.refuse('chunk-size');
        this.state = this.remaining === 0 ? ChunkState.TrailerStart : ChunkState.Data;
        this.length = 0;
        return true;
      case ChunkState.DataCr:
        if (byte !== CR) return this.refuse('chunk-end');
        this.state = ChunkState.DataLf;
        return true;
      case ChunkState.DataLf:
        if (byte !== LF) return this.refuse('chunk-end');
        this.state = ChunkState.Size;
        return true;
      case ChunkState.LastLf:
        if (byte !== LF) return this.refuse('trailer');
        this.done = true;
        return true;
      default:
        return this.stepTrailer(buffer, byte, at);
    }
  }

  private stepSize(byte: number, at: number): boolean {
    const digit = hexDigit(byte);
    if (digit >= 0) {
      if (this.state === ChunkState.Size) {
        this.state = ChunkState.MoreSize;
        this.remaining = 0;
        this.length = 0;
      }
      this.remaining = this.remaining * 16 + digit;
      if (++this.length > MOST_SIZE_DIGITS || this.remaining > LARGEST_CHUNK) return this.refuse('chunk-size');
      return true;
    }
    if (this.state === ChunkState.Size) return this.refuse('chunk-size');
    this.length = 0;
    return this.stepAfterSize(byte, at);
  }

  private stepAfterSize(byte: number, at: number): boolean {
    if (byte === CR) {
      this.keep(at);
      this.state = ChunkState.SizeLf;
      return true;
    }
    const blank = byte === SP || byte === HT;
    if (!blank && byte !== SEMICOLON) return this.refuse('chunk-size');
    if (++this.length > LONGEST_EXTENSION) return this.refuse('chunk-extension');
    this.leave(at);
    this.state = blank ? ChunkState.Blank : ChunkState.Extension;
    return true;
  }

  private stepExtension(byte: number, at: number): boolean {
    if (byte === CR) {
      this.keep(at);
      this.state = ChunkState.SizeLf;
      return true;
    }
    // a bare LF here would end the line for a lenient origin, and the next size would be ours to choose
    if ((byte < SP && byte !== HT) || byte === DEL || ++this.length > LONGEST_EXTENSION)
      return this.refuse('chunk-extension');
    return true;
  }

  /** Trailer fields. Folded ones are refused: their line end may have been sent on before the fold is seen. */
  private stepTrailer(buffer: Buffer, byte: number, at: number): boolean {
    if (++this.length > this.maxTrailerBytes) return this.refuse('trailers-too-large');
    if (this.keepTrailers && !this.dropTrailers) this.trailers += String.fromCharCode(byte);
    switch (this.state) {
      case ChunkState.TrailerStart:
        return this.stepTrailerStart(buffer, byte, at);
      case ChunkState.TrailerName: {
        if (byte === COLON) {
          this.state = ChunkState.TrailerValue;
          return true;
        }
        if (LOWER_TOKEN[byte] === 0 || ++this.nameLength > 255) return this.refuse('trailer');
        buffer[at] = LOWER_TOKEN[byte];
        this.trailerBytes++;
        return true;
      }
      case ChunkState.TrailerValue:
        if (byte === CR) this.state = ChunkState.TrailerLf;
        else if (byte === LF || byte === NUL) return this.refuse('trailer');
        else if (byte !== SP && byte !== HT) this.trailerBytes++;
        return true;
      default:
        if (byte !== LF) return this.refuse('trailer');
        this.state = ChunkState.TrailerStart;
        return true;
    }
  }

  private stepTrailerStart(buffer: Buffer, byte: number, at: number): boolean {
    if (byte === CR) {
      this.keep(at);
      this.state = ChunkState.LastLf;
      return true;
    }
    if (LOWER_TOKEN[byte] === 0) return this.refuse('trailer');
    if (++this.trailerCount >= this.maxTrailers) return this.refuse('trailers-too-large');
    if (this.dropTrailers) this.leave(at);
    buffer[at] = LOWER_TOKEN[byte];
    this.nameLength = 1;
    this.trailerBytes++;
    this.state = ChunkState.TrailerName;
    return true;
  }

  private refuse(error: BodyError): boolean {
    this.error = error;
    return false;
  }
}

/** @returns -1 for anything but a hexadecimal digit */
function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
