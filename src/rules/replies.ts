import type { Reply } from '../core/action.js';

/** Status, reason and sentence of HAProxy's own answers. */
const STANDARD: readonly (readonly [status: number, reason: string, sentence: string])[] = [
  [200, 'OK', 'Service ready.'],
  [400, 'Bad request', 'Your browser sent an invalid request.'],
  [401, 'Unauthorized', 'You need a valid user and password to access this content.'],
  [403, 'Forbidden', 'Request forbidden by administrative rules.'],
  [404, 'Not Found', 'The resource could not be found.'],
  [405, 'Method Not Allowed', 'A request was made of a resource using a request method not supported by that resource'],
  [407, 'Unauthorized', 'You need a valid user and password to access this content.'],
  [408, 'Request Time-out', "Your browser didn't send a complete request in time."],
  [410, 'Gone', 'The resource is no longer available and will not be available again.'],
  [413, 'Payload Too Large', 'The request entity exceeds the maximum allowed.'],
  [421, 'Misdirected Request', 'Request sent to a non-authoritative server.'],
  [422, 'Unprocessable Content', 'The server cannot process the contained instructions.'],
  [425, 'Too Early', 'Your browser sent early data.'],
  [429, 'Too Many Requests', 'You have sent too many requests in a given amount of time.'],
  [500, 'Internal Server Error', 'An internal server error occurred.'],
  [501, 'Not Implemented', '.The server does not support the functionality required to fulfill the request.'],
  [502, 'Bad Gateway', 'The server returned an invalid or incomplete response.'],
  [503, 'Service Unavailable', 'No server is available to handle this request.'],
  [504, 'Gateway Time-out', "The server didn't respond in time."],
];

function page(status: number, reason: string, sentence: string): Reply {
  const body = `<html><body><h1>${status} ${reason}</h1>\n${sentence}\n</body></html>\n`;
  return {
    status,
    reason,
    headers: [
      ['content-length', String(body.length)],
      ['cache-control', 'no-cache'],
      ['content-type', 'text/html'],
    ],
    body,
  };
}

const REPLIES: ReadonlyMap<number, Reply> = new Map(
  STANDARD.map(([status, reason, sentence]) => [status, page(status, reason, sentence)]),
);

/** Statuses that have an answer of their own: those that `errorfile` may replace (manual 4.2). */
export const STANDARD_STATUSES: readonly number[] = STANDARD.map(([status]) => status);

/** HAProxy's own answer with a status; that of 500 for statuses that have none. */
export function defaultReply(status: number): Reply {
  return REPLIES.get(status) ?? (REPLIES.get(500) as Reply);
}

/** Reason phrases of answers that rules make. */
const PHRASES: Readonly<Record<number, string>> = { 302: 'Found' };

/** Phrase of a status that a rule answers with; '' = the standard one. */
export function reasonOf(status: number): string {
  return PHRASES[status] ?? '';
}
