import { BodyFraming } from '../../core/message.js';
import { HeadFlag, H1Request } from './head.js';
import type { H1Head } from './head.js';

/**
 * Fields that belong to one connection only (RFC 9110 section 7.6.1), as HAProxy 2.6 treats them: of `connection` it
 * takes `close` and `keep-alive` away and keeps what is left, `te` is reduced to `trailers`, and `keep-alive`,
 * `proxy-connection` and the fields named by `connection` pass.
 */

/** The connection field we add ourselves, last in the head. */
export const enum ConnectionHeader {
  None,
  Close,
  KeepAlive,
}

/** What to say to a server: HTTP/1.1 persists by default, 1.0 does not. */
export function requestConnection(minor: number, close: boolean): ConnectionHeader {
  if (minor === 1) return close ? ConnectionHeader.Close : ConnectionHeader.None;
  return close ? ConnectionHeader.None : ConnectionHeader.KeepAlive;
}

/**
 * What to say to a client.
 * @param minor of the response as it is sent
 * @param clientMinor of the request
 */
export function responseConnection(minor: number, clientMinor: number, close: boolean): ConnectionHeader {
  if (close) return minor === 1 ? ConnectionHeader.Close : ConnectionHeader.None;
  return minor === 1 && clientMinor === 1 ? ConnectionHeader.None : ConnectionHeader.KeepAlive;
}

const HOP_FLAGS = HeadFlag.Connection | HeadFlag.Te | HeadFlag.Upgrade;

/** True when no field of this head concerns the connection it came on, so that nothing has to be taken out. */
export function isEndToEnd(head: H1Head): boolean {
  return (head.flags & HOP_FLAGS) === 0;
}

/** Takes out what must not reach the other side. Idempotent; marks the head as edited where it changes something. */
export function dropHopFields(head: H1Head): void {
  // the flags speak for what was received; a rule may have put such a field in
  const added = head.headers.appendedNames;
  const hopAdded = added.length > 0 && (added.includes('connection') || added.includes('te'));
  if (isEndToEnd(head) && !hopAdded) return;
  dropDoubtfulUpgrade(head);
  if (hopAdded || head.has(HeadFlag.ConnectionOther) || head.headers.replaced.length > 0) dropConnectionTokens(head);
  else if (head.has(HeadFlag.Connection)) head.headers.delete('connection');
  if (hopAdded || head.has(HeadFlag.Te)) reduceTe(head);
}

const PERSISTENCE = /^(?:close|keep-alive)$/i;

function dropConnectionTokens(head: H1Head): void {
  const headers = head.headers;
  for (let i = headers.find('connection'); i >= 0; i = headers.find('connection', i)) {
    const value = headers.value(i);
    const tokens = value.split(',').map((token) => token.trim());
    const kept = tokens.filter((token) => token !== '' && !PERSISTENCE.test(token));
    if (kept.length === 0) {
      headers.deleteAt(i);
      continue;
    }
    if (kept.length < tokens.length) headers.replaceAt(i, kept.join(', '));
    i++;
  }
}

/** `te: trailers` is the only thing that has a meaning further on; anything else would ask for codings we do not undo. */
function reduceTe(head: H1Head): void {
  const headers = head.headers;
  for (let i = headers.find('te'); i >= 0; i = headers.find('te', i)) {
    const value = headers.value(i);
    if (value.split(',').every((coding) => coding.trim() !== 'trailers')) {
      headers.deleteAt(i);
      continue;
    }
    if (value !== 'trailers') headers.replaceAt(i, 'trailers');
    i++;
  }
}

/**
 * An upgrade beside a body is ambiguous (2.6 drops the field), and an upgrade to h2c would carry later requests past
 * every rule of ours (3.x drops it).
 */
function dropDoubtfulUpgrade(head: H1Head): void {
  if (!(head instanceof H1Request) || !head.has(HeadFlag.Upgrade)) return;
  if (head.has(HeadFlag.H2c)) {
    head.headers.delete('upgrade');
    head.headers.delete('http2-settings');
    head.headers.delete('connection');
    head.flags &= ~(HOP_FLAGS | HeadFlag.ConnectionUpgrade | HeadFlag.ConnectionOther) | HeadFlag.Te;
  } else if (head.framing !== BodyFraming.None) head.headers.delete('upgrade');
}
