/** What a request asks of the page, read from what follows `stats uri` in its target. */
type StatsFormat = 'html' | 'csv' | 'typed' | 'json' | 'json-schema' | 'live' | 'live-data' | 'live-events';

/** Outcome of an admin action, as it comes back in `;st=`. */
const ACTION_STATUSES = ['DONE', 'NONE', 'PART', 'ERRP', 'EXCD', 'DENY', 'UNKN'] as const;
export type ActionStatus = (typeof ACTION_STATUSES)[number];

export interface StatsRequest {
  readonly format: StatsFormat;
  /** `;up` */
  readonly onlyUp: boolean;
  /** `;norefresh` */
  readonly norefresh: boolean;
  /** `;st=`, undefined = none */
  readonly status: ActionStatus | undefined;
  /** `scope=` of the filter box, '' = none */
  readonly search: string;
}

/** HAProxy's limit of the filter box. */
export const SEARCH_LENGTH = 20;

/**
 * @param rest the request target from the end of `stats uri` on: `;csv`, `/;up;norefresh?scope=app`
 * @param refreshing whether `stats refresh` is set; without it `;norefresh` means nothing
 */
export function parseStatsRequest(rest: string, refreshing: boolean): StatsRequest {
  return {
    format: parseFormat(rest),
    onlyUp: rest.includes(';up'),
    norefresh: refreshing && rest.includes(';norefresh'),
    status: parseStatus(rest),
    search: parseSearch(rest),
  };
}

/** `;live`, `?live`; HAProxy has neither, so nothing that it understands may be taken for them. */
const LIVE = /[;?&]live(\.json|\.events)?(?![^;?&])/;
const LIVE_FORMS: Readonly<Record<string, StatsFormat>> = {
  '': 'live',
  '.json': 'live-data',
  '.events': 'live-events',
};

function parseFormat(rest: string): StatsFormat {
  const live = LIVE.exec(rest);
  if (live !== null) return LIVE_FORMS[live[1] ?? ''];
  if (rest.includes(';json-schema')) return 'json-schema';
  if (rest.includes(';json')) return 'json';
  if (rest.includes(';typed')) return 'typed';
  return rest.includes(';csv') ? 'csv' : 'html';
}

function parseStatus(rest: string): ActionStatus | undefined {
  const found = /;st=(.{0,4})/.exec(rest);
  if (found === null) return undefined;
  return ACTION_STATUSES.find((status) => status === found[1]) ?? 'UNKN';
}

/** Only characters that proxies' names may have; anything else asks for nothing, as in HAProxy. */
function parseSearch(rest: string): string {
  const found = /scope=([^;&# ]*)/.exec(rest);
  const text = found === null ? '' : found[1].slice(0, SEARCH_LENGTH);
  return /^[\w.:-]*$/.test(text) ? text : '';
}

/** The options that survive from link to link: `;up;norefresh?scope=app`. */
export function requestSuffix(request: { onlyUp: boolean; norefresh: boolean; search: string }): string {
  return (
    (request.onlyUp ? ';up' : '') +
    (request.norefresh ? ';norefresh' : '') +
    (request.search === '' ? '' : `?scope=${request.search}`)
  );
}
