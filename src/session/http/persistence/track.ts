import type { Server } from '../../../state/server.js';
import type { CookiePlan } from '../../../state/persistence.js';
import type { Facts } from '../../facts.js';

/** What the client's cookie was worth: third letter of the termination state (manual 8.5). */
export type RequestLetter = 'N' | 'I' | 'D' | 'V' | 'E' | 'O' | 'U';
/** What was done with the server's, and with ours: the fourth letter. */
export type ResponseLetter = 'N' | 'P' | 'D' | 'I' | 'R' | 'U';

/** The persistence cookie of one exchange. */
export class CookieTrack {
  request: RequestLetter = 'N';
  response: ResponseLetter = 'N';
  /** Dates the client's cookie carried, seconds since 1970, 0 = none. */
  lastDate = 0;
  firstDate = 0;
  /** The server the cookie led to. */
  server: Server | undefined = undefined;

  constructor(readonly plan: CookiePlan) {}

  /** Keeps the letters in the facts for the log up to date. */
  show(log: Facts): void {
    if (this.plan.logged) log.cookieState = this.request + this.response;
  }
}
