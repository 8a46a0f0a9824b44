import type { TlsFailure } from '../core/tls.js';
import type { CheckPlan, ExpectStep, Step } from './plan.js';

/** The info texts of checks, in HAProxy's words: monitoring scripts match them. */

/** What the C library says for the errnos that a connection can end with. */
const ERRNO_TEXT: Readonly<Record<string, string>> = {
  EACCES: 'Permission denied',
  EADDRINUSE: 'Address already in use',
  EADDRNOTAVAIL: 'Cannot assign requested address',
  ECONNABORTED: 'Software caused connection abort',
  ECONNREFUSED: 'Connection refused',
  ECONNRESET: 'Connection reset by peer',
  EHOSTUNREACH: 'No route to host',
  EMFILE: 'Too many open files',
  ENETDOWN: 'Network is down',
  ENETUNREACH: 'Network is unreachable',
  ENOBUFS: 'No buffer space available',
  ENOENT: 'No such file or directory',
  ENOTSOCK: 'Socket operation on non-socket',
  EPERM: 'Operation not permitted',
  EPIPE: 'Broken pipe',
  ESOCKSDENY: 'SOCKS4 Proxy deny the request',
  ESOCKSRECV: 'SOCKS4 Proxy read error during handshake',
  ETIMEDOUT: 'Connection timed out',
};

/** @param errno name as reported by a transport, '' = none */
export const errnoText = (errno: string): string => ERRNO_TEXT[errno] ?? errno;

/** The connection stood, and the SOCKS4 proxy at its end did not do as asked. */
export const isRelayError = (errno: string): boolean => errno.startsWith('ESOCKS');

/** What HAProxy says where connect() itself fails, rather than the connection that it began. */
export const generalError = (errno: string): string => `General socket error (${errnoText(errno)})`;

const IMMEDIATE = new Set(['EACCES', 'ENETDOWN', 'ENETUNREACH', 'EPERM']);

/** The kernel refuses such a connection without sending anything. */
export const isImmediate = (errno: string): boolean => IMMEDIATE.has(errno);

/** Why a TLS handshake with a server failed. */
export function handshakeText(failure: TlsFailure): string {
  return failure === 'mismatch'
    ? 'Server presented an SSL certificate different from the configured one'
    : 'SSL handshake failure';
}

/** Where a generic TCP check stood when its connection failed or time ran out; '' for the other kinds. */
export function stepSuffix(plan: CheckPlan, step: Step): string {
  if (plan.kind !== 'tcp-check') return '';
  if (step.id === 0) return ' at initial connection step of tcp-check';
  const comment = step.comment === '' ? '' : ` comment: '${step.comment}'`;
  return ` at step ${step.id} of tcp-check (${describeStep(step)})${comment}`;
}

function describeStep(step: Step): string {
  if (step.action === 'send') return 'send';
  if (step.action === 'variable') return 'action';
  if (step.action === 'expect') return `expect ${describeRaw(step)}`;
  return typeof step.port === 'number' ? `connect port ${step.port}` : 'connect';
}

function describeRaw({ match }: ExpectStep): string {
  if (match.on !== 'bytes') return 'custom function';
  switch (match.kind) {
    case 'string':
      return `string '${match.pattern}'`;
    case 'binary':
      return `binary '${match.pattern}'`;
    case 'regex':
      return 'regex';
    case 'binary-regex':
      return 'binary regex';
    case 'string-lf':
      return 'log-format string';
    default:
      return 'log-format binary';
  }
}

/** The server closed without a byte. */
export function emptyResponse(step: ExpectStep): string {
  const comment = step.comment === '' ? '' : ` comment: '${step.comment}'`;
  return `TCPCHK got an empty response at step ${step.id}${comment}`;
}

/** The bytes did not fit, or a negated pattern did. */
export function rawMismatch(step: ExpectStep, matched: boolean): string {
  const head = matched ? 'TCPCHK matched unwanted content' : 'TCPCHK did not match content';
  const { match } = step;
  const what =
    match.on !== 'bytes'
      ? ' (custom function)'
      : match.kind === 'string'
        ? ` '${match.pattern}'`
        : ` (${KIND[match.kind]})`;
  return `${head}${what} at step ${step.id}`;
}

const KIND = {
  binary: 'binary',
  regex: 'regex',
  'binary-regex': 'binary regex',
  'string-lf': 'log-format string',
  'binary-lf': 'log-format binary',
} as const;

/** What follows every message of a failed expect rule that has a comment. */
export const withComment = (info: string, { comment }: Step): string =>
  comment === '' ? info : `${info} comment: ${comment}`;
