import type { CaptureSlotModel } from '../../config/model.js';
import type { HeaderBlock } from '../../core/message.js';
import { valueAt } from '../../language/http/fields.js';
import type { HttpStream } from './stream.js';

/** `capture request header`, `capture response header` (manual 4.2, 8.8): kept for the log. Cookies: persistence/. */
export function captureRequest(stream: HttpStream): void {
  const { captureSlots } = stream.frontend.model;
  const headers = stream.request?.headers;
  if (headers === undefined || captureSlots.length === 0) return;
  stream.log.requestCaptures = captured(captureSlots, 'request', headers, stream.log.requestCaptures);
}

/** The slots of one direction; of several fields the last one counts, and slots without a header wait for a rule. */
function captured(
  slots: readonly CaptureSlotModel[],
  direction: 'request' | 'response',
  headers: HeaderBlock,
  before: readonly (string | undefined)[] | undefined,
): (string | undefined)[] {
  const values: (string | undefined)[] = [];
  for (const slot of slots) {
    if (slot.direction !== direction) continue;
    const { header, length } = slot;
    values.push(header === undefined ? before?.[values.length] : valueAt(headers, header, true, -1)?.slice(0, length));
  }
  return values;
}

export function captureResponse(stream: HttpStream): void {
  const { captureSlots } = stream.frontend.model;
  const headers = stream.response?.headers;
  if (headers === undefined || captureSlots.length === 0) return;
  stream.log.responseCaptures = captured(captureSlots, 'response', headers, stream.log.responseCaptures);
}
