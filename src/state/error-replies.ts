import type { Diagnostics } from '../config/diagnostics.js';
import type { ErrorReplyModel, ProxyModel, RuleModel } from '../config/model.js';
import type { Reply, StreamControl } from '../core/action.js';
import type { Scope } from '../language/scope.js';
import type { ReplyMaker } from '../rules/actions/reply.js';
import { compileHttpError } from '../rules/lines.js';
import { defaultReply } from '../rules/replies.js';

/** What a proxy sends for each error status: what its `errorfile`s and their like say, over HAProxy's own pages. */
export class ErrorReplies {
  readonly #own = new Map<number, Reply>();
  /** `http-error` lines: their texts may speak of the request. */
  readonly #makers = new Map<number, ReplyMaker>();

  /** @param stream what is being answered; without one, answers that are made of it are HAProxy's own */
  get(status: number, stream?: StreamControl): Reply {
    const maker = stream === undefined ? undefined : this.#makers.get(status);
    if (maker !== undefined && stream !== undefined) return maker(stream);
    return this.#own.get(status) ?? defaultReply(status);
  }

  /**
   * Fills it from what a proxy says.
   * @param scope that of the proxy, for the formats of `http-error`
   */
  compile(proxy: ProxyModel, scope: Scope): void {
    const lines = new Map(proxy.httpErrors.map((rule) => [rule, compileHttpError(rule, scope)]));
    for (const [status, model] of proxy.errorReplies) this.#add(status, model, proxy.name, scope, lines);
  }

  #add(
    status: number,
    model: ErrorReplyModel,
    owner: string,
    scope: Scope,
    lines: ReadonlyMap<RuleModel, ReplyMaker | undefined>,
  ): void {
    switch (model.kind) {
      case 'file':
        this.#own.set(status, fileReply(status, model.content));
        return;
      case 'redirect':
        this.#own.set(status, redirectReply(model.status, model.location));
        return;
      case 'reply': {
        const maker = lines.get(model.rule);
        if (maker !== undefined) this.#makers.set(status, maker);
        return;
      }
      case 'section': {
        const content = contentOf(status, model, owner, scope);
        if (content !== undefined) this.#own.set(status, fileReply(status, content));
        else if (model.otherwise !== undefined) this.#add(status, model.otherwise, owner, scope, lines);
      }
    }
  }
}

/** What an `http-errors` section has for a status. */
function contentOf(
  status: number,
  { section, listed, span }: Extract<ErrorReplyModel, { kind: 'section' }>,
  owner: string,
  { environment, diagnostics }: Scope,
): string | undefined {
  const files = environment.httpErrors?.(section.text);
  const place = `(at ${span.source.file}:${span.source.line}).`;
  if (files === undefined) {
    alertOnce(diagnostics, section.span, `proxy '${owner}': unknown http-errors section '${section.text}' ${place}`);
    return undefined;
  }
  const content = files.get(status);
  if (content === undefined && listed) {
    const message = `config: proxy '${owner}' : status '${status}' not declared in http-errors section '${section.text}' ${place}`;
    diagnostics.warning(section.span, message);
  }
  return content;
}

/** A line without statuses stands for many: one complaint is enough. */
function alertOnce(diagnostics: Diagnostics, span: ErrorReplyModel['span'], message: string): void {
  if (!diagnostics.list.some((entry) => entry.message === message)) diagnostics.alert(span, message);
}

const fileReply = (status: number, raw: string): Reply => ({ status, reason: '', headers: [], body: '', raw });

function redirectReply(status: 302 | 303, location: string): Reply {
  return {
    status,
    reason: status === 302 ? 'Found' : 'See Other',
    headers: [
      ['cache-control', 'no-cache'],
      ['content-length', '0'],
      ['location', location],
    ],
    body: '',
  };
}

/**
 * The page for bytes that were never a request. HAProxy's HTTP/1 engine answers those itself: always with its own page,
 * in the old spelling of the field names, whatever `errorfile` says; an empty `errorfile` (`/dev/null`) silences it.
 */
export function pageForBadBytes(replies: ErrorReplies, status: number): string {
  if (replies.get(status).raw === '') return '';
  const { reason, body } = defaultReply(status);
  return (
    `HTTP/1.1 ${status} ${reason}\r\nContent-length: ${body.length}\r\nCache-Control: no-cache\r\n` +
    // the two oldest of these pages say that they close; all do
    (status === 400 || status === 408 ? 'Connection: close\r\n' : '') +
    `Content-Type: text/html\r\n\r\n${body}`
  );
}
