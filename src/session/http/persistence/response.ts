import { clock } from '../../../base/clock.js';
import { LogLevel } from '../../../core/log.js';
import type { HeaderBlock } from '../../../core/message.js';
import { Method } from '../../../protocol/h1/head.js';
import type { Backend } from '../../../state/backend.js';
import type { CookiePlan } from '../../../state/persistence.js';
import type { Server } from '../../../state/server.js';
import { Stick } from '../../../upstream/placement.js';
import type { HttpStream } from '../stream.js';
import { cacheability, Cacheable } from './cacheable.js';
import { editSetCookie, editSetCookie2, type Judge, type Verdict } from './cookie-fields.js';
import { dateText } from './dates.js';
import { editEach } from './request.js';
import type { CookieTrack } from './track.js';

/**
 * After the rules: the server's own cookies, and the one that keeps the client on its server (manual 4.2 `cookie`,
 * `option checkcache`). @returns false when the response is blocked
 */
export function writeCookies(stream: HttpStream, backend: Backend): boolean {
  const headers = stream.response?.headers;
  const { server, cookies: track } = stream;
  if (headers === undefined || server === undefined) return true;
  const present = readSetCookies(stream, headers, server, track);
  const checks = backend.persistence?.checkCache === true;
  if (track === undefined && !checks) return true;
  let cacheable = checks || track?.plan.nocache === true ? cacheabilityOf(stream, headers) : Cacheable.No;
  if (track !== undefined && needsCookie(stream, track)) {
    const value = track.plan.name + setCookieValue(track, server);
    headers.add('set-cookie', value);
    track.response = server.cookie !== undefined && isDirect(stream) ? 'U' : 'I';
    if (track.plan.nocache && cacheable !== Cacheable.No) {
      headers.add('cache-control', 'private');
      cacheable = Cacheable.No;
    }
  }
  track?.show(stream.log);
  if (!checks || !present || cacheable !== Cacheable.Yes) return true;
  block(stream, backend, server);
  return false;
}

const isDirect = ({ attempts }: HttpStream): boolean => (attempts.stick & Stick.Direct) !== 0;

function cacheabilityOf(stream: HttpStream, headers: HeaderBlock): Cacheable {
  return cacheability(headers, stream.response?.status ?? 0, stream.request?.kind ?? Method.Other);
}

/** @returns whether the server sets any cookie */
function readSetCookies(
  stream: HttpStream,
  headers: HeaderBlock,
  server: Server,
  track: CookieTrack | undefined,
): boolean {
  const capture = stream.frontend.model.captureCookie;
  let present = false;
  const judge: Judge = (name, value, pair) => {
    present = true;
    if (capture !== undefined && stream.log.responseCookie === '' && pair.startsWith(capture.name))
      stream.log.responseCookie = pair.slice(0, capture.length);
    if (track === undefined || name !== track.plan.name || (stream.attempts.stick & Stick.Ignored) !== 0) return 'keep';
    return replaceServersOwn(stream, track, server, value);
  };
  editEach(headers, 'set-cookie', (line) => editSetCookie(line, judge));
  editEach(headers, 'set-cookie2', (line) => editSetCookie2(line, judge));
  return present;
}

/** The server sets a cookie of the same name. */
function replaceServersOwn(stream: HttpStream, track: CookieTrack, server: Server, value: string): Verdict {
  const { mode, indirect, preserve } = track.plan;
  track.response = 'P';
  if (preserve) return 'keep';
  if (mode === 'insert' || (isDirect(stream) && indirect)) {
    track.response = 'D';
    return 'delete';
  }
  if (server.cookie === undefined || mode === undefined) return 'keep';
  track.response = 'R';
  return { value: mode === 'rewrite' ? server.cookie : `${server.cookie}~${value}` };
}

/** Whether the client has to be told: it is not where it asked to go, or its cookie's dates are not as they should be. */
function needsCookie(stream: HttpStream, { plan, response, lastDate, firstDate }: CookieTrack): boolean {
  if (plan.mode !== 'insert' || (stream.attempts.stick & Stick.Ignored) !== 0) return false;
  if (response === 'P' && plan.preserve) return false;
  if (plan.postonly && stream.request?.kind !== Method.Post) return false;
  if (!isDirect(stream)) return true;
  const now = Math.floor(clock.date() / 1000);
  if ((plan.maxIdleSeconds > 0 || lastDate !== 0) && (lastDate === 0 || lastDate < now)) return true;
  return plan.maxLifeSeconds > 0 === (firstDate === 0);
}

/** From the equals sign on. A server without a cookie takes the client's away. */
function setCookieValue({ plan, firstDate }: CookieTrack, server: Server): string {
  if (server.cookie === undefined) return `=; Expires=Thu, 01-Jan-1970 00:00:01 GMT; path=/${plan.suffix}`;
  return `=${server.cookie}${dates(plan, firstDate)}; path=/${plan.suffix}`;
}

function dates({ maxIdleSeconds, maxLifeSeconds }: CookiePlan, firstDate: number): string {
  if (maxIdleSeconds === 0 && maxLifeSeconds === 0) return '';
  const now = Math.floor(clock.date() / 1000);
  const last = `|${dateText(now)}`;
  return maxLifeSeconds === 0 ? last : `${last}|${dateText(firstDate === 0 ? now : firstDate)}`;
}

/** `option checkcache`: a cache would hand one client's cookie to all others. */
function block(stream: HttpStream, backend: Backend, server: Server): void {
  backend.logger.event(
    LogLevel.Alert,
    `Blocking cacheable cookie in response from instance ${backend.name}, server ${server.name}.`,
  );
  stream.ending.denyResponse();
}
