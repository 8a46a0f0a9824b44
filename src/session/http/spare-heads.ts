import { H1Request } from '../../protocol/h1/head.js';

/** Request heads between uses: idle connections hold none, and a busy proxy allocates none. */
const spare: H1Request[] = [];
const MOST = 1024;

export function takeHead(): H1Request {
  const head = spare.pop() ?? new H1Request();
  head.reset();
  return head;
}

/** Nobody reads it any more. */
export function releaseHead(head: H1Request): void {
  if (spare.length < MOST) spare.push(head);
}
