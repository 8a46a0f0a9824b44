import type { HeaderBlock } from '../../core/message.js';
import { valueAt } from '../../language/http/fields.js';
import type { HttpStream } from './stream.js';

/** `capture request header`, `capture response header` (manual 4.2, 8.8): kept for the log. Cookies: persistence/. */
export function captureRequest(stream: HttpStream): void {
  const { model } = stream.frontend;
  const headers = stream.request?.headers;
  const { captureRequestHeaders: wanted } = model;
  if (headers === undefined) return;
  if (wanted.length > 0 || model.declaredCaptures.length > 0) {
    stream.log.requestCaptures = wanted.map(({ name, length }) => lastValue(headers, name)?.slice(0, length));
  }
}

/** Of several fields the last one is captured. */
function lastValue(headers: HeaderBlock, name: string): string | undefined {
  return valueAt(headers, name.toLowerCase(), true, -1);
}

export function captureResponse(stream: HttpStream): void {
  const { captureResponseHeaders: wanted } = stream.frontend.model;
  const headers = stream.response?.headers;
  if (headers === undefined || wanted.length === 0) return;
  stream.log.responseCaptures = wanted.map(({ name, length }) => lastValue(headers, name)?.slice(0, length));
}
