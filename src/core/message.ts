/**
 * One HTTP message head, independent of the version that carried it: what rules, fetches and logs see.
 *
 * Text is latin1 everywhere: one code unit is one byte, so nothing is lost and nothing is decoded on the way through.
 * Header names are lower case, as HAProxy sends them. Edits are an overlay on the received bytes: a head that nobody
 * touches is forwarded as the slice it arrived in (DESIGN section 3).
 */

/** Header fields in order. Indices are positions among the fields that are still there; they shift when one is deleted. */
export interface HeaderBlock {
  /** Number of fields, edits included. */
  readonly count: number;
  /** True once anything was added, replaced or deleted. */
  readonly edited: boolean;
  /** @param index 0..count-1 */
  name(index: number): string;
  /** Value without surrounding white space. */
  value(index: number): string;
  /** Position of the next field called `name` (lower case) at or after `from`, or -1. */
  find(name: string, from?: number): number;
  /** Value of the first field called `name` (lower case), or undefined. */
  get(name: string): string | undefined;
  /** Appends a field at the end. The name is lower-cased. */
  add(name: string, value: string): void;
  /** Deletes all fields called `name`, then appends one. */
  set(name: string, value: string): void;
  /** Deletes all fields called `name`. @returns how many there were */
  delete(name: string): number;
  replaceAt(index: number, value: string): void;
  deleteAt(index: number): void;
}

/** How the body is delimited (RFC 9112 section 6.3). */
export const enum BodyFraming {
  None,
  Length,
  Chunked,
  /** Response only: until the server closes. */
  UntilClose,
  /** After 101 or a successful CONNECT: bytes both ways until either side closes. */
  Tunnel,
}

export interface MessageHead {
  /** HTTP minor version for HTTP/1 (0 or 1). */
  readonly minor: number;
  readonly headers: HeaderBlock;
  framing: BodyFraming;
  /** Bytes announced by Content-Length; -1 when there is none. */
  contentLength: number;
}

export interface RequestHead extends MessageHead {
  method: string;
  /** The client's, whatever rules have made of it; undefined = the same. */
  readonly receivedMethod?: string;
  /** The request target exactly as it will be sent (origin-form, absolute-form, authority or `*`). */
  target: string;
}

export interface ResponseHead extends MessageHead {
  status: number;
  reason: string;
}
