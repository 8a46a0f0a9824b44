import type { CapturedHeaderModel } from '../../config/model.js';
import type { HeaderBlock } from '../../core/message.js';
import { valueAt } from '../../language/http/fields.js';
import type { HttpStream } from './stream.js';

/** `capture request header`, `capture cookie` (manual 4.2, 8.8): kept for the log. */
export function captureRequest(stream: HttpStream): void {
  const { model } = stream.frontend;
  const headers = stream.request?.headers;
  if (headers === undefined) return;
  const { captureRequestHeaders: wanted, captureCookie } = model;
  if (wanted.length > 0) stream.log.requestCaptures = captured(wanted, headers, stream.log.requestCaptures);
  else if (model.requestSlots.length > 0) stream.log.requestCaptures ??= [];
  if (captureCookie !== undefined) {
    for (let i = headers.find('cookie'); i >= 0; i = headers.find('cookie', i + 1)) {
      const found = findCookie(headers.value(i).split(';'), captureCookie.name);
      if (found !== undefined) stream.log.requestCookie = found.slice(0, captureCookie.length);
    }
  }
}

/** Of several fields the last one is captured. */
function lastValue(headers: HeaderBlock, name: string): string | undefined {
  return valueAt(headers, name.toLowerCase(), true, -1);
}

export function captureResponse(stream: HttpStream): void {
  const { model } = stream.frontend;
  const headers = stream.response?.headers;
  if (headers === undefined) return;
  const { captureResponseHeaders: wanted, captureCookie } = model;
  if (wanted.length > 0) stream.log.responseCaptures = captured(wanted, headers, stream.log.responseCaptures);
  if (captureCookie !== undefined) {
    for (let i = headers.find('set-cookie'); i >= 0; i = headers.find('set-cookie', i + 1)) {
      const found = findCookie(headers.value(i).split(';').slice(0, 1), captureCookie.name);
      if (found !== undefined) stream.log.responseCookie = found.slice(0, captureCookie.length);
    }
  }
}

/** The last field of each name, cut to the length of its slot. */
function captured(
  wanted: readonly CapturedHeaderModel[],
  headers: HeaderBlock,
  slots: (string | undefined)[] = [],
): (string | undefined)[] {
  for (const { name, length, slot } of wanted) {
    const value = lastValue(headers, name);
    if (value !== undefined) slots[slot] = value.slice(0, length);
  }
  return slots;
}

/** The first `name=value` whose name is `wanted`, or begins with it when that ends with `*`. */
function findCookie(pairs: readonly string[], wanted: string): string | undefined {
  const prefix = wanted.endsWith('*') ? wanted.slice(0, -1) : undefined;
  return pairs
    .map((pair) => pair.trim())
    .find((pair) => (prefix === undefined ? pair.startsWith(`${wanted}=`) : pair.startsWith(prefix)));
}
