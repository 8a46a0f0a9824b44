import type { CheckFacts } from '../plan.js';

/** A check's request before it is written. */
export interface RequestDraft {
  method: string;
  uri: (facts: CheckFacts) => string;
  /** `HTTP/1.0`, `HTTP/1.1` */
  version: string;
  fields: [name: string, value: (facts: CheckFacts) => string][];
  body: ((facts: CheckFacts) => string) | undefined;
}

/** Methods whose requests have a length even without a body. */
const WITH_BODY = new Set(['POST', 'PUT', 'PATCH']);

/**
 * The request as HAProxy writes it: names in lower case, the body's length counted here (whatever the configuration
 * says about it is dropped), `connection: close` in HTTP/1.1 unless a Connection field is configured.
 */
export function writeRequest(draft: RequestDraft, facts: CheckFacts, withState: boolean): string {
  const body = draft.body?.(facts) ?? '';
  const lines: string[] = [];
  let connection: string | undefined;
  let host: string | undefined;
  for (const [written, valueOf] of draft.fields) {
    const name = written.toLowerCase();
    if (name === 'content-length' || name === 'transfer-encoding') continue;
    const value = valueOf(facts);
    if (name === 'connection') connection = value;
    else lines.push(`${name}: ${value}`);
    if (name === 'host') host = value;
  }
  if (withState) lines.push(`x-haproxy-server-state: ${facts.target.stateHeader}`);
  if (body !== '' || WITH_BODY.has(draft.method)) lines.push(`content-length: ${body.length}`);
  if (connection !== undefined) lines.push(`connection: ${connection}`);
  else if (draft.version !== 'HTTP/1.0') lines.push('connection: close');
  const uri = withAuthority(draft.uri(facts) || '/', host);
  return [`${draft.method} ${uri} ${draft.version}`, ...lines, '', body].join('\r\n');
}

/** The Host field overwrites the authority of an absolute URI (manual, `http-check send`). */
function withAuthority(uri: string, host: string | undefined): string {
  return host === undefined
    ? uri
    : uri.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*/i, (_, scheme: string) => scheme + host);
}
