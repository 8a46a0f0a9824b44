import type { ProxyModel } from '../../config/model.js';
import type { HttpStream } from './stream.js';

const UNUSUAL = /[^A-Za-z0-9-]/;

/**
 * `option http-restrict-req-hdr-names` (manual 4.2): takes out the fields whose names have other characters than letters,
 * digits and dashes, or refuses the request. Programs that turn dashes into underscores take such names for others.
 * @returns false when the request is refused
 */
export function restrictHeaderNames(
  { request }: HttpStream,
  policy: ProxyModel['restrictRequestHeaderNames'],
): boolean {
  if (request === undefined || policy === undefined || policy === 'preserve') return true;
  const { headers } = request;
  for (let i = headers.count - 1; i >= 0; i--) {
    if (!UNUSUAL.test(headers.name(i))) continue;
    if (policy === 'reject') return false;
    headers.deleteAt(i);
  }
  return true;
}
