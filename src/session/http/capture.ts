import type { CaptureSlotModel } from '../../config/model.js';
import type { HeaderBlock } from '../../core/message.js';
import { valueAt } from '../../language/http/fields.js';
import type { HttpStream } from './stream.js';

/** `capture request header`, `capture cookie` (manual 4.2, 8.8): kept for the log. */
export function captureRequest(stream: HttpStream): void {
  const { model } = stream.frontend;
  const headers = stream.request?.headers;
  if (headers === undefined) return;
  const { captureSlots, captureCookie } = model;
  if (captureSlots.length > 0) stream.log.requestCaptures = captured(captureSlots, 'request', headers);
  if (captureCookie !== undefined) {
    for (let i = headers.find('cookie'); i >= 0; i = headers.find('cookie', i + 1)) {
      const found = findCookie(headers.value(i).split(';'), captureCookie.name);
      if (found !== undefined) stream.log.requestCookie = found.slice(0, captureCookie.length);
    }
  }
}

/** The slots of one direction; of several fields the last one counts, and slots without a header wait for a rule. */
function captured(
  slots: readonly CaptureSlotModel[],
  direction: 'request' | 'response',
  headers: HeaderBlock,
): (string | undefined)[] {
  const values: (string | undefined)[] = [];
  for (const slot of slots) {
    if (slot.direction !== direction) continue;
    const { header, length } = slot;
    values.push(header === undefined ? undefined : valueAt(headers, header, true, -1)?.slice(0, length));
  }
  return values;
}

export function captureResponse(stream: HttpStream): void {
  const { model } = stream.frontend;
  const headers = stream.response?.headers;
  if (headers === undefined) return;
  const { captureSlots, captureCookie } = model;
  if (captureSlots.length > 0) stream.log.responseCaptures = captured(captureSlots, 'response', headers);
  if (captureCookie !== undefined) {
    for (let i = headers.find('set-cookie'); i >= 0; i = headers.find('set-cookie', i + 1)) {
      const found = findCookie(headers.value(i).split(';').slice(0, 1), captureCookie.name);
      if (found !== undefined) stream.log.responseCookie = found.slice(0, captureCookie.length);
    }
  }
}

/** The first `name=value` whose name is `wanted`, or begins with it when that ends with `*`. */
function findCookie(pairs: readonly string[], wanted: string): string | undefined {
  const prefix = wanted.endsWith('*') ? wanted.slice(0, -1) : undefined;
  return pairs
    .map((pair) => pair.trim())
    .find((pair) => (prefix === undefined ? pair.startsWith(`${wanted}=`) : pair.startsWith(prefix)));
}
