import { clock } from '../../../base/clock.js';
import type { HeaderBlock } from '../../../core/message.js';
import type { Backend } from '../../../state/backend.js';
import type { CookiePlan } from '../../../state/persistence.js';
import type { Server } from '../../../state/server.js';
import { applyPersistRules, applyRdpCookie, applyUseServer, direct, mayUse } from '../../../upstream/direct.js';
import { matchSticky } from '../../../upstream/sticking.js';
import { type Placeable, Stick } from '../../../upstream/placement.js';
import type { Facts } from '../../facts.js';
import type { HttpStream } from '../stream.js';
import { editCookies, type Verdict } from './cookie-fields.js';
import { readDate } from './dates.js';
import { CookieTrack } from './track.js';

/** Clocks of proxies may differ; a date further ahead than this is forged (manual 4.2 `cookie`, maxidle). */
const LATEST_AHEAD = 86_400;

/** All rules have passed: servers that are chosen by `use-server`, a cookie, an RDP cookie, or a stick-table. */
export function chooseDirectly(stream: HttpStream, backend: Backend): void {
  if (backend.useServers.length > 0) applyUseServer(stream.attempts, backend);
  readCookies(stream, backend);
  if (backend.persistence !== undefined) applyRdpCookie(stream.attempts, backend);
  if (backend.sticking !== undefined) stream.sticky = matchSticky(stream.attempts, backend, backend.sticking);
}

/**
 * Looks for the persistence cookie, and the one to be captured, in the request. Denied requests are looked at, too: their
 * log lines show both.
 */
export function readCookies(stream: HttpStream, backend: Backend | undefined): void {
  const plan = backend?.persistence?.cookie;
  const capture = stream.frontend.model.captureCookie;
  const headers = stream.request?.headers;
  if ((plan === undefined && capture === undefined) || headers === undefined) return;
  const track = plan === undefined ? undefined : (stream.cookies ??= new CookieTrack(plan));
  editEach(headers, 'cookie', (line) =>
    editCookies(line, (name, value, pair) => {
      if (capture !== undefined && stream.log.requestCookie === '' && pair.startsWith(capture.name))
        stream.log.requestCookie = pair.slice(0, capture.length);
      return track === undefined || name !== track.plan.name
        ? 'keep'
        : follow(stream, backend as Backend, track, value);
    }),
  );
  track?.show(stream.log);
}

/** Edits the fields called `name`; only what changes is written. */
export function editEach(headers: HeaderBlock, name: string, edit: (line: string) => string | undefined): void {
  for (let at = headers.find(name); at >= 0; at = headers.find(name, at)) {
    const line = headers.value(at);
    const edited = edit(line);
    if (edited === undefined) {
      headers.deleteAt(at);
      continue;
    }
    if (edited !== line) headers.replaceAt(at, edited);
    at++;
  }
}

/** Finds the server that a persistence cookie names. */
function follow(stream: HttpStream, backend: Backend, track: CookieTrack, value: string): Verdict {
  const { plan } = track;
  const end = plan.mode === 'prefix' ? value.indexOf('~') : value.indexOf('|');
  const name = end < 0 ? value : value.slice(0, end);
  const outdated = plan.mode !== 'prefix' && end >= 0 && tooOld(track, value.slice(end + 1));
  const { attempts } = stream;
  const ignored = (attempts.stick & Stick.Ignored) !== 0;
  if (!ignored && attempts.wanted === undefined && !outdated) findServer(attempts, backend, track, name);
  if (track.request === 'N' || track.request === 'I')
    track.request = attempts.wanted !== undefined || ignored ? 'U' : 'I';
  return verdict(plan, value, end);
}

function verdict(plan: CookiePlan, value: string, end: number): Verdict {
  if (plan.mode === 'prefix') return end < 0 ? 'keep' : { value: value.slice(end + 1) };
  return plan.mode === 'insert' && plan.indirect ? 'delete' : 'keep';
}

/** Several servers may share a value: the first that may be used is taken. */
function findServer(attempts: Placeable, backend: Backend, track: CookieTrack, name: string): void {
  for (const server of backend.servers) {
    if (server.cookie !== name) continue;
    if (mayUse(server, attempts.stick)) {
      track.request = server.usable ? 'V' : 'D';
      track.server = server;
      direct(attempts, server);
      return;
    }
    track.request = 'D';
  }
}

/** Reads the dates. @returns whether the cookie is too old, or from the future */
function tooOld(track: CookieTrack, dates: string): boolean {
  const { maxIdleSeconds, maxLifeSeconds } = track.plan;
  const bar = dates.indexOf('|');
  track.lastDate = readDate(bar < 0 ? dates : dates.slice(0, bar));
  track.firstDate = bar < 0 ? 0 : readDate(dates.slice(bar + 1));
  const now = Math.floor(clock.date() / 1000);
  const passed = (date: number, limit: number): boolean =>
    limit > 0 && date !== 0 && (date + limit < now || date > now + LATEST_AHEAD);
  if (passed(track.lastDate, maxIdleSeconds)) track.request = 'E';
  else if (passed(track.firstDate, maxLifeSeconds)) track.request = 'O';
  else return false;
  track.lastDate = 0;
  track.firstDate = 0;
  return true;
}

/** The backend is chosen: what its log lines show, and how far persistence goes. */
export function beginPersistence(stream: HttpStream, backend: Backend): void {
  const cookie = backend.persistence?.cookie;
  stream.cookies = cookie === undefined ? undefined : new CookieTrack(cookie);
  stream.log.cookieState = cookie?.logged === true ? 'NN' : '--';
  if (backend.persistence !== undefined) applyPersistRules(stream.attempts, backend);
}

/** A redispatched stream's cookie led to a server that it does not use. @param server where it goes now */
export function leaveCookie(track: CookieTrack, server: Server, log: Facts): void {
  if (track.request !== 'V' || server === track.server) return;
  track.request = 'D';
  track.show(log);
}
