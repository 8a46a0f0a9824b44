import type { ErrorReplyModel } from '../config/model.js';
import type { Reply } from '../core/action.js';
import { defaultReply } from '../rules/index.js';

/** What a proxy sends for each error status: its `errorfile`s and `errorloc`s over HAProxy's own pages. */
export interface ErrorReplies {
  get(status: number): Reply;
}

export function createErrorReplies(models: ReadonlyMap<number, ErrorReplyModel>): ErrorReplies {
  const own = new Map<number, Reply>();
  for (const [status, model] of models) own.set(status, replyOf(status, model));
  return { get: (status) => own.get(status) ?? defaultReply(status) };
}

function replyOf(status: number, model: ErrorReplyModel): Reply {
  if (model.kind === 'file') return { status, reason: '', headers: [], body: '', raw: model.content };
  return {
    status: model.status,
    reason: model.status === 302 ? 'Found' : 'See Other',
    headers: [
      ['cache-control', 'no-cache'],
      ['content-length', '0'],
      ['location', model.location],
    ],
    body: '',
  };
}

/**
 * The page for bytes that were never a request. HAProxy's HTTP/1 engine answers those itself: always with its own page,
 * in the old spelling of the field names, whatever `errorfile` says; an empty `errorfile` (`/dev/null`) silences it.
 */
export function pageForBadBytes(replies: ErrorReplies, status: number): string {
  if (replies.get(status).raw === '') return '';
  const { reason, body } = defaultReply(status);
  return (
    `HTTP/1.1 ${status} ${reason}\r\nContent-length: ${body.length}\r\nCache-Control: no-cache\r\n` +
    `Connection: close\r\nContent-Type: text/html\r\n\r\n${body}`
  );
}
