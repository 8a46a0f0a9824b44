import { equalsIgnoreCase } from './chars.js';
import { Method } from './head.js';
import type { H1Request, HeadError } from './head.js';

/** The forms of a request target (RFC 9112 section 3.2) and their agreement with Host. */

const SLASH = 0x2f;
const ASTERISK = 0x2a;

/** @returns '' when the target has the form its method asks for and agrees with Host */
export function checkTarget(head: H1Request): HeadError {
  const first = head.buffer[head.targetStart];
  if (head.kind === Method.Connect) return checkAuthorityForm(head);
  if (first === SLASH) return '';
  if (first === ASTERISK)
    // 2.6 takes `*` with any method; 3.x only where RFC 9112 section 3.2.4 defines it
    return head.kind === Method.Options && head.targetEnd - head.targetStart === 1 ? '' : 'target';
  return checkAbsoluteForm(head);
}

const ABSOLUTE = /^([a-zA-Z][a-zA-Z0-9+.-]*):\/\/(?:[^/?#]*@)?([^/?#]*)/;

/** Absolute form: Host must name the same authority; a default port is removed, and Host made equal, as HAProxy does. */
function checkAbsoluteForm(head: H1Request): HeadError {
  const match = ABSOLUTE.exec(head.target);
  if (match === null) return 'target';
  const [prefix, scheme, authority] = match;
  const port = defaultPort(scheme.toLowerCase());
  const bare = withoutPort(authority, port);
  if (authority !== '' && !agreesWithHost(head, bare, port)) return 'authority';
  if (bare !== authority) {
    head.target = prefix.slice(0, prefix.length - authority.length) + bare + head.target.slice(prefix.length);
    if (head.hostIndex >= 0) head.headers.replaceAt(head.hostIndex, bare);
  }
  return '';
}

const AUTHORITY = /^(?:[^/?#@]*@)?((?:\[[^\]/?#]*\]|[^/?#:[\]]+)(:\d+))$/;

/** CONNECT: authority with a port; Host may leave out 80 and 443. */
function checkAuthorityForm(head: H1Request): HeadError {
  const match = AUTHORITY.exec(head.target);
  if (match === null) return 'target';
  const [, authority, port] = match;
  if (port !== ':80' && port !== ':443') return agreesWithHost(head, authority, '') ? '' : 'authority';
  if (!agreesWithHost(head, withoutPort(authority, port), port)) return 'authority';
  dropHostPort(head, port);
  return '';
}

function defaultPort(scheme: string): string {
  if (scheme === 'http') return ':80';
  return scheme === 'https' ? ':443' : '';
}

/** An empty port is the default one too (RFC 3986, 6.2.3). */
function withoutPort(authority: string, port: string): string {
  if (port === '') return authority;
  if (authority.endsWith(port)) return authority.slice(0, -port.length);
  return authority.endsWith(':') ? authority.slice(0, -1) : authority;
}

/** No Host at all agrees with everything. */
function agreesWithHost(head: H1Request, authority: string, port: string): boolean {
  if (head.hostIndex < 0) return true;
  const at = head.hostIndex * 4;
  const start = head.headers.offsets[at + 2];
  const end = head.headers.offsets[at + 3];
  const wanted = authority.toLowerCase();
  return (
    equalsIgnoreCase(head.buffer, start, end, wanted) ||
    (port !== '' &&
      (equalsIgnoreCase(head.buffer, start, end, wanted + port) ||
        equalsIgnoreCase(head.buffer, start, end, `${wanted}:`)))
  );
}

function dropHostPort(head: H1Request, port: string): void {
  if (head.hostIndex < 0) return;
  const host = head.headers.value(head.hostIndex);
  if (host.endsWith(port)) head.headers.replaceAt(head.hostIndex, host.slice(0, -port.length));
}
