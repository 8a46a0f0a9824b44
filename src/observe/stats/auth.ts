import { createHash, timingSafeEqual } from 'node:crypto';

/** Accounts of `stats auth`, kept as digests so that comparing takes the same time whatever is presented. */
export class Accounts {
  readonly #digests: readonly Buffer[];

  constructor(users: readonly { readonly user: string; readonly password: string }[]) {
    this.#digests = users.map(({ user, password }) => digest(`${user}:${password}`));
  }

  /** @param authorization value of the request's Authorization field, undefined = none */
  accept(authorization: string | undefined): boolean {
    const presented = digest(basicCredentials(authorization) ?? '');
    let accepted = false;
    // No early exit: how long it takes must not tell which account came close.
    for (const known of this.#digests) accepted = timingSafeEqual(known, presented) || accepted;
    return accepted;
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text, 'latin1').digest();
}

/** `user:password` as latin1 from `Basic …` (RFC 7617); undefined when it is something else. */
function basicCredentials(authorization: string | undefined): string | undefined {
  const encoded = /^basic +([\w+/-]+={0,2}) *$/i.exec(authorization ?? '')?.[1];
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString('latin1');
}
