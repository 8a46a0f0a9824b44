import type { StreamContext } from '../../core/stream.js';
import { defineAlgorithm } from '../algorithm.js';
import { hashedText } from '../hashed.js';

interface UrlParamArgs {
  readonly name: string;
  /** Look into the body of POST requests, too. */
  readonly checkPost: boolean;
}

export const urlParam = defineAlgorithm<UrlParamArgs>({
  name: 'url_param',
  manual: '4.2',
  summary: 'hash of a parameter of the URI or the form',
  http: true,
  dynamicWeights: 'hash',
  parse(words) {
    if (!words.more()) words.fail('balance url_param requires an URL parameter name.');
    const name = words.next('a parameter name').text;
    const modifier = words.peek();
    if (modifier !== undefined && !words.take('check_post')) {
      words.fail(`balance url_param only accepts 'check_post' modifier (got '${modifier.text}').`, modifier);
    }
    words.rest(); // the former <max_wait> means nothing any more
    return { name, checkPost: modifier !== undefined };
  },
  create: ({ name, checkPost }, context) => hashedText('url_param', context, (stream) => find(stream, name, checkPost)),
});

function find(stream: StreamContext, name: string, checkPost: boolean): string | undefined {
  const request = stream.request;
  if (request === undefined) return undefined;
  const query = request.target.indexOf('?');
  const value = query < 0 ? undefined : parameter(request.target, query + 1, name);
  if (value !== undefined || !checkPost || request.method !== 'POST') return value;
  return formValue(parameter(stream.requestBuffer, 0, name));
}

/** The value of the first parameter called `name`, as written. */
export function parameter(text: string, start: number, name: string): string | undefined {
  for (let at = start; at < text.length;) {
    const next = text.indexOf('&', at);
    const end = next < 0 ? text.length : next;
    if (text.startsWith(name, at) && text[at + name.length] === '=') return text.slice(at + name.length + 1, end);
    if (next < 0) return undefined;
    at = next + 1;
  }
  return undefined;
}

/** A body need not be a form: a value that begins with what no form would hold there is none (as HAProxy decides it). */
function formValue(value: string | undefined): string | undefined {
  if (value === undefined || value === '' || /^[!#$%&'*+\-.^_`|~0-9A-Za-z]/.test(value)) return value;
  return /^[ \t\r\n]/.test(value) ? '' : undefined;
}
