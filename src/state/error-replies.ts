import type { Reply } from '../core/action.js';

/** What a proxy sends for each error status: its `errorfile`s and `errorloc`s over HAProxy's own pages. */
export interface ErrorReplies {
  get(status: number): Reply;
}
