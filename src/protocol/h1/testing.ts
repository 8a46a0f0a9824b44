import { H1Request, H1Response } from './head.js';
import { parseRequest, parseResponse, ParseResult } from './parser.js';
import type { ParseOptions } from './parser.js';

/** What the tests of this folder share. */

export const LIMITS: ParseOptions = { acceptInvalid: false, maxHeaders: 101, maxHeadSize: 15360 };
export const RELAXED: ParseOptions = { ...LIMITS, acceptInvalid: true };

export function latin1(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

/** Parses a request that must be complete or invalid. */
export function request(text: string, options: ParseOptions = LIMITS): H1Request {
  const head = new H1Request();
  const buffer = latin1(text);
  if (parseRequest(head, buffer, 0, buffer.length, options) === ParseResult.Incomplete) throw new Error('incomplete');
  return head;
}

/** Parses a response that must be complete or invalid. */
export function response(text: string, options: ParseOptions = LIMITS): H1Response {
  const head = new H1Response();
  const buffer = latin1(text);
  if (parseResponse(head, buffer, 0, buffer.length, options) === ParseResult.Incomplete) throw new Error('incomplete');
  return head;
}
