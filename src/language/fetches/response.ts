import { integer } from '../arguments.js';
import { USES } from '../checkpoint.js';
import { defineFetch } from '../definition.js';
import { pathWithQuery } from '../http/target.js';
import { uniqueId } from '../unique-id.js';

const MANUAL = '7.3.6';

/** The response line, captures and what else outlives the heads (manual 7.3.6). */
export const response = [
  defineFetch({
    name: 'status',
    args: [],
    out: 'sint',
    use: USES.response,
    manual: MANUAL,
    summary: 'the status code',
    compile: () => (stream) => stream.response?.status ?? (stream.log.status > 0 ? stream.log.status : undefined),
  }),
  defineFetch({
    name: 'res.ver',
    aliases: ['resp_ver'],
    args: [],
    out: 'str',
    use: USES.responseHeaders,
    manual: MANUAL,
    summary: 'the HTTP version of the response: 1.0, 1.1',
    compile: () => (stream) => (stream.response === undefined ? undefined : `1.${stream.response.minor}`),
  }),
  defineFetch({
    name: 'capture.req.hdr',
    args: [integer],
    out: 'str',
    use: USES.request,
    manual: MANUAL,
    summary: 'a captured request header by its slot',
    compile:
      ([slot]) =>
      (stream) =>
        stream.log.requestCaptures?.[slot],
  }),
  defineFetch({
    name: 'capture.res.hdr',
    args: [integer],
    out: 'str',
    use: USES.response,
    manual: MANUAL,
    summary: 'a captured response header by its slot',
    compile:
      ([slot]) =>
      (stream) =>
        stream.log.responseCaptures?.[slot],
  }),
  defineFetch({
    name: 'capture.req.method',
    args: [],
    out: 'str',
    use: USES.request,
    manual: MANUAL,
    summary: 'the method of the request as received',
    compile: () => (stream) => stream.log.method || undefined,
  }),
  defineFetch({
    name: 'capture.req.uri',
    args: [],
    out: 'str',
    use: USES.request,
    manual: MANUAL,
    summary: 'path and query of the request as received',
    compile: () => (stream) => (stream.log.uri === '' ? undefined : pathWithQuery(stream.log.uri)),
  }),
  defineFetch({
    name: 'capture.req.ver',
    args: [],
    out: 'str',
    use: USES.request,
    manual: MANUAL,
    summary: 'HTTP/1.0 or HTTP/1.1, as the request had it',
    compile: () => (stream) => stream.log.version || undefined,
  }),
  defineFetch({
    name: 'capture.res.ver',
    args: [],
    out: 'str',
    use: USES.request,
    manual: MANUAL,
    summary: 'HTTP/1.0 or HTTP/1.1, as the response had it',
    compile: () => (stream) => (stream.response === undefined ? undefined : `HTTP/1.${stream.response.minor}`),
  }),
  defineFetch({
    name: 'unique-id',
    args: [],
    out: 'str',
    use: USES.constant,
    manual: MANUAL,
    summary: 'the unique-id of the request',
    compile: () => (stream) => uniqueId(stream) || undefined,
  }),
];
