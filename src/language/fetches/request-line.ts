import { optional, string } from '../arguments.js';
import { USES } from '../checkpoint.js';
import { defineFetch } from '../definition.js';
import { findParameter, authorityOf, pathOf, pathWithQuery, queryOf } from '../http/target.js';
import { valueAt } from '../http/fields.js';
import { requestOf, looksLikeHttp } from '../http/sniff.js';
import { parseIp, parseIpv4 } from '../ip.js';
import { readSint } from '../values.js';
import type { StreamContext } from '../../core/stream.js';

/** Of others HAProxy keeps no note: they are read in the request, where a rule may have changed them. */
const KNOWN_METHODS = new Set(['OPTIONS', 'GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'TRACE', 'CONNECT']);

/** First Host value and path, as `base` has it. */
export function baseOf(stream: StreamContext, query: boolean): string | undefined {
  const request = requestOf(stream);
  if (request === undefined) return undefined;
  const host = valueAt(request.headers, 'host', false, 1) ?? '';
  const path = query ? pathWithQuery(request.target) : pathOf(request.target);
  return host === '' ? path : host + (path ?? '');
}

/** Visits the parameters of the query, for `urlp`. */
function someParameter(stream: StreamContext, name: string, mark: string, accept: (value: string) => boolean): boolean {
  const target = requestOf(stream)?.target;
  const start = target?.indexOf(mark) ?? -1;
  if (target === undefined || start < 0) return false;
  return findParameter(target.slice(start + 1), name, mark === '?' ? '&;' : `&;${mark}`, accept) !== undefined;
}

function firstParameter(stream: StreamContext, name: string, mark: string): string | undefined {
  let first: string | undefined;
  someParameter(stream, name, mark, (value) => {
    first = value;
    return true;
  });
  return first;
}

/** The request line and its parts (manual 7.3.6). */
export const requestLine = [
  defineFetch({
    name: 'base',
    args: [],
    out: 'str',
    use: USES.requestHeaders,
    manual: '7.3.6',
    summary: 'Host and path',
    compile: () => (stream) => baseOf(stream, false),
  }),
  defineFetch({
    name: 'baseq',
    args: [],
    out: 'str',
    use: USES.requestHeaders,
    manual: '7.3.6',
    summary: 'Host, path and query',
    compile: () => (stream) => baseOf(stream, true),
  }),
  defineFetch({
    name: 'method',
    args: [],
    out: 'meth',
    use: USES.request,
    manual: '7.3.6',
    summary: 'the request method',
    compile: () => (stream) => {
      const received = stream.request?.receivedMethod ?? stream.log.method;
      return KNOWN_METHODS.has(received) ? received : requestOf(stream)?.method;
    },
  }),
  defineFetch({
    name: 'path',
    args: [],
    out: 'str',
    use: USES.requestHeaders,
    manual: '7.3.6',
    summary: 'the path of the target, without the query',
    compile: () => (stream) => {
      const request = requestOf(stream);
      return request === undefined ? undefined : pathOf(request.target);
    },
  }),
  defineFetch({
    name: 'pathq',
    args: [],
    out: 'str',
    use: USES.requestHeaders,
    manual: '7.3.6',
    summary: 'the path and query of the target',
    compile: () => (stream) => {
      const request = requestOf(stream);
      return request === undefined ? undefined : pathWithQuery(request.target);
    },
  }),
  defineFetch({
    name: 'query',
    args: [],
    out: 'str',
    use: USES.requestHeaders,
    manual: '7.3.6',
    summary: 'what follows the first question mark of the target',
    compile: () => (stream) => {
      const request = requestOf(stream);
      return request === undefined ? undefined : queryOf(request.target);
    },
  }),
  defineFetch({
    name: 'req.proto_http',
    aliases: ['req_proto_http'],
    args: [],
    out: 'bool',
    use: USES.request,
    manual: '7.3.5',
    summary: 'whether the request buffer holds a complete HTTP request',
    compile: () => (stream) => looksLikeHttp(stream) || undefined,
  }),
  defineFetch({
    name: 'req.ver',
    aliases: ['req_ver'],
    args: [],
    out: 'str',
    use: USES.requestHeaders,
    manual: '7.3.6',
    summary: 'the HTTP version of the request: 1.0, 1.1',
    compile: () => (stream) => {
      const request = requestOf(stream);
      if (request === undefined) return undefined;
      return stream.log.version.startsWith('HTTP/') ? stream.log.version.slice(5) : `1.${request.minor}`;
    },
  }),
  defineFetch({
    name: 'url',
    args: [],
    out: 'str',
    use: USES.requestHeaders,
    manual: '7.3.6',
    summary: 'the request target as received',
    compile: () => (stream) => requestOf(stream)?.target,
  }),
  defineFetch({
    name: 'url_ip',
    args: [],
    out: 'ipv4',
    use: USES.requestHeaders,
    manual: '7.3.6',
    summary: 'the address in an absolute target whose host is one',
    compile: () => (stream) => {
      const authority = authorityOf(requestOf(stream)?.target ?? '');
      if (authority === undefined) return undefined;
      return parseIpv4(authority.replace(/:\d*$/, '')) ?? parseIp(authority.replace(/^\[(.*)\](?::\d*)?$/, '$1'));
    },
  }),
  defineFetch({
    name: 'url_port',
    args: [],
    out: 'sint',
    use: USES.requestHeaders,
    manual: '7.3.6',
    summary: 'the port in an absolute target, 80 when it has none',
    compile: () => (stream) => {
      const authority = authorityOf(requestOf(stream)?.target ?? '');
      if (authority === undefined) return undefined;
      return Number(/:(\d+)$/.exec(authority)?.[1] ?? 80);
    },
  }),
  defineFetch({
    name: 'urlp',
    aliases: ['url_param'],
    args: [optional(string), optional(string)],
    out: 'str',
    use: USES.requestHeaders,
    manual: '7.3.6',
    summary: 'a parameter of the query by name, or the first one',
    compile([name = '', delimiter]) {
      const mark = delimiter?.[0] ?? '?';
      return {
        evaluate: (stream) => firstParameter(stream, name, mark),
        some: (stream, test) => someParameter(stream, name, mark, (value) => test(value, stream)),
      };
    },
  }),
  defineFetch({
    name: 'urlp_val',
    args: [optional(string), optional(string)],
    out: 'sint',
    use: USES.requestHeaders,
    manual: '7.3.6',
    summary: 'a parameter of the query as an integer',
    compile([name = '', delimiter]) {
      const mark = delimiter?.[0] ?? '?';
      return {
        evaluate(stream) {
          const value = firstParameter(stream, name, mark);
          return value === undefined ? undefined : readSint(value);
        },
        some: (stream, test) => someParameter(stream, name, mark, (value) => test(readSint(value), stream)),
      };
    },
  }),
  defineFetch({
    name: 'http_first_req',
    args: [],
    out: 'bool',
    use: USES.request,
    manual: '7.3.6',
    summary: 'whether this is the first request of its connection',
    compile: () => (stream) => stream.session.requestCount <= 1,
  }),
];
