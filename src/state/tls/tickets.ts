import { hkdfSync, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads';
import type { Word } from '../../config/cursor.js';
import { FileProblem } from './files.js';

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

/** The keys of a `tls-ticket-keys` file. @throws FileProblem */
export function readTicketKeys(word: Word): Buffer[] {
  let text: string;
  try {
    text = readFileSync(word.text, 'latin1');
  } catch {
    throw new FileProblem(`'${word.text}' : unable to load ssl tickets keys file`);
  }
  const keys = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line, index) => {
      const key = Buffer.from(line, 'base64');
      if (key.length === 48 || key.length === 80) return key;
      throw new FileProblem(`'${word.text}' : unable to decode base64 key on line ${index + 1}`);
    });
  if (keys.length < 3) throw new FileProblem(`'${word.text}' : please supply at least 3 keys in the tls-tickets-file`);
  return keys;
}
