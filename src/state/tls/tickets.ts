import { hkdfSync, randomBytes } from 'node:crypto';
import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads';

const KEY = 'tsproxy: secret of session tickets';
/** Node's form: 16 bytes of name, 16 to sign and 16 to encrypt with. */
const LENGTH = 48;

/**
 * Keys of session tickets, the same in all threads of this process, which inherit the secret from the one that read the
 * configuration first: a client comes back to any of them.
 * @param what tells contexts apart: a ticket of one is none of another
 */
export function ticketKeysFor(what: string): Buffer {
  let secret: unknown = getEnvironmentData(KEY);
  if (typeof secret !== 'string') {
    secret = randomBytes(32).toString('latin1');
    setEnvironmentData(KEY, String(secret));
  }
  return Buffer.from(hkdfSync('sha256', Buffer.from(String(secret), 'latin1'), 'tickets', what, LENGTH));
}
